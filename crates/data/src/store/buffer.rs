//! Gathering rows into whole chunks.

use zarrs::array::{Array, CodecOptions, Element};
use zarrs::storage::ReadableWritableListableStorageTraits;

pub(super) type Store = dyn ReadableWritableListableStorageTraits;

/// Rows that wait for their chunk to fill.
pub(super) struct Buffer<T> {
    values: Vec<T>,
    row: usize,
    rows: usize,
    chunk: u64,
}

impl<T: Clone + Default + Element> Buffer<T> {
    pub(super) fn new(row: usize, rows: usize) -> Self {
        Self { values: Vec::new(), row, rows, chunk: 0 }
    }

    pub(super) fn push(&mut self, row: impl Iterator<Item = T>, array: &Array<Store>) -> Result<(), String> {
        self.values.extend(row);
        if self.values.len() >= self.row * self.rows { self.flush(array) } else { Ok(()) }
    }

    /// Stores the chunk, filled up with the default value where the array ends within it.
    pub(super) fn flush(&mut self, array: &Array<Store>) -> Result<(), String> {
        if self.values.is_empty() {
            return Ok(());
        }
        let mut values = std::mem::take(&mut self.values);
        values.resize(self.row * self.rows, T::default());
        let mut index = vec![0; array.shape().len()];
        index[0] = self.chunk;
        self.chunk += 1;
        // A chunk of zeros has a file like any other, so that one without a file is one that was lost.
        let options = CodecOptions::default().with_store_empty_chunks(true);
        array.store_chunk_opt(&index, values, &options).map_err(|error| error.to_string())
    }
}
