//! Reading a data set: the header at once, the arrays when asked for.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use afterimage_statistics::draws::{SOLE, shuffle, stream};
use ndarray::{Array2, Array4, ArrayView1, Axis};
use rayon::prelude::*;
use zarrs::array::{Array, ArraySubset};
use zarrs::group::Group;

use super::buffer::Store;
use super::fingerprint::Described;
use super::{ATTRIBUTE, GROUP, RESPONSES, STIMULI, Stored, storage};
use crate::header::{Header, LAYOUT_VERSION, Split};
use crate::{Error, Result};

/// An open data set. Opening reads its description only; it may be larger than memory and read from many threads.
pub struct DataSet {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    pub(super) fingerprint: String,
    /// Of the header as it was read; [`DataSet::leave_out`] changes the header afterwards.
    pub(super) described: Described,
    pub(super) responses: Array<Store>,
    pub(super) stimuli: Array<Store>,
    /// Whether chunks without a file are known to be zeros.
    pub(super) sparse: bool,
    pub(super) verified: OnceLock<()>,
}

impl std::fmt::Debug for DataSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataSet").field("path", &self.path).field("fingerprint", &self.fingerprint).finish()
    }
}

impl DataSet {
    /// True for a folder that [`DataSet::open`] opens or says why it does not.
    pub fn is_at(path: &Path) -> bool {
        path.join(GROUP).is_file()
    }

    /// Opens the data set in a folder.
    ///
    /// All chunk files must be there and as long as they were written; their content is compared when it is read. Data
    /// sets written by versions that kept no lengths have no file for a chunk of nothing but zeros: if files are missing
    /// there, all of it is read, and the fingerprint tells whether they were such chunks.
    ///
    /// # Errors
    /// [`Error::Store`] when the folder is not a data set, was written by a newer version, or contradicts itself;
    /// [`Error::Damaged`] when a chunk file is missing or cut, or the header was edited.
    pub fn open(path: &Path) -> Result<Self> {
        let fail = |error: &dyn std::fmt::Display| Error::store(path, error);
        if !Self::is_at(path) {
            let advice = "give a data set, which `afterimage import` makes of recordings and images";
            let reason = match (path.is_dir(), path.exists()) {
                (true, _) => format!("is a folder without a {GROUP}, not a data set: {advice}"),
                (false, true) => format!("is a file, not a data set: {advice}"),
                (false, false) => format!("is not there: {advice}"),
            };
            return Err(Error::NoDataSet { path: path.to_owned(), reason });
        }
        let storage = storage(path)?;
        let group = Group::open(storage.clone(), "/").map_err(|error| fail(&error))?;
        let value = group.attributes().get(ATTRIBUTE).ok_or_else(|| fail(&"it is a Zarr group of something else"))?;
        let layout = value.get("layout").and_then(serde_json::Value::as_u64).unwrap_or(0);
        if !(1..=u64::from(LAYOUT_VERSION)).contains(&layout) {
            return Err(fail(&format!("its layout has version {layout}, this software reads 1 to {LAYOUT_VERSION}")));
        }
        let stored: Stored = serde_json::from_value(value.clone()).map_err(|error| fail(&error))?;
        let mut data_set = Self {
            path: path.to_owned(),
            described: Described::of(&stored.header).map_err(|error| fail(&error))?,
            header: stored.header,
            fingerprint: stored.fingerprint,
            responses: Array::open(storage.clone(), RESPONSES).map_err(|error| fail(&error))?,
            stimuli: Array::open(storage, STIMULI).map_err(|error| fail(&error))?,
            sparse: false,
            verified: OnceLock::new(),
        };
        if let Some(reason) = data_set.contradiction() {
            return Err(fail(&reason));
        }
        data_set.check_header(stored.header_sha256.as_deref(), stored.provenance_sha256.as_deref())?;
        data_set.check_files(stored.chunk_bytes.as_ref())?;
        Ok(data_set)
    }

