//! External candidates as the scores read them: decoded once, one block ahead of the network.

use std::ops::Range;
use std::sync::Arc;
use std::thread::JoinHandle;

use ndarray::{Array4, Axis, s};

use afterimage_eval::{BoxError, Candidates, cache::Digest, images};
use afterimage_formats::digest::sha256_bytes;
use afterimage_train::prepare::ImagePool;

use super::pool::Pool;

/// Decoded pictures held for the next distance, bytes.
const MEMORY: usize = 512 << 20;

type Reading = JoinHandle<afterimage_train::Result<Array4<u8>>>;

/// The external candidates of an experiment. Every distance reads them once; they are decoded for the first alone, as far as
/// the memory goes.
pub(crate) struct ExternalCandidates {
    pool: Arc<Pool>,
    names: Vec<String>,
    digests: Vec<Digest>,
    ahead: Option<(Range<usize>, Reading)>,
    held: Vec<(usize, Array4<u8>)>,
    bytes: usize,
}

impl ExternalCandidates {
    pub(crate) fn new(pool: Arc<Pool>) -> crate::error::Result<Self> {
        let side = pool.side();
        let digests = pool.contents()?.iter().map(|content| digest(content, side)).collect();
        Ok(Self { names: pool.names(), pool, digests, ahead: None, held: Vec::new(), bytes: 0 })
    }

    fn pictures(&mut self, rows: Range<usize>) -> Result<Array4<u8>, BoxError> {
        if let Some((_, held)) = self.held.iter().find(|(first, held)| (*first..first + held.len_of(Axis(0))) == rows) {
            return Ok(held.slice(s![.., .., .., ..]).to_owned());
        }
        let read = match self.ahead.take() {
            Some((range, reading)) if range == rows => {
                reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?
            }
            _ => self.pool.read(&rows.clone().collect::<Vec<_>>())?,
        };
        if self.bytes + read.len() <= MEMORY {
            self.bytes += read.len();
            self.held.push((rows.start, read.clone()));
        }
        Ok(read)
    }
}

impl Candidates for ExternalCandidates {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, rows: Range<usize>) -> Result<Array4<f32>, BoxError> {
        Ok(images::from_bytes(self.pictures(rows)?.view()))
    }

    fn announce(&mut self, rows: Range<usize>) {
        if self.held.iter().any(|(first, _)| *first == rows.start) {
            return;
        }
        let (pool, wanted) = (Arc::clone(&self.pool), rows.clone().collect::<Vec<_>>());
        self.ahead = Some((rows, std::thread::spawn(move || pool.read(&wanted))));
    }

    fn digest(&self, row: usize) -> Option<Digest> {
        self.digests.get(row).copied()
    }
}

/// What decides the pixels of a picture: its stored bytes and how it is cropped and resized.
pub(crate) fn digest(content: &str, side: usize) -> Digest {
    let text = format!("{content} centred square, bilinear with antialiasing, {side} px");
    let hexadecimal = sha256_bytes(text.as_bytes());
    let mut digest = [0; 32];
    for (byte, pair) in digest.iter_mut().zip(hexadecimal.as_bytes().chunks_exact(2)) {
        let nibble = |c: u8| char::from(c).to_digit(16).unwrap_or(0) as u8;
        *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
    }
    digest
}
