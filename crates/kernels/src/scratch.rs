//! Working memory, kept from call to call: fresh pages cost the system more time than a transform.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

/// Activations kept for the next call, at most: large ones, and as many in all as are small.
const KEPT: [usize; 2] = [3, 16];
/// Values of a small one.
const SMALL: usize = 1 << 22;

static VALUES: Mutex<Vec<Vec<f32>>> = Mutex::new(Vec::new());

/// Returns a buffer with arbitrary values; all must be written before they are read.
pub(crate) fn take(length: usize) -> Vec<f32> {
    let mut kept = VALUES.lock().unwrap_or_else(PoisonError::into_inner);
    let fits = (0..kept.len()).filter(|index| kept[*index].capacity() >= length);
    // A longer buffer needs no filling.
    let best = fits.min_by_key(|index| (kept[*index].capacity(), kept[*index].len() < length));
    let found = best.map(|index| kept.swap_remove(index));
    drop(kept);
    match found {
        Some(mut values) => {
            values.resize(length, 0.0);
            values
        }
        None => vec![0.0; length],
    }
}

/// Gives a buffer back for reuse.
pub(crate) fn give(values: Vec<f32>) {
    let mut kept = VALUES.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push(values);
    kept.sort_by_key(|values| std::cmp::Reverse(values.capacity()));
    let mut place = 0;
    kept.retain(|values| {
        place += 1;
        place <= KEPT[usize::from(values.capacity() <= SMALL)]
    });
}

thread_local! {
    static BUFFERS: RefCell<[Vec<f32>; 2]> = const { RefCell::new([Vec::new(), Vec::new()]) };
}

/// Lends two buffers of at least these lengths, with arbitrary content.
pub(crate) fn with_buffers<T>(lengths: [usize; 2], f: impl FnOnce(&mut [f32], &mut [f32]) -> T) -> T {
    BUFFERS.with_borrow_mut(|buffers| {
        for (buffer, length) in buffers.iter_mut().zip(lengths) {
            if buffer.len() < length {
                buffer.resize(length, 0.0);
            }
        }
        let [a, b] = buffers;
        f(&mut a[..lengths[0]], &mut b[..lengths[1]])
    })
}
