//! GIFTI: numbers on the vertices of a surface, `.func.gii` and `.shape.gii`.
//!
//! XML with one compressed block of numbers per map, readable by nibabel, nilearn, pycortex, FreeSurfer and Connectome
//! Workbench. Format: GIFTI surface data format, version 1.0 (Harwell et al. 2008).

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::hemisphere::Hemisphere;
use crate::{Error, Result};

/// GIFTI name of the structure that a surface covers.
fn structure(hemisphere: Hemisphere) -> &'static str {
    match hemisphere {
        Hemisphere::Left => "CortexLeft",
        Hemisphere::Right => "CortexRight",
    }
}

/// Writes `names.len()` maps with one `float32` per vertex. `values` is called once per map, so that one map is in
/// memory at a time. NaN stays NaN.
///
/// # Errors
/// [`Error::Io`]; [`Error::Shape`] if a map has other than `vertices` values.
pub fn write_f32(
    path: &Path,
    hemisphere: Hemisphere,
    vertices: usize,
    names: &[String],
    mut values: impl FnMut(usize) -> Vec<f32>,
) -> Result<()> {
    let file = File::create(path).map_err(Error::io("create", path))?;
    let mut out = BufWriter::new(file);
    out.write_all(head(hemisphere, names.len()).as_bytes()).map_err(Error::io("write", path))?;
    for (map, name) in names.iter().enumerate() {
        let values = values(map);
        if values.len() != vertices {
            let expected = format!("{vertices} vertices");
            return Err(Error::Shape { path: path.to_owned(), got: vec![values.len()], expected });
        }
        data_array(&mut out, name, &values).map_err(Error::io("write", path))?;
    }
    out.write_all(b"</GIFTI>\n").and_then(|()| out.flush()).map_err(Error::io("write", path))
}

fn head(hemisphere: Hemisphere, maps: usize) -> String {
    let structure = metadata("AnatomicalStructurePrimary", structure(hemisphere));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE GIFTI SYSTEM \"http://www.nitrc.org/frs/download.php/115/gifti.dtd\">\n\
         <GIFTI Version=\"1.0\" NumberOfDataArrays=\"{maps}\">\n{structure}<LabelTable/>\n"
    )
}

/// Numbers are compressed by zlib, which the format calls GZip, and encoded in base64.
fn data_array(out: &mut impl Write, name: &str, values: &[f32]) -> std::io::Result<()> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    for value in values {
        packed.write_all(&value.to_le_bytes())?;
    }
    write!(
        out,
        "<DataArray Intent=\"NIFTI_INTENT_NONE\" DataType=\"NIFTI_TYPE_FLOAT32\" ArrayIndexingOrder=\"RowMajorOrder\" \
         Dimensionality=\"1\" Dim0=\"{}\" Encoding=\"GZipBase64Binary\" Endian=\"LittleEndian\" ExternalFileName=\"\" \
         ExternalFileOffset=\"\">\n{}<Data>{}</Data>\n</DataArray>\n",
        values.len(),
        metadata("Name", name),
        STANDARD.encode(packed.finish()?)
    )
}

fn metadata(name: &str, value: &str) -> String {
    format!("<MetaData><MD><Name>{}</Name><Value>{}</Value></MD></MetaData>\n", escape(name), escape(value))
}

/// Escapes text for XML; characters that XML 1.0 does not allow become spaces.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn numbers_come_back_when_unpacked_by_hand() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lh.r.shape.gii");
        let maps = [vec![1.5_f32, -2.0, f32::NAN], vec![0.0, 3.0, 4.0]];
        let names = ["r < 1 & more".to_owned(), "second".to_owned()];
        write_f32(&path, Hemisphere::Left, 3, &names, |map| maps[map].clone()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("NumberOfDataArrays=\"2\"") && text.contains("<Value>CortexLeft</Value>"));
        assert!(text.contains("<Value>r &lt; 1 &amp; more</Value>"));
        let blocks = text.split("<Data>").skip(1).map(|rest| rest.split("</Data>").next().unwrap());
        for (block, wanted) in blocks.zip(&maps) {
            let mut bytes = Vec::new();
            let packed = STANDARD.decode(block).unwrap();
            flate2::read::ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes).unwrap();
            let wanted: Vec<u8> = wanted.iter().flat_map(|value| value.to_le_bytes()).collect();
            assert_eq!(bytes, wanted);
        }
    }

    #[test]
    fn map_of_another_length_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let written = write_f32(&folder.path().join("x.shape.gii"), Hemisphere::Right, 4, &["r".into()], |_| vec![1.0]);
        assert!(matches!(written, Err(Error::Shape { .. })));
    }
}
