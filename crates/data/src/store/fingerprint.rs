//! One digest for the content of a data set.

use afterimage_formats::digest;
use sha2::{Digest, Sha256};

use crate::header::Header;

/// SHA-256 over the decoded values, so that it does not depend on compression or chunking.
///
/// It covers stimuli, trials, voxels and both arrays, not the provenance: the same content imported from another folder
/// has the same fingerprint.
#[derive(Default)]
pub(super) struct Fingerprint {
    responses: Sha256,
    stimuli: Sha256,
}

impl Fingerprint {
    pub(super) fn responses(&mut self, values: &[f32]) {
        for value in values {
            self.responses.update(value.to_le_bytes());
        }
    }

    pub(super) fn stimuli(&mut self, values: &[u8]) {
        self.stimuli.update(values);
    }

    pub(super) fn finish(self, header: &Header) -> Result<String, serde_json::Error> {
        let described = serde_json::to_vec(&(&header.stimuli, &header.trials, &header.voxels, header.size))?;
        let mut whole = Sha256::new();
        whole.update(Sha256::digest(&described));
        whole.update(self.responses.finalize());
        whole.update(self.stimuli.finalize());
        Ok(digest::hex(&whole.finalize()))
    }
}
