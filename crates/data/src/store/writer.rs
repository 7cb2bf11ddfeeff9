//! Writing a data set, block by block, all or nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ndarray::{ArrayView2, ArrayView4};
use zarrs::array::codec::api::CodecSpecificOptions;
use zarrs::array::codec::{ShardingCodecOptions, SubchunkWriteOrder, ZstdCodec};
use zarrs::array::{Array, ArrayBuilder, data_type};
use zarrs::group::GroupBuilder;
use zarrs::storage::ReadableWritableListableStorage;

use super::buffer::{Buffer, Store};
use super::chunks::Lengths;
use super::fingerprint::{self, Described, Fingerprint};
use super::partial::Partial;
use super::{ATTRIBUTE, RESPONSES, STIMULI, Stored, storage};
use crate::header::{Header, LAYOUT_VERSION, TrialInfo};
use crate::{Error, Result};

/// Bytes of responses in one chunk, about: large enough to compress, small enough to read a few trials.
const RESPONSE_CHUNK: usize = 1 << 20;
/// Bytes of images in one file, about.
const IMAGE_SHARD: usize = 8 << 20;
/// Zstandard's level; photographs hardly shrink at any.
const LEVEL: i32 = 3;

/// Writes a data set into a hidden folder next to its place and moves it there at [`DataSetWriter::finish`].
///
/// Dropped before that, it leaves nothing behind. Memory stays at one chunk, whatever the size.
pub struct DataSetWriter {
    path: PathBuf,
    partial: Partial,
    overwrite: bool,
    storage: ReadableWritableListableStorage,
    header: Header,
    responses: Array<Store>,
    stimuli: Array<Store>,
    response_buffer: Buffer<f32>,
    stimulus_buffer: Buffer<u8>,
    stimuli_written: usize,
    fingerprint: Fingerprint,
}

impl DataSetWriter {
    /// Begins a data set at `path`; `header.trials` is ignored, trials come with their responses.
    ///
    /// # Errors
    /// [`Error::Exists`] if there is anything at `path`; [`Error::Write`] if the header contradicts itself; [`Error::Io`].
    pub fn create(path: &Path, header: Header) -> Result<Self> {
        if path.exists() {
            return Err(Error::Exists { path: path.to_owned() });
        }
        Self::begin(path, header, false)
    }

    /// As [`DataSetWriter::create`], but at the finish a *data set* at `path` is replaced; it stays until then.
    ///
    /// # Errors
    /// As [`DataSetWriter::create`]; what is not a data set is never replaced.
    pub fn replace(path: &Path, header: Header) -> Result<Self> {
        if path.exists() && !super::is_data_set(path) {
            return Err(Error::store(path, "what lies there is something else and is not overwritten"));
        }
        Self::begin(path, header, true)
    }

    fn begin(path: &Path, mut header: Header, overwrite: bool) -> Result<Self> {
        header.trials.clear();
        if let Some(reason) = header.contradiction() {
            return Err(Error::write(path, reason));
        }
        let partial = Partial::create(path)?;
        let storage = storage(partial.folder())?;
        let arrays = build(&storage, &header).map_err(|reason| Error::write(path, reason))?;
        let [response_rows, image_rows] = rows(&header);
        Ok(Self {
            path: path.to_owned(),
            partial,
            overwrite,
            storage,
            response_buffer: Buffer::new(header.voxels.count, response_rows),
            stimulus_buffer: Buffer::new(header.size * header.size * 3, image_rows),
            responses: arrays.0,
            stimuli: arrays.1,
            header,
            stimuli_written: 0,
            fingerprint: Fingerprint::default(),
        })
    }

    /// Appends images `[n, height, width, 3]`, in the order of the header's stimuli.
    ///
    /// # Errors
    /// [`Error::Write`] when their size differs, there are more than the header names, or the disk refuses.
    pub fn append_stimuli(&mut self, images: ArrayView4<'_, u8>) -> Result<()> {
        let (count, height, width, channels) = images.dim();
        let size = self.header.size;
        if size == 0 || (height, width, channels) != (size, size, 3) {
            let reason = format!("images are {height} x {width} x {channels}, the header says {size} x {size} x 3");
            return Err(Error::write(&self.path, reason));
        }
        self.stimuli_written += count;
        if self.stimuli_written > self.header.stimuli.len() {
            let reason = format!("{} images for {} stimuli", self.stimuli_written, self.header.stimuli.len());
            return Err(Error::write(&self.path, reason));
        }
        for image in images.outer_iter() {
            let image = image.as_standard_layout();
            let pixels = image.as_slice().unwrap_or_default();
            self.fingerprint.stimuli(pixels);
            let pushed = self.stimulus_buffer.push(pixels.iter().copied(), &self.stimuli);
            pushed.map_err(|reason| Error::write(&self.path, reason))?;
        }
        Ok(())
    }

    /// Appends responses `[n, voxels]` with what is known of each row.
    ///
    /// # Errors
    /// [`Error::Write`] when shapes differ, a trial names an absent stimulus, a value is not finite, or the disk refuses.
    pub fn append_responses(&mut self, responses: ArrayView2<'_, f32>, trials: &[TrialInfo]) -> Result<()> {
        let (rows, voxels) = responses.dim();
        if rows != trials.len() || voxels != self.header.voxels.count {
            let (n, v) = (trials.len(), self.header.voxels.count);
            return Err(Error::write(
                &self.path,
                format!("responses are {rows} x {voxels} for {n} trials of {v} voxels"),
            ));
        }
        for (row, trial) in responses.outer_iter().zip(trials) {
            self.check(row, trial)?;
            let values: Vec<f32> = row.to_vec();
            self.fingerprint.responses(&values);
            let pushed = self.response_buffer.push(values.into_iter(), &self.responses);
            pushed.map_err(|reason| Error::write(&self.path, reason))?;
            self.header.trials.push(*trial);
        }
        Ok(())
    }

