//! TensorBoard event files: scalars only.
//!
//! The format is a sequence of records (length, masked CRC-32C of the length, payload, masked CRC-32C of the payload);
//! each payload is a protobuf `Event`. Crates that write it depend on unmaintained versions of image and protobuf
//! libraries, and few fields are needed here.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use afterimage_run::{RunError, RunFolder, log::Record};

use crate::Result;

/// Writes the training log for TensorBoard.
#[derive(Debug)]
pub(crate) struct Events {
    file: File,
    path: PathBuf,
}

impl Events {
    /// Creates an empty event file in `run`, to which the caller writes the earlier records again.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] if the folder can't be written.
    pub(crate) fn create(run: &RunFolder) -> Result<Self> {
        let path = run.tensorboard_dir().join("events.out.tfevents.afterimage");
        let io = |source| RunError::Io { action: "write", path: path.clone(), source };
        std::fs::create_dir_all(run.tensorboard_dir()).map_err(io)?;
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path).map_err(io)?;
        let mut events = Self { file, path };
        events.write(&[double(1, 0.0), bytes(3, b"brain.Event:2")].concat())?;
        Ok(events)
    }

    /// Writes all numbers of a record.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] if the file can't be written.
    pub(crate) fn append(&mut self, record: &Record) -> Result<()> {
        let phase = record.phase.name();
        let parts = [("train", &record.train), ("validation", &record.validation)];
        for (part, values) in parts {
            for (name, value) in values {
                self.scalar(&format!("{phase}/{part}/{name}"), record.step, *value)?;
            }
        }
        self.scalar(&format!("{phase}/learning_rate"), record.step, record.learning_rate)
    }

    fn scalar(&mut self, tag: &str, step: u64, value: f64) -> Result<()> {
        let value = [bytes(1, tag.as_bytes()), float(2, value as f32)].concat();
        let summary = bytes(1, &value);
        let event = [double(1, step as f64), varint_field(2, step), bytes(5, &summary)].concat();
        self.write(&event)
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        let length = (event.len() as u64).to_le_bytes();
        let record = [&length[..], &masked_crc(&length), event, &masked_crc(event)].concat();
        self.file
            .write_all(&record)
            .map_err(|source| RunError::Io { action: "write", path: self.path.clone(), source }.into())
    }
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn key(field: u64, wire: u64) -> Vec<u8> {
    varint(field << 3 | wire)
}

fn varint_field(field: u64, value: u64) -> Vec<u8> {
    [key(field, 0), varint(value)].concat()
}

fn double(field: u64, value: f64) -> Vec<u8> {
    [key(field, 1), value.to_le_bytes().to_vec()].concat()
}

fn float(field: u64, value: f32) -> Vec<u8> {
    [key(field, 5), value.to_le_bytes().to_vec()].concat()
}

fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [key(field, 2), varint(value.len() as u64), value.to_vec()].concat()
}

fn masked_crc(data: &[u8]) -> [u8; 4] {
    (crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)).to_le_bytes()
}

/// CRC-32C (Castagnoli), reflected.
fn crc32c(data: &[u8]) -> u32 {
    !data.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| (c >> 1) ^ (0x82f6_3b78 & (c & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_has_the_standard_check_value() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn varints_are_little_endian_groups_of_seven() {
        assert_eq!(varint(300), [0xac, 0x02]);
    }
}
