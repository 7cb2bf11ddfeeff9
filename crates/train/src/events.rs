//! The training log as a TensorBoard event file, with images of validation pairs.
//!
//! The format is a sequence of records; each payload is a protobuf `Event`. Crates that write it depend on unmaintained
//! versions of image and protobuf libraries, and few fields are needed here.

mod wire;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;

use afterimage_formats::picture;
use afterimage_run::{RunError, RunFolder, log::Record};
use ndarray::ArrayView3;

use crate::Result;
use wire::{Value, field, fields, record, records};

/// Numbers of fields in `Event`, `Summary`, `Summary.Value` and `Summary.Image`.
mod number {
    pub(super) const WALL_TIME: u64 = 1;
    pub(super) const STEP: u64 = 2;
    pub(super) const FILE_VERSION: u64 = 3;
    pub(super) const SUMMARY: u64 = 5;
    pub(super) const VALUE: u64 = 1;
    pub(super) const TAG: u64 = 1;
    pub(super) const SCALAR: u64 = 2;
    pub(super) const IMAGE: u64 = 4;
    pub(super) const HEIGHT: u64 = 1;
    pub(super) const WIDTH: u64 = 2;
    pub(super) const COLOURS: u64 = 3;
    pub(super) const PNG: u64 = 4;
}

/// Writes the training log for TensorBoard.
#[derive(Debug)]
pub(crate) struct Events {
    file: File,
    path: PathBuf,
}

impl Events {
    /// Writes the event file of `run` again: the records of the log so far, and those of its images that `keep` takes by
    /// phase and step. A run that was killed may have logged later epochs, which are trained again.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] if the folder can't be written.
    pub(crate) fn reopen(run: &RunFolder, log: &[Record], keep: impl Fn(&str, u64) -> bool) -> Result<Self> {
        let path = run.tensorboard_dir().join("events.out.tfevents.afterimage");
        let before = std::fs::read(&path).unwrap_or_default();
        let io = |source| RunError::Io { action: "write", path: path.clone(), source };
        std::fs::create_dir_all(run.tensorboard_dir()).map_err(io)?;
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&path).map_err(io)?;
        let mut events = Self { file, path };
        let started = log.first().and_then(|record| Some(record.unix_secs? - record.secs)).unwrap_or_else(now);
        let head = [
            field(number::WALL_TIME, Value::Double(started)),
            field(number::FILE_VERSION, Value::Bytes(b"brain.Event:2")),
        ];
        events.write(&head.concat())?;
        log.iter().try_for_each(|record| events.append(record))?;
        for event in records(&before) {
            if image_of(event).is_some_and(|(tag, step)| keep(tag.split('/').next().unwrap_or_default(), step)) {
                events.write(event)?;
            }
        }
        Ok(events)
    }

    /// Writes all numbers of a record, at the time of day at which its epoch ended.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] if the file can't be written.
    pub(crate) fn append(&mut self, record: &Record) -> Result<()> {
        let (phase, time) = (record.phase.name(), record.unix_secs.unwrap_or_else(now));
        let parts = [("train", &record.train), ("validation", &record.validation)];
        let of_parts = parts.into_iter().flat_map(|(part, values)| {
            values.iter().map(move |(name, value)| (format!("{phase}/{part}/{name}"), *value))
        });
        let rate = (format!("{phase}/learning_rate"), record.learning_rate);
        for (tag, value) in of_parts.chain([rate]) {
            self.value(time, record.step, &tag, &field(number::SCALAR, Value::Float(value as f32)))?;
        }
        Ok(())
    }

    /// Writes an image, u8 `[height, width, 3]`.
    ///
    /// # Errors
    /// [`crate::TrainError::Run`] if the file can't be written.
    pub(crate) fn picture(&mut self, tag: &str, step: u64, image: ArrayView3<'_, u8>) -> Result<()> {
        let png = picture::encode_png(image, &self.path).map_err(RunError::from)?;
        let (height, width, colours) = image.dim();
        let of = [
            field(number::HEIGHT, Value::Integer(height as u64)),
            field(number::WIDTH, Value::Integer(width as u64)),
            field(number::COLOURS, Value::Integer(colours as u64)),
            field(number::PNG, Value::Bytes(&png)),
        ];
        self.value(now(), step, tag, &field(number::IMAGE, Value::Bytes(&of.concat())))
    }

    fn value(&mut self, time: f64, step: u64, tag: &str, content: &[u8]) -> Result<()> {
        let value = [&field(number::TAG, Value::Bytes(tag.as_bytes()))[..], content].concat();
        let event = [
            field(number::WALL_TIME, Value::Double(time)),
            field(number::STEP, Value::Integer(step)),
            field(number::SUMMARY, Value::Bytes(&field(number::VALUE, Value::Bytes(&value)))),
        ];
        self.write(&event.concat())
    }

    fn write(&mut self, event: &[u8]) -> Result<()> {
        self.file
            .write_all(&record(event))
            .map_err(|source| RunError::Io { action: "write", path: self.path.clone(), source }.into())
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Returns tag and step of an event that has an image.
fn image_of(event: &[u8]) -> Option<(String, u64)> {
    let event = fields(event)?;
    let Value::Integer(step) = find(&event, number::STEP)? else { return None };
    let Value::Bytes(summary) = find(&event, number::SUMMARY)? else { return None };
    let summary = fields(summary)?;
    let Value::Bytes(value) = find(&summary, number::VALUE)? else { return None };
    let value = fields(value)?;
    find(&value, number::IMAGE)?;
    let Value::Bytes(tag) = find(&value, number::TAG)? else { return None };
    Some((String::from_utf8(tag.to_vec()).ok()?, step))
}

/// Returns the first value of a field.
fn find<'a>(message: &[(u64, Value<'a>)], wanted: u64) -> Option<Value<'a>> {
    message.iter().find(|(number, _)| *number == wanted).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests;
