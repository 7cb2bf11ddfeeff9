//! Tensors by name from a `.safetensors` or a PyTorch file, read one at a time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use half::{bf16, f16};
use pytorch_reader::{DType, PytorchReader};
use safetensors::Dtype;
use safetensors::tensor::TensorInfo;

use crate::{ModelError, Result};

/// Endings of files that are understood, the preferred first.
pub(super) const EXTENSIONS: [&str; 4] = ["safetensors", "pth", "pt", "bin"];

/// Headers beyond this are taken for garbage: real ones hold a few kilobytes.
const MAX_HEADER: u64 = 64 << 20;

/// A file of named tensors. Nothing but its table of contents is held in memory.
pub struct TensorFile {
    name: String,
    contents: Contents,
}

enum Contents {
    Safetensors { source: Box<dyn Source>, start: u64, end: u64, tensors: BTreeMap<String, TensorInfo> },
    Pytorch(PytorchReader),
}

/// What a table of contents can be read from.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

impl TensorFile {
    /// Opens a file; its ending says which format it has.
    ///
    /// # Errors
    /// [`ModelError::Io`] and [`ModelError::WeightsFormat`].
    pub fn open(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file =
            File::open(path).map_err(|source| ModelError::Io { action: "open", path: path.to_owned(), source })?;
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => Self::safetensors(name, Box::new(BufReader::new(file))),
            Some("pth" | "pt" | "bin") => {
                let reader = PytorchReader::new(path).map_err(|error| format_error(&name, error))?;
                Ok(Self { name, contents: Contents::Pytorch(reader) })
            }
            _ => Err(format_error(&name, "unknown ending")),
        }
    }

    pub(crate) fn safetensors(name: String, mut source: Box<dyn Source>) -> Result<Self> {
        let (tensors, start, end) = header(source.as_mut()).map_err(|detail| format_error(&name, detail))?;
        Ok(Self { name, contents: Contents::Safetensors { source, start, end, tensors } })
    }

    /// Names of all tensors, in order.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.contents {
            Contents::Safetensors { tensors, .. } => tensors.keys().cloned().collect(),
            Contents::Pytorch(reader) => reader.keys(),
        };
        names.sort();
        names
    }

    /// The values of a tensor in row-major order. A prefix before its name in the file (`state_dict.`, `module.`)
    /// is passed over. Half, bfloat16 and double precision are converted.
    ///
    /// # Errors
    /// [`ModelError::TensorMissing`], [`ModelError::TensorShape`], [`ModelError::WeightsFormat`], and
    /// [`ModelError::WeightsNotFinite`] for a NaN or an infinity.
    pub fn read(&mut self, tensor: &str, expected: &[usize]) -> Result<Vec<f32>> {
        let key = self.resolve(tensor)?;
        let wrong = |file: &str, got: &[usize]| ModelError::TensorShape {
            file: file.to_owned(),
            tensor: tensor.to_owned(),
            got: got.to_vec(),
            expected: expected.to_vec(),
        };
        let name = &self.name;
        let values = match &mut self.contents {
            Contents::Safetensors { source, start, end, tensors } => {
                let info = &tensors[&key];
                if info.shape != expected {
                    return Err(wrong(name, &info.shape));
                }
                bytes_of(source.as_mut(), *start, *end, info).and_then(|bytes| decode_safetensors(&bytes, info.dtype))
            }
            Contents::Pytorch(reader) => {
                let found = &reader.tensors()[&key];
                if found.shape() != expected {
                    return Err(wrong(name, found.shape()));
                }
                found.read().map_err(|e| e.to_string()).and_then(|bytes| decode_pytorch(&bytes, found.dtype()))
            }
        };
        let values = values.map_err(|detail| format_error(name, format!("tensor \"{tensor}\": {detail}")))?;
        if values.len() != expected.iter().product::<usize>() {
            let detail = format!("tensor \"{tensor}\" holds {} values, expected {expected:?}", values.len());
            return Err(format_error(name, detail));
        }
        // A ReLU turns what a NaN made into 0, so that features of a broken network would look like those of a blank image.
        match values.iter().position(|value| !value.is_finite()) {
            None => Ok(values),
            Some(place) => Err(ModelError::WeightsNotFinite {
                file: name.clone(),
                tensor: tensor.to_owned(),
                place,
                value: values[place],
            }),
        }
    }

    fn resolve(&self, tensor: &str) -> Result<String> {
        let names = self.names();
        let suffix = format!(".{tensor}");
        let exact = names.iter().find(|name| *name == tensor);
        if let Some(name) = exact.or_else(|| names.iter().find(|name| name.ends_with(&suffix))) {
            return Ok(name.clone());
        }
        let some: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
        let found =
            if some.is_empty() { "none".to_owned() } else { format!("{} ({} in all)", some.join(", "), names.len()) };
        Err(ModelError::TensorMissing { file: self.name.clone(), tensor: tensor.to_owned(), found })
    }
}

