//! Whether networks and data fit into the memory, and the results onto the disk.

use std::path::Path;

use crate::error::{Result, bail};

use afterimage_config::{Experiment, Optimiser};
use afterimage_data::{HeldOutPairs, Pairs};
use afterimage_train::prepare::Prepared;

use super::{Work, networks::Sizes, place};

/// Bytes of a value in single precision.
const VALUE: u64 = 4;
/// Room for logs, tables and the page of a run, bytes.
const SMALL_FILES: u64 = 16 << 20;

/// What decides how much memory and disk a run takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    /// Trainable values.
    encoder: u64,
    decoder: u64,
    /// Bytes of responses and images in memory while networks are trained.
    data: u64,
    /// Test items.
    test: u64,
    voxels: u64,
}

impl Load {
    pub(super) fn of(sizes: &Sizes, prepared: &Prepared, test: Option<&HeldOutPairs>) -> Self {
        let data = held(&prepared.training) + prepared.validation.as_ref().map_or(0, held);
        Self {
            encoder: sizes.encoder,
            decoder: sizes.decoder,
            data,
            test: test.map_or(0, |test| test.len() as u64),
            voxels: prepared.statistics.voxels.len() as u64,
        }
    }

    /// The least memory that training takes, bytes: data, and of the larger phase the values, their gradients and the moments of
    /// the optimiser. Activations come on top, so that what is above the memory of a machine cannot fit.
    pub(super) fn memory(&self, experiment: &Experiment) -> u64 {
        let trained = |values: u64, optimiser| values * (2 + moments(optimiser));
        let first = trained(self.encoder, experiment.encoder.optimiser);
        let second =
            if self.decoder > 0 { self.encoder + trained(self.decoder, experiment.decoder.optimiser) } else { 0 };
        self.data + VALUE * first.max(second)
    }

    /// What a run writes, bytes: for each phase the weights and two checkpoints, of which one replaces the other; for each test item
    /// its array, pictures and predictions.
    fn disk(&self, experiment: &Experiment, work: &Work<'_>) -> u64 {
        let phase = |on: bool, values: u64, optimiser, patience: usize| {
            let checkpoint = 1 + moments(optimiser) + u64::from(patience > 0);
            if on { values * (1 + 2 * checkpoint) * VALUE } else { 0 }
        };
        let (e, d) = (&experiment.encoder, &experiment.decoder);
        let networks = phase(work.encoder, self.encoder, e.optimiser, e.early_stopping)
            + phase(work.decoder, self.decoder, d.optimiser, d.early_stopping);
        let pixels = 3 * (experiment.image.side as u64).pow(2);
        // The array, at most three pictures, and the same in the report, where they are longer by a third.
        let item = pixels * VALUE + 3 * pixels + 4 * pixels + self.voxels * VALUE;
        let items = if work.scores { self.test * item } else { 0 };
        work.runs * (networks + items + SMALL_FILES)
    }
}

/// Bytes of responses and images.
fn held<P>(pairs: &Pairs<P>) -> u64 {
    pairs.responses().len() as u64 * VALUE + pairs.images().len() as u64
}

/// Values that the optimiser keeps for each trainable one.
fn moments(optimiser: Optimiser) -> u64 {
    match optimiser {
        Optimiser::Adam => 2,
        Optimiser::Amsgrad => 3,
    }
}

/// Refuses what is larger than the memory of this machine or the free space of the disk of `out`.
pub(super) fn refuse_what_does_not_fit(
    out: &Path,
    experiment: &Experiment,
    work: &Work<'_>,
    load: &Load,
) -> Result<()> {
    refuse_memory(load, load.memory(experiment), memory())?;
    let near = place::existing(&std::path::absolute(out)?);
    refuse_disk(out, load.disk(experiment, work), free(&near))
}

fn refuse_memory(load: &Load, needed: u64, there: Option<u64>) -> Result<()> {
    if let Some(there) = there.filter(|&there| needed > there) {
        bail!(
            "training takes at least {} of memory ({} values of the encoder, {} of the decoder, {} of data), this machine has {}: lower decoder.channels or the channels of encoder.branches, or use fewer voxels (data.roi)",
            size(needed),
            load.encoder,
            load.decoder,
            size(load.data),
            size(there)
        );
    }
    Ok(())
}

fn refuse_disk(out: &Path, needed: u64, there: Option<u64>) -> Result<()> {
    if let Some(there) = there.filter(|&there| needed > there) {
        bail!(
            "\"{}\" will take about {}, its disk has {} free: make room, or choose another place with --out",
            out.display(),
            size(needed),
            size(there)
        );
    }
    Ok(())
}

/// Bytes in words.
fn size(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib < 1024.0 { format!("{mib:.0} MiB") } else { format!("{:.2} GiB", mib / 1024.0) }
}

/// Memory and swap of this machine, bytes; `None` where the system does not tell.
fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kib = |name: &str| -> Option<u64> {
        text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
    };
    Some((kib("MemTotal:")? + kib("SwapTotal:").unwrap_or(0)) * 1024)
}

/// Free space of the disk that a folder lies on, bytes.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOAD: Load = Load { encoder: 1_000_000, decoder: 10_000_000, data: 500, test: 10, voxels: 100 };

    #[test]
    fn memory_is_that_of_the_larger_phase_and_disk_counts_both_checkpoints() {
        let experiment = Experiment::preset("gaziv2022").unwrap(); // Adam, then AMSGrad; side 112
        assert_eq!(LOAD.memory(&experiment), 500 + 4 * (1_000_000 + 5 * 10_000_000));
        let networks = 4 * (7 * 1_000_000 + 9 * 10_000_000);
        assert_eq!(LOAD.disk(&experiment, &Work::DECODER), networks + SMALL_FILES);
        let items = 10 * (3 * 112 * 112 * 11 + 400);
        assert_eq!(LOAD.disk(&experiment, &Work::RUN), networks + items + SMALL_FILES);
        assert_eq!(LOAD.disk(&experiment, &Work { runs: 3, ..Work::ENCODER }), 3 * (4 * 7 * 1_000_000 + SMALL_FILES));
    }

    #[test]
    fn what_does_not_fit_is_refused_with_both_numbers() {
        let said = refuse_memory(&LOAD, 3 << 30, Some(2 << 30)).unwrap_err().to_string();
        assert!(said.contains("3.00 GiB") && said.contains("2.00 GiB") && said.contains("10000000"), "{said}");
        let said = refuse_disk(Path::new("runs/a"), 3 << 29, Some(1 << 29)).unwrap_err().to_string();
        assert!(said.contains("runs/a") && said.contains("1.50 GiB") && said.contains("512 MiB"), "{said}");
        assert!(refuse_memory(&LOAD, 5, None).is_ok() && refuse_disk(Path::new("a"), 5, Some(5)).is_ok());
    }

    #[test]
    fn this_machine_has_memory_and_disk() {
        if cfg!(target_os = "linux") {
            assert!(memory().unwrap() > 1 << 26);
        }
        if cfg!(unix) {
            assert!(free(Path::new("/")).is_some());
        }
    }
}