    fn check(&self, row: ndarray::ArrayView1<'_, f32>, trial: &TrialInfo) -> Result<()> {
        let index = self.header.trials.len();
        if trial.stimulus as usize >= self.header.stimuli.len() || trial.averaged == 0 {
            let reason = format!("trial {index} names stimulus {}, or averages none", trial.stimulus);
            return Err(Error::write(&self.path, reason));
        }
        match row.iter().position(|value| !value.is_finite()) {
            Some(voxel) => {
                let reason =
                    format!("trial {index} has {} at voxel {voxel}: leave such voxels or trials out", row[voxel]);
                Err(Error::write(&self.path, reason))
            }
            None => Ok(()),
        }
    }

    /// Adds to what a reader has to know.
    pub(crate) fn warn(&mut self, warnings: Vec<String>) {
        self.header.provenance.warnings.extend(warnings);
    }

    /// Completes the data set, moves it to its place and opens it.
    ///
    /// # Errors
    /// [`Error::Write`] when images are missing or there are no trials; [`Error::Exists`] if something appeared at the place.
    pub fn finish(mut self) -> Result<super::DataSet> {
        let wanted = if self.header.has_images() { self.header.stimuli.len() } else { 0 };
        if self.stimuli_written != wanted || self.header.trials.is_empty() {
            let (images, trials) = (self.stimuli_written, self.header.trials.len());
            let reason = format!("it has {images} of {wanted} images and {trials} trials: append the missing ones");
            return Err(Error::write(&self.path, reason));
        }
        self.complete().map_err(|reason| Error::write(&self.path, reason))?;
        if self.path.exists() && !self.overwrite {
            return Err(Error::Exists { path: self.path });
        }
        self.partial.publish(&self.path)?;
        super::DataSet::open(&self.path)
    }

    fn complete(&mut self) -> Result<(), String> {
        self.response_buffer.flush(&self.responses)?;
        self.stimulus_buffer.flush(&self.stimuli)?;
        let shape = vec![self.header.trials.len() as u64, self.header.voxels.count as u64];
        self.responses.set_shape(shape).map_err(|error| error.to_string())?;
        self.responses.store_metadata().map_err(|error| error.to_string())?;
        self.stimuli.store_metadata().map_err(|error| error.to_string())?;
        let described = Described::of(&self.header).map_err(|error| error.to_string())?;
        let stored = Stored {
            layout: LAYOUT_VERSION,
            fingerprint: std::mem::take(&mut self.fingerprint).finish(&described),
            header_sha256: Some(described.hex()),
            provenance_sha256: Some(fingerprint::of_provenance(&self.header).map_err(|error| error.to_string())?),
            chunk_bytes: Some(Lengths::of(&self.responses, &self.stimuli)?),
            header: self.header.clone(),
        };
        let value = serde_json::to_value(&stored).map_err(|error| error.to_string())?;
        let attributes = std::iter::once((ATTRIBUTE.to_owned(), value)).collect::<serde_json::Map<_, _>>();
        let group = GroupBuilder::new().attributes(attributes).build(self.storage.clone(), "/");
        group.map_err(|error| error.to_string())?.store_metadata().map_err(|error| error.to_string())
    }
}

/// Rows of responses a chunk, and images a shard.
fn rows(header: &Header) -> [usize; 2] {
    let image = (header.size * header.size * 3).max(1);
    let response_rows = (RESPONSE_CHUNK / (4 * header.voxels.count)).clamp(1, 4096);
    [response_rows, (IMAGE_SHARD / image).clamp(1, header.stimuli.len().min(4096))]
}

fn build(storage: &ReadableWritableListableStorage, header: &Header) -> Result<(Array<Store>, Array<Store>), String> {
    let [response_rows, image_rows] = rows(header).map(|rows| rows as u64);
    let (voxels, side) = (header.voxels.count as u64, header.size as u64);
    let store: Arc<Store> = storage.clone();
    let responses = ArrayBuilder::new(vec![0, voxels], vec![response_rows, voxels], data_type::float32(), 0.0_f32)
        .bytes_to_bytes_codecs(vec![Arc::new(ZstdCodec::new(LEVEL, true))])
        .dimension_names(["trials", "voxels"].into())
        .build(store.clone(), RESPONSES)
        .map_err(|error| error.to_string())?;
    let count = header.stimuli.len() as u64;
    // Images lie in a file in their order, not in that in which threads finish them: the same data make the same bytes.
    let ordered = ShardingCodecOptions::default().with_subchunk_write_order(SubchunkWriteOrder::C);
    let chunk = side.max(1); // without images the array is empty, its chunks may not be
    let stimuli =
        ArrayBuilder::new(vec![count, side, side, 3], vec![image_rows, chunk, chunk, 3], data_type::uint8(), 0_u8)
            .subchunk_shape(vec![1, chunk, chunk, 3])
            .codec_specific_options(CodecSpecificOptions::default().with_option(ordered))
            .bytes_to_bytes_codecs(vec![Arc::new(ZstdCodec::new(LEVEL, true))])
            .dimension_names(["stimuli", "height", "width", "channels"].into())
            .build(store, STIMULI)
            .map_err(|error| error.to_string())?;
    Ok((responses, stimuli))
}
