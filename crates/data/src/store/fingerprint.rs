//! One digest for the content of a data set.

use afterimage_formats::digest;
use sha2::{Digest, Sha256};

use crate::header::{Header, Provenance};

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

    /// `described` is that of the header.
    pub(super) fn finish(self, described: &Described) -> String {
        let mut whole = Sha256::new();
        whole.update(described.0);
        whole.update(self.responses.finalize());
        whole.update(self.stimuli.finalize());
        digest::hex(&whole.finalize())
    }
}

/// SHA-256 of what the fingerprint covers of a header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Described([u8; 32]);

impl Described {
    pub(super) fn of(header: &Header) -> Result<Self, serde_json::Error> {
        let text = serde_json::to_vec(&(&header.stimuli, &header.trials, &header.voxels, header.size))?;
        Ok(Self(Sha256::digest(&text).into()))
    }

    pub(super) fn hex(&self) -> String {
        digest::hex(&self.0)
    }
}

/// SHA-256 of what a provenance says of the responses: units, standardisation, steps, sources and all else but title, licence
/// and citation, which may be corrected by hand.
pub(super) fn of_provenance(header: &Header) -> Result<String, serde_json::Error> {
    let (title, licence, citation) = Default::default();
    let text = serde_json::to_vec(&Provenance { title, licence, citation, ..header.provenance.clone() })?;
    Ok(digest::hex(&Sha256::digest(&text)))
}
