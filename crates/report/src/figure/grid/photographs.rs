//! The photographs that reconstructions took fine structure from, as the run keeps them.

use std::path::Path;

use afterimage_formats::picture::encode_png;
use afterimage_run::Artefact as _;
use afterimage_run::layout::PHOTOGRAPHS;
use afterimage_run::pictures::{PhotographNames, Pictures};
use ndarray::{Array4, Axis};

use crate::pictures::uri;
use crate::source::Source;

/// Photographs with their names.
pub(super) struct Photographs {
    names: Vec<String>,
    images: Array4<u8>,
}

impl Photographs {
    /// Those of a run whose reconstructions contain some, if it has them still.
    pub(super) fn of(source: &Source) -> Option<Self> {
        source.photograph_part.as_ref().filter(|_| source.pictures.iter().any(|item| item.photograph.is_some()))?;
        let names = PhotographNames::read_if_present(&source.run).ok()??.0;
        let images = source.run.read_bytes(PHOTOGRAPHS).ok()?.into_dimensionality().ok()?;
        Some(Self { names, images })
    }

    /// The photograph of an item as a `data:` URI.
    pub(super) fn of_item(&self, item: &Pictures) -> Option<String> {
        let name = item.photograph.as_ref()?;
        let place =
            self.names.iter().position(|known| known == name).filter(|&place| place < self.images.len_of(Axis(0)))?;
        uri(&encode_png(self.images.index_axis(Axis(0), place), Path::new(name)).ok()?)
    }
}
