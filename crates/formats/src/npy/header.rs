//! The `.npy` header: magic, version, and a Python dictionary as text.

use std::fmt;
use std::io::Read;

use half::f16;

/// Element type on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Element {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    F32,
    F64,
}

/// Content of the header, checked against the file's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Element type.
    pub element: Element,
    /// True if the elements are big-endian.
    pub big_endian: bool,
    /// True if the first axis varies fastest.
    pub fortran_order: bool,
    /// The shape.
    pub shape: Vec<usize>,
    /// Offset of the values in the file, in bytes.
    pub offset: u64,
}

impl Header {
    /// The number of elements.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Size of all elements in bytes; it cannot overflow, since it was compared with the file's length.
    pub fn bytes(&self) -> usize {
        self.count() * self.element.size()
    }
}

const TYPES: [(&str, Element, usize); 12] = [
    ("b1", Element::Bool, 1),
    ("u1", Element::U8, 1),
    ("i1", Element::I8, 1),
    ("u2", Element::U16, 2),
    ("i2", Element::I16, 2),
    ("u4", Element::U32, 4),
    ("i4", Element::I32, 4),
    ("u8", Element::U64, 8),
    ("i8", Element::I64, 8),
    ("f2", Element::F16, 2),
    ("f4", Element::F32, 4),
    ("f8", Element::F64, 8),
];

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Element {
    fn entry(self) -> (&'static str, Self, usize) {
        TYPES[self as usize]
    }

    /// NumPy's two-letter code, such as `f4`.
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// Bytes of one element.
    pub fn size(self) -> usize {
        self.entry().2
    }

    /// The integer type of a size and sign.
    pub(crate) fn integer(size: usize, signed: bool) -> Option<Self> {
        Self::of(if signed { b'i' } else { b'u' }, size)
    }

    /// The floating-point type of a size.
    pub(crate) fn float(size: usize) -> Option<Self> {
        Self::of(b'f', size)
    }

    fn of(letter: u8, size: usize) -> Option<Self> {
        TYPES.iter().find(|(code, _, bytes)| code.as_bytes()[0] == letter && *bytes == size).map(|entry| entry.1)
    }

    pub(crate) fn to_f32(self, bytes: &[u8], big_endian: bool) -> Vec<f32> {
        macro_rules! each {
            ($type:ty, $convert:expr) => {
                bytes
                    .chunks_exact(size_of::<$type>())
                    .map(|chunk| {
                        let mut raw = [0; size_of::<$type>()];
                        raw.copy_from_slice(chunk);
                        if big_endian {
                            raw.reverse();
                        }
                        $convert(<$type>::from_le_bytes(raw))
                    })
                    .collect()
            };
        }
        match self {
            Self::Bool => bytes.iter().map(|&byte| f32::from(u8::from(byte != 0))).collect(),
            Self::U8 => bytes.iter().map(|&byte| f32::from(byte)).collect(),
            Self::I8 => each!(i8, f32::from),
            Self::U16 => each!(u16, f32::from),
            Self::I16 => each!(i16, f32::from),
            Self::U32 => each!(u32, |value| value as f32),
            Self::I32 => each!(i32, |value| value as f32),
            Self::U64 => each!(u64, |value| value as f32),
            Self::I64 => each!(i64, |value| value as f32),
            Self::F16 => each!(f16, f16::to_f32),
            Self::F32 => each!(f32, std::convert::identity),
            Self::F64 => each!(f64, |value| value as f32),
        }
    }
}

/// Reads and checks a header; `length` is that of the whole file.
pub(super) fn decode(stream: &mut impl Read, length: u64) -> Result<Header, String> {
    let (text, offset) = dictionary(stream, length)?;
    let header = parse(&text, offset)?;
    check_length(&header, length)?;
    Ok(header)
}

/// Header of an array of strings.
pub(super) struct TextHeader {
    /// Characters per string, padded with zeros.
    pub(super) width: usize,
    /// Bytes per character: 4 for UTF-32, 1 for bytes.
    pub(super) bytes: usize,
    pub(super) big_endian: bool,
    /// The number of strings.
    pub(super) count: usize,
}

/// Reads the header of an array of strings (`U` and `S`).
pub(super) fn decode_text(stream: &mut impl Read, length: u64) -> Result<TextHeader, String> {
    let (text, offset) = dictionary(stream, length)?;
    let descr = strip_quotes(value_of(&text, "descr")?).unwrap_or_default();
    let letters = descr.trim_start_matches(['<', '>', '|', '=']);
    let bytes = match letters.get(..1) {
        Some("U") => 4,
        Some("S") => 1,
        _ => return Err(format!("its elements are \"{descr}\", not strings")),
    };
    let width: usize = letters[1..].parse().map_err(|_| format!("its element type \"{descr}\" has no length"))?;
    let shape = parse_shape(value_of(&text, "shape")?)?;
    let count = shape.iter().try_fold(1_usize, |product, &n| product.checked_mul(n));
    let wanted = count.and_then(|count| count.checked_mul(width)?.checked_mul(bytes));
    match (count, wanted) {
        (Some(count), Some(wanted)) if width > 0 && wanted as u64 <= length - offset => {
            Ok(TextHeader { width, bytes, big_endian: descr.starts_with('>'), count })
        }
        _ => Err(format!(
            "its header promises {shape:?} strings of {width}, more than the file contains: copy it \
                          again"
        )),
    }
}