    fn contradiction(&self) -> Option<String> {
        let header = &self.header;
        let responses = [header.trials.len() as u64, header.voxels.count as u64];
        let stimuli = [header.stimuli.len() as u64, header.size as u64, header.size as u64, 3];
        let chunk = self.responses.chunk_shape(&[0, 0]).map(|shape| shape[1].get());
        if chunk.ok() != Some(header.voxels.count as u64) {
            return Some("the chunks of its responses are not whole rows".into());
        }
        if self.responses.shape() != responses || self.stimuli.shape() != stimuli {
            let (r, s) = (self.responses.shape(), self.stimuli.shape());
            return Some(format!("its arrays are {r:?} and {s:?}, its header says {responses:?} and {stimuli:?}"));
        }
        header.contradiction()
    }

    /// Takes stimuli out of the training and validation parts by name, for as long as the data set is open; gives how
    /// many. Those of the test stay: without them a score would be another one.
    pub fn leave_out(&mut self, names: &std::collections::BTreeSet<String>) -> usize {
        let stimuli = self.header.stimuli.iter_mut();
        let named = stimuli.filter(|info| info.split != Split::Test && names.contains(&info.name));
        named.map(|info| info.split = Split::Excluded).count()
    }

    /// Permutes the images that the responses to the stimuli of each of these parts are paired with, by the seed, for as long as the
    /// data set is open. Every permutation is equally likely, so that a few keep their image; the repeats of a stimulus stay together,
    /// and names belong to the images.
    pub fn shuffle_pairings(&mut self, parts: &[Split], seed: u64) {
        let mut shown = vec![false; self.header.stimuli.len()];
        self.header.trials.iter().for_each(|trial| shown[trial.stimulus as usize] = true);
        let mut other: Vec<u32> = (0..shown.len() as u32).collect();
        for (index, part) in parts.iter().enumerate() {
            let of_part = |&row: &u32| shown[row as usize] && self.header.stimuli[row as usize].split == *part;
            let rows: Vec<u32> = (0..shown.len() as u32).filter(of_part).collect();
            let mut order = rows.clone();
            shuffle(&mut stream(seed, SOLE, index as u64), &mut order);
            rows.iter().zip(order).for_each(|(&row, to)| other[row as usize] = to);
        }
        self.header.trials.iter_mut().for_each(|trial| trial.stimulus = other[trial.stimulus as usize]);
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Everything but the arrays.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// SHA-256 of the content as it was written: equal for equal stimuli, trials, voxels, images and responses, whatever
    /// their origin. [`DataSet::verify`] compares it with what is there now.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Reads images by their rows: `[n, height, width, 3]`, in the order asked for, repeats allowed.
    ///
    /// # Errors
    /// [`Error::Shape`] for a row beyond the end; [`Error::Damaged`] for damaged chunks; [`Error::NoImages`].
    pub fn images(&self, stimuli: &[u32]) -> Result<Array4<u8>> {
        let (count, side) = (self.header.stimuli.len(), self.header.size);
        if let Some(row) = stimuli.iter().find(|&&row| row as usize >= count) {
            let got = format!("{count} images");
            return Err(Error::Shape { what: "the data set", got, expected: format!("more than {row}") });
        }
        if !self.header.has_images() {
            return Err(Error::NoImages { path: self.path.clone() });
        }
        let mut images = Array4::zeros((stimuli.len(), side, side, 3));
        let slots: Vec<_> = images.axis_iter_mut(Axis(0)).zip(stimuli).collect();
        slots.into_par_iter().try_for_each(|(mut slot, &row)| {
            let pixels = self.image(row)?;
            slot.iter_mut().zip(pixels).for_each(|(to, from)| *to = from);
            Ok::<_, Error>(())
        })?;
        Ok(images)
    }

    fn image(&self, row: u32) -> Result<Vec<u8>> {
        let side = self.header.size as u64;
        let shard = self.stimuli.chunk_shape(&[0; 4]).map_err(|error| self.damaged(error))?[0].get();
        let index = [u64::from(row) / shard, 0, 0, 0];
        let file = self.stimuli.storage().size_key(&self.stimuli.chunk_key(&index));
        if file.map_err(|error| self.damaged(error))?.is_none() && !self.sparse {
            return Err(self.lost(&self.stimuli, &index));
        }
        let subset = ArraySubset::new_with_ranges(&[u64::from(row)..u64::from(row) + 1, 0..side, 0..side, 0..3]);
        self.stimuli.retrieve_array_subset(&subset).map_err(|error| self.damaged(error))
    }

    /// Reads rows `first..first + count` of the responses: `[count, voxels]`.
    ///
    /// # Errors
    /// As [`DataSet::images`].
    pub fn responses(&self, first: usize, count: usize) -> Result<Array2<f32>> {
        let (trials, voxels) = (self.header.trials.len(), self.header.voxels.count);
        let Some(end) = first.checked_add(count).filter(|&end| end <= trials) else {
            let (got, expected) = (format!("{trials} trials"), format!("at least {first} + {count}"));
            return Err(Error::Shape { what: "the data set", got, expected });
        };
        let rows = self.block_rows();
        let mut values = Vec::with_capacity(count * voxels);
        for chunk in first / rows..end.div_ceil(rows) {
            let whole = self.response_chunk(chunk as u64)?;
            let inside = |row: usize| (row.clamp(chunk * rows, (chunk + 1) * rows) - chunk * rows) * voxels;
            values.extend_from_slice(&whole[inside(first)..inside(end)]);
        }
        Array2::from_shape_vec((count, voxels), values).map_err(|error| self.damaged(error))
    }

    /// Reads the responses of these trials, in the order asked for: `[n, voxels]`. Each chunk is decoded once.
    ///
    /// # Errors
    /// As [`DataSet::images`].
    pub fn responses_of(&self, trials: &[usize]) -> Result<Array2<f32>> {
        let (count, voxels, rows) = (self.header.trials.len(), self.header.voxels.count, self.block_rows());
        if let Some(row) = trials.iter().find(|&&row| row >= count) {
            let got = format!("{count} trials");
            return Err(Error::Shape { what: "the data set", got, expected: format!("more than {row}") });
        }
        let mut responses = Array2::zeros((trials.len(), voxels));
        let mut places: Vec<usize> = (0..trials.len()).collect();
        places.sort_by_key(|&place| trials[place]);
        for of_chunk in places.chunk_by(|&a, &b| trials[a] / rows == trials[b] / rows) {
            let chunk = trials[of_chunk[0]] / rows;
            let whole = self.response_chunk(chunk as u64)?;
            for &place in of_chunk {
                let first = (trials[place] - chunk * rows) * voxels;
                responses.row_mut(place).assign(&ArrayView1::from(&whole[first..first + voxels]));
            }
        }
        Ok(responses)
    }

    fn response_chunk(&self, chunk: u64) -> Result<Vec<f32>> {
        let index = [chunk, 0];
        let found = self.responses.retrieve_chunk_if_exists(&index).map_err(|error| self.damaged(error))?;
        match found {
            Some(values) => Ok(values),
            None if self.sparse => Ok(vec![0.0; self.block_rows() * self.header.voxels.count]),
            None => Err(self.lost(&self.responses, &index)),
        }
    }

    fn lost(&self, array: &Array<Store>, chunk: &[u64]) -> Error {
        self.damaged(format!("chunk file \"{}\" is missing", array.chunk_key(chunk)))
    }

    pub(super) fn damaged(&self, error: impl std::fmt::Display) -> Error {
        Error::damaged(&self.path, format!("{error}: copy the data set again, or import it again"))
    }

    /// Calls `visit` with each trial's index and responses `[voxels]`, holding one block in memory.
    ///
    /// # Errors
    /// [`Error::Damaged`] for damaged chunks.
    pub fn for_each_trial(&self, mut visit: impl FnMut(usize, ndarray::ArrayView1<'_, f32>)) -> Result<()> {
        let trials = self.header.trials.len();
        let block = self.block_rows();
        for first in (0..trials).step_by(block) {
            let responses = self.responses(first, block.min(trials - first))?;
            for (offset, row) in responses.outer_iter().enumerate() {
                visit(first + offset, row);
            }
        }
        Ok(())
    }

    fn block_rows(&self) -> usize {
        let chunk = self.responses.chunk_shape(&[0, 0]).map(|shape| shape[0].get() as usize);
        chunk.unwrap_or(256).max(1)
    }
}
