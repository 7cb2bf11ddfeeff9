//! Text files: with a byte-order mark, Windows line ends, quotes, or gzipped.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::packed::{self, Gzip, Tail};
use crate::{Error, Result};

const UTF8_MARK: &[u8] = b"\xef\xbb\xbf";
const UTF16_MARKS: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// Reads a text file without its byte-order mark; a gzipped file is unpacked, whatever its name.
///
/// # Errors
/// [`Error::Io`]; [`Error::Malformed`] if a packed file is damaged, or with the line that is not UTF-8.
pub fn read(path: &Path) -> Result<String> {
    let malformed = |reason: String| Error::malformed("text", path, reason);
    let mut bytes = Vec::new();
    let mut file = BufReader::new(File::open(path).map_err(Error::io("open", path))?);
    file.read_to_end(&mut bytes).map_err(Error::io("read", path))?;
    if packed::starts_packed(&bytes) {
        let packed = std::mem::take(&mut bytes);
        let unpacked = Gzip::new(packed.as_slice(), Tail::Refused).read_to_end(&mut bytes);
        unpacked.map_err(|error| malformed(format!("it cannot be unpacked ({error}): copy it again")))?;
    }
    if UTF16_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(malformed("it is UTF-16: save it again as UTF-8".into()));
    }
    if bytes.starts_with(UTF8_MARK) {
        bytes.drain(..UTF8_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|&&b| b == b'\n').count();
        malformed(format!("line {line} is not UTF-8: save it again as UTF-8"))
    })
}

/// Lines of a plain list, such as file names in order: blank lines, surrounding spaces and one pair of quotes are
/// removed.
///
/// # Errors
/// See [`read`].
pub fn lines(path: &Path) -> Result<Vec<String>> {
    let text = read(path)?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| strip_quotes(line).to_owned()).collect())
}

fn strip_quotes(line: &str) -> &str {
    let inside = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inside.filter(|inside| !inside.contains('"')).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn marks_line_ends_and_quotes_are_no_part_of_a_name() {
        let list = file(b"\xef\xbb\xbfa.jpg\r\n\r\n \"b c.jpg\" \r\nsay \"x\"\r\n");
        assert_eq!(lines(list.path()).unwrap(), ["a.jpg", "b c.jpg", "say \"x\""]);
    }

    #[test]
    fn packed_text_is_read_to_its_checksum() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"onset\tduration\n").unwrap();
        let mut packed = packed.finish().unwrap();
        assert_eq!(read(file(&packed).path()).unwrap(), "onset\tduration\n");
        let crc = packed.len() - 8;
        packed[crc] ^= 1;
        assert!(read(file(&packed).path()).is_err());
    }

    #[test]
    fn other_encodings_are_named() {
        assert!(read(file(b"\xff\xfea\0").path()).unwrap_err().to_string().contains("UTF-16"));
        assert!(read(file(b"a\nb\xff\n").path()).unwrap_err().to_string().contains("line 2 is not UTF-8"));
    }
}
