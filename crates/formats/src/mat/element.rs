//! Data elements of version 5: a tag with type and length, the bytes, and padding to eight bytes.

use crate::npy::Element;
use crate::numbers::swap;

/// Type of a matrix, which contains further elements.
pub(super) const MATRIX: u32 = 14;
/// The type of a compressed element.
pub(super) const COMPRESSED: u32 = 15;
const UTF8: u32 = 16;
const UTF16: u32 = 17;

/// One element in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) kind: u32,
    pub(super) bytes: &'a [u8],
    pub(super) big_endian: bool,
}

/// The elements of a matrix, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    rest: &'a [u8],
    big_endian: bool,
}

/// An integer of four bytes.
pub(super) fn word(bytes: [u8; 4], big_endian: bool) -> u32 {
    if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

/// Type and length of a tag, and whether the tag itself contains the data.
pub(super) fn tag(first: u32, second: u32) -> (u32, usize, bool) {
    match first >> 16 {
        0 => (first, second as usize, false),
        length => (first & 0xffff, length as usize, true),
    }
}

impl<'a> Parts<'a> {
    pub(super) fn new(rest: &'a [u8], big_endian: bool) -> Self {
        Self { rest, big_endian }
    }

    pub(super) fn next(&mut self) -> Result<Part<'a>, String> {
        let cut = || "it is truncated or damaged".to_owned();
        let (start, rest) = self.rest.split_first_chunk::<8>().ok_or_else(cut)?;
        let words = start.as_chunks().0;
        let (kind, length, small) = tag(word(words[0], self.big_endian), word(words[1], self.big_endian));
        if small {
            let bytes = self.rest.get(4..4 + length.min(4)).filter(|_| length <= 4).ok_or_else(cut)?;
            self.rest = rest;
            return Ok(Part { kind, bytes, big_endian: self.big_endian });
        }
        let (bytes, after) = rest.split_at_checked(length).ok_or_else(cut)?;
        // Padding may be missing after the last one.
        self.rest = after.get(length.next_multiple_of(8) - length..).unwrap_or_default();
        Ok(Part { kind, bytes, big_endian: self.big_endian })
    }
}

impl Part<'_> {
    /// Number type of the bytes: the smallest that fits the values.
    pub(super) fn element(&self) -> Option<Element> {
        Some(match self.kind {
            1 => Element::I8,
            2 => Element::U8,
            3 => Element::I16,
            4 => Element::U16,
            5 => Element::I32,
            6 => Element::U32,
            7 => Element::F32,
            9 => Element::F64,
            12 => Element::I64,
            13 => Element::U64,
            _ => return None,
        })
    }

    /// The bytes in little-endian order.
    pub(super) fn little_endian(&self, size: usize) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        if self.big_endian {
            swap(&mut bytes, size);
        }
        bytes
    }

    pub(super) fn words(&self) -> Vec<u32> {
        self.bytes.as_chunks().0.iter().map(|raw| word(*raw, self.big_endian)).collect()
    }

    /// A name in ASCII.
    pub(super) fn name(&self) -> String {
        let end = self.bytes.iter().position(|&byte| byte == 0).unwrap_or(self.bytes.len());
        self.bytes[..end].iter().map(|&byte| char::from(byte)).collect()
    }

    /// Rows of a character array with a shape.
    pub(super) fn rows(&self, shape: &[usize]) -> Option<Vec<String>> {
        match (self.kind, self.element()) {
            (UTF8, _) => {
                let letters: Vec<_> = String::from_utf8_lossy(self.bytes).chars().collect();
                super::value::rows(shape, &letters, |row| row.into_iter().collect())
            }
            (UTF16, _) | (_, Some(Element::U16 | Element::I16)) => {
                let bytes = self.little_endian(2);
                let units: Vec<_> = bytes.as_chunks().0.iter().map(|raw| u16::from_le_bytes(*raw)).collect();
                super::value::rows(shape, &units, |row| String::from_utf16_lossy(&row))
            }
            (_, Some(Element::U8 | Element::I8)) => {
                super::value::rows(shape, self.bytes, |row| row.into_iter().map(char::from).collect())
            }
            _ => None,
        }
    }
}
