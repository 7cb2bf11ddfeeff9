//! The LZF filter (number 32000), h5py's `compression="lzf"`, which is not part of the HDF5 library.
//!
//! The stream consists of control bytes. A control byte below 32 is followed by that many literal bytes plus one.
//! Otherwise its upper three bits are a length (7: a further byte is added) and its lower five, with the next byte, a
//! distance back.

use hdf5_reader::error::Error;

/// Registered number of the filter.
pub(super) const NUMBER: u16 = 32000;

/// Unpacks one chunk to the size stated in the file, which must not exceed `limit`.
pub(super) fn unpack(packed: &[u8], stated: Option<u32>, limit: usize) -> Result<Vec<u8>, Error> {
    let wrong = |what: &str| Error::DecompressionError(format!("lzf: {what}"));
    let size = stated.map_or(limit, |size| size as usize).min(limit);
    let mut out = Vec::new();
    let mut rest = packed;
    while let Some((&control, after)) = rest.split_first() {
        rest = after;
        if control < 32 {
            let run = usize::from(control) + 1;
            let (taken, after) = rest.split_at_checked(run).ok_or_else(|| wrong("the chunk is truncated"))?;
            out.extend_from_slice(taken);
            rest = after;
        } else {
            let (length, distance, after) = reference(control, rest).ok_or_else(|| wrong("the chunk is truncated"))?;
            rest = after;
            let start = out.len().checked_sub(distance).ok_or_else(|| wrong("a reference before the start"))?;
            // Source and target may overlap, so bytes are copied one by one.
            for at in start..start + length {
                out.push(out[at]);
            }
        }
        if out.len() > size {
            return Err(wrong("the chunk is larger than stated"));
        }
    }
    Ok(out)
}

/// Length and distance of a reference, and what follows it.
fn reference(control: u8, rest: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (extra, rest) = match control >> 5 {
        7 => rest.split_first().map(|(&extra, rest)| (usize::from(extra), rest))?,
        _ => (0, rest),
    };
    let (&low, rest) = rest.split_first()?;
    let distance = (usize::from(control & 31) << 8 | usize::from(low)) + 1;
    Some((usize::from(control >> 5) + extra + 2, distance, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_references_are_unpacked() {
        let packed = [2, b'a', b'b', b'c', 0x20, 2, 0xe0, 3, 0];
        assert_eq!(
            unpack(&packed, None, 100).unwrap(),
            b"abcabc".iter().chain(&[b'c'; 12]).copied().collect::<Vec<_>>()
        );
    }

    #[test]
    fn damaged_chunks_are_refused() {
        for packed in [&[5, 1][..], &[0x20, 9], &[0xe0], &[0, 1, 0xe0, 255, 0]] {
            assert!(unpack(packed, Some(20), 20).is_err(), "{packed:?}");
        }
    }
}
