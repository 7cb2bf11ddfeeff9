//! What an importer makes of its files, and how that becomes a data set.

use std::path::Path;

use ndarray::{Array2, Array3, Array4, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::header::{Header, Provenance, Step, StimulusInfo, TrialInfo, Voxels};
use crate::inspect::Summary;
use crate::oddities::{self, Oddities};
use crate::store::DataSetWriter;
use crate::{Error, Result};

/// Images decoded at a time; the documentation of [`Source::write`] states it.
const BLOCK: usize = 64;

/// Reads the image of a stimulus, by its row, as RGB `[side, side, 3]`; called from several threads.
pub type Images<'a> = Box<dyn Fn(usize, usize) -> Result<Array3<u8>> + Sync + 'a>;

/// Consecutive trials.
#[derive(Debug, Clone)]
pub struct Block {
    /// `[trials, voxels]`
    pub responses: Array2<f32>,
    /// One for each row.
    pub trials: Vec<TrialInfo>,
}

/// A recording that an importer has opened and checked, but not copied: responses come block by block, images one by one.
pub struct Source<'a> {
    /// The stimuli, each once, in the order of their rows.
    pub stimuli: Vec<StimulusInfo>,
    /// The voxels.
    pub voxels: Voxels,
    /// Origin, and what was done before; the version of this software is filled in.
    pub provenance: Provenance,
    /// The images, if any.
    pub images: Option<Images<'a>>,
    /// The trials, in the order in which they are stored.
    pub blocks: Box<dyn Iterator<Item = Result<Block>> + 'a>,
}

/// How a data set is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// Height and width of the stored images, pixels.
    pub image_side: usize,
    /// Replace a data set that is there.
    pub overwrite: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { image_side: 112, overwrite: false }
    }
}

/// Progress of an import: images come first, then responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Images done.
    pub images: usize,
    /// Images in all.
    pub total_images: usize,
    /// Trials done; the number of all is not known before the last.
    pub trials: usize,
}

/// Receives the progress of an import and may request a stop. Any `FnMut(Progress)` is one that never does.
pub trait Watch {
    /// More is done.
    fn progress(&mut self, progress: Progress);
    /// Asked between blocks: true ends the import with [`Error::Interrupted`], and the partial data set is removed.
    fn interrupted(&self) -> bool {
        false
    }
}

impl<F: FnMut(Progress)> Watch for F {
    fn progress(&mut self, progress: Progress) {
        self(progress);
    }
}

impl Watch for &mut dyn Watch {
    fn progress(&mut self, progress: Progress) {
        (**self).progress(progress);
    }

    fn interrupted(&self) -> bool {
        (**self).interrupted()
    }
}

impl Source<'_> {
    /// Writes the data set at `out`, holding one block of trials and 64 images in memory.
    ///
    /// # Errors
    /// [`Error::Exists`] when something lies at `out` and may not be replaced; [`Error::Interrupted`]; whatever reading and writing refuse.
    /// Nothing is left at `out` after an error.
    pub fn write(self, out: &Path, options: WriteOptions, mut watch: impl Watch) -> Result<Summary> {
        refuse_existing(out, options)?;
        let mut provenance = self.provenance;
        let unit = provenance.unit();
        // Those of a source that this is made from are counted again.
        provenance.warnings.retain(|warning| !oddities::is_one(warning));
        provenance.software = format!("afterimage {}", env!("CARGO_PKG_VERSION"));
        let side = if self.images.is_some() { options.image_side } else { 0 };
        let images = Step::plain(match &self.images {
            Some(_) => format!("images cropped to the centred square, resized to {side} x {side}"),
            None => "imported without images".to_owned(),
        });
        // A data set made from another has it already.
        if !provenance.steps.contains(&images) {
            provenance.steps.push(images);
        }
        let total = self.stimuli.len();
        let header = Header::new(self.stimuli, self.voxels, side, provenance);
        let create = if options.overwrite { DataSetWriter::replace } else { DataSetWriter::create };
        let mut writer = create(out, header)?;
        let mut progress = Progress { images: 0, total_images: total, trials: 0 };
        if let Some(images) = &self.images {
            for first in (0..total).step_by(BLOCK) {
                refuse_interrupted(&watch, out)?;
                let count = BLOCK.min(total - first);
                writer.append_stimuli(read_block(images, first, count, side)?.view())?;
                progress.images += count;
                watch.progress(progress);
            }
        }
        let mut odd = Oddities::default();
        for block in self.blocks {
            refuse_interrupted(&watch, out)?;
            let block = block?;
            odd.see(block.responses.view());
            writer.append_responses(block.responses.view(), &block.trials)?;
            progress.trials += block.trials.len();
            watch.progress(progress);
        }
        refuse_interrupted(&watch, out)?;
        writer.warn(odd.warnings(unit));
        Ok(Summary::of(&writer.finish()?))
    }
}

pub(super) fn refuse_existing(out: &Path, options: WriteOptions) -> Result<()> {
    let is_refused = out.exists() && !options.overwrite;
    if is_refused { Err(Error::Exists { path: out.to_owned() }) } else { Ok(()) }
}

fn refuse_interrupted(watch: &impl Watch, out: &Path) -> Result<()> {
    if watch.interrupted() { Err(Error::Interrupted { path: out.to_owned() }) } else { Ok(()) }
}

fn read_block(read: &Images<'_>, first: usize, count: usize, side: usize) -> Result<Array4<u8>> {
    let mut images = Array4::zeros((count, side, side, 3));
    let slots: Vec<_> = images.axis_iter_mut(Axis(0)).enumerate().collect();
    slots.into_par_iter().try_for_each(|(offset, mut slot)| {
        slot.assign(&read(first + offset, side)?);
        Ok::<_, Error>(())
    })?;
    Ok(images)
}