fn format_error(file: &str, detail: impl ToString) -> ModelError {
    ModelError::WeightsFormat { file: file.to_owned(), detail: detail.to_string() }
}

type Header = (BTreeMap<String, TensorInfo>, u64, u64);

/// Table of contents, and where the tensors' bytes begin and end.
fn header(source: &mut dyn Source) -> std::result::Result<Header, String> {
    let text = |error: std::io::Error| error.to_string();
    let end = source.seek(SeekFrom::End(0)).map_err(text)?;
    source.rewind().map_err(text)?;
    let mut length = [0; 8];
    source.read_exact(&mut length).map_err(|_| "it is shorter than a header".to_owned())?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER || length + 8 > end {
        return Err(format!("its header claims {length} bytes of {end}"));
    }
    let mut json = vec![0; length as usize];
    source.read_exact(&mut json).map_err(text)?;
    let mut entries: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&json).map_err(|e| e.to_string())?;
    entries.remove("__metadata__");
    let parse = |(name, value)| serde_json::from_value(value).map(|info| (name, info));
    let tensors = entries.into_iter().map(parse).collect::<std::result::Result<_, _>>().map_err(|e| e.to_string())?;
    Ok((tensors, length + 8, end))
}

fn bytes_of(source: &mut dyn Source, start: u64, end: u64, info: &TensorInfo) -> std::result::Result<Vec<u8>, String> {
    let (from, to) = (info.data_offsets.0 as u64, info.data_offsets.1 as u64);
    if from > to || to > end - start {
        return Err(format!("lies at {from}..{to} of {} bytes: the file was cut short", end - start));
    }
    let mut bytes = vec![0; (to - from) as usize];
    source.seek(SeekFrom::Start(start + from)).map_err(|e| e.to_string())?;
    source.read_exact(&mut bytes).map_err(|e| e.to_string())?;
    Ok(bytes)
}

fn decode_safetensors(bytes: &[u8], dtype: Dtype) -> std::result::Result<Vec<f32>, String> {
    match dtype {
        Dtype::F64 => decode_pytorch(bytes, DType::F64),
        Dtype::F32 => decode_pytorch(bytes, DType::F32),
        Dtype::F16 => decode_pytorch(bytes, DType::F16),
        Dtype::BF16 => decode_pytorch(bytes, DType::BF16),
        other => Err(format!("has type {other:?}, expected a floating-point type")),
    }
}

fn decode_pytorch(bytes: &[u8], dtype: DType) -> std::result::Result<Vec<f32>, String> {
    Ok(match dtype {
        DType::F64 => words(bytes).map(|word| f64::from_le_bytes(word) as f32).collect(),
        DType::F32 => words(bytes).map(f32::from_le_bytes).collect(),
        DType::F16 => words(bytes).map(|word| f16::from_le_bytes(word).to_f32()).collect(),
        DType::BF16 => words(bytes).map(|word| bf16::from_le_bytes(word).to_f32()).collect(),
        other => return Err(format!("has type {other:?}, expected a floating-point type")),
    })
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    bytes.chunks_exact(N).map(|chunk| chunk.try_into().expect("a chunk of N bytes"))
}