/// Element type as written, supported or not.
pub(super) struct Kind {
    /// NumPy's code, such as `<f8`, `<U12` or `|O`.
    pub(super) descr: String,
    pub(super) shape: Vec<usize>,
}

/// Reads element type and shape from the beginning of a file.
pub(super) fn kind(stream: &mut impl Read) -> Result<Kind, String> {
    let (text, _) = dictionary(stream, u64::MAX)?;
    let descr = strip_quotes(value_of(&text, "descr")?).ok_or("its element type is a structure; save a plain array")?;
    Ok(Kind { descr: descr.to_owned(), shape: parse_shape(value_of(&text, "shape")?)? })
}

/// Text of a header, and the offset of the values.
fn dictionary(stream: &mut impl Read, length: u64) -> Result<(String, u64), String> {
    let mut start = [0; 8];
    read(stream, &mut start)?;
    if &start[..6] != b"\x93NUMPY" {
        return Err("it does not begin like an .npy file".into());
    }
    let (text_length, before) = match start[6] {
        1 => {
            let mut size = [0; 2];
            read(stream, &mut size)?;
            (usize::from(u16::from_le_bytes(size)), 10)
        }
        2 | 3 => {
            let mut size = [0; 4];
            read(stream, &mut size)?;
            (u32::from_le_bytes(size) as usize, 12)
        }
        other => return Err(format!("format version {other} is unknown")),
    };
    let offset = before + text_length as u64;
    if offset > length {
        return Err(format!("its header claims {text_length} bytes, the file has {length}"));
    }
    let mut text = vec![0; text_length];
    read(stream, &mut text)?;
    let text = String::from_utf8(text).map_err(|_| "its header is not text")?;
    Ok((text, offset))
}

fn read(stream: &mut impl Read, into: &mut [u8]) -> Result<(), String> {
    stream.read_exact(into).map_err(|error| format!("its header is truncated ({error})"))
}

fn check_length(header: &Header, length: u64) -> Result<(), String> {
    let wanted =
        header.shape.iter().try_fold(header.element.size() as u64, |product, &n| product.checked_mul(n as u64));
    let available = length - header.offset;
    match wanted {
        Some(wanted) if wanted <= available => Ok(()),
        _ => Err(format!(
            "its header promises shape {:?} of {}, but only {available} bytes of values follow: it is truncated, copy \
             it again",
            header.shape, header.element
        )),
    }
}

fn parse(text: &str, offset: u64) -> Result<Header, String> {
    let descr = strip_quotes(value_of(text, "descr")?).ok_or("its element type is a structure; save a plain array")?;
    let (order, code) = descr.split_at_checked(1).unwrap_or(("", ""));
    let element = TYPES
        .iter()
        .find(|(known, ..)| *known == code && "<>|=".contains(order))
        .map(|(_, element, _)| *element)
        .ok_or_else(|| format!("its element type \"{descr}\" is not a real number; save it as float32"))?;
    let fortran_order = match value_of(text, "fortran_order")? {
        value if value.starts_with("True") => true,
        value if value.starts_with("False") => false,
        _ => return Err("its header's fortran_order is neither True nor False".into()),
    };
    let shape = parse_shape(value_of(text, "shape")?)?;
    Ok(Header { element, big_endian: order == ">", fortran_order, shape, offset })
}

fn value_of<'a>(text: &'a str, key: &str) -> Result<&'a str, String> {
    [format!("'{key}'"), format!("\"{key}\"")]
        .iter()
        .find_map(|quoted| text.split_once(quoted.as_str()))
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .map(str::trim_start)
        .ok_or_else(|| format!("its header has no {key}"))
}

fn strip_quotes(value: &str) -> Option<&str> {
    let quote = value.chars().next().filter(|c| "'\"".contains(*c))?;
    value[1..].split_once(quote).map(|(inside, _)| inside)
}

fn parse_shape(value: &str) -> Result<Vec<usize>, String> {
    let inside = value
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(')'))
        .map(|(inside, _)| inside)
        .ok_or("its header's shape is not a tuple")?;
    inside
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| format!("its header's shape has \"{part}\"")))
        .collect()
}

/// Bytes of a version 1.0 header, padded so that the values begin at a multiple of 64.
pub(super) fn encode(element: Element, shape: &[usize]) -> Vec<u8> {
    let order = if element.size() == 1 { '|' } else { '<' };
    encode_type(&format!("{order}{}", element.code()), shape)
}

/// As [`encode`], for any type that NumPy calls `descr`.
pub(super) fn encode_type(descr: &str, shape: &[usize]) -> Vec<u8> {
    let parts: Vec<_> = shape.iter().map(usize::to_string).collect();
    let tuple = if parts.len() == 1 { format!("({},)", parts[0]) } else { format!("({})", parts.join(", ")) };
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple}, }}");
    let padding = 64 - (10 + text.len() + 1) % 64;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend(((text.len() + padding + 1) as u16).to_le_bytes());
    bytes.extend(text.bytes());
    bytes.extend(std::iter::repeat_n(b' ', padding));
    bytes.push(b'\n');
    bytes
}
