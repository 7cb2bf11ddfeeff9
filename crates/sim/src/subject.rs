//! A simulated subject made again from its truth, to look at other images with the same voxels.

use std::path::{Path, PathBuf};

use afterimage_data::{DataSetWriter, FittedOn, Header, Split, Step, StimulusInfo, TrialInfo, VoxelColumn};
use ndarray::{Array2, Axis};

use crate::artificial::{Artificial, artificial_images};
use crate::brain::{Brain, TRUTH_VERSION, Truth};
use crate::draws::mix;
use crate::error::SimError;
use crate::simulation::{RUN, TRUTH_FILE, provenance};

/// Images shown at a time.
const BLOCK: usize = 64;
/// What the noise of artificial images is drawn for; parts of a simulation have small numbers here.
const SHAPES: u64 = 1 << 16;

/// A simulated subject.
pub struct Subject {
    brain: Brain,
    truth: PathBuf,
}

impl Subject {
    /// The subject of a `truth.json`, or of a folder with one: that of a simulation, or of a demonstration.
    ///
    /// # Errors
    /// [`SimError::Read`] if there is none; [`SimError::Truth`] if it is damaged, or if this version makes other voxels of it.
    pub fn open(path: &Path) -> Result<Self, SimError> {
        let truth = file(path);
        let text = std::fs::read(&truth).map_err(|source| SimError::Read { path: truth.clone(), source })?;
        let refuse = |message: String| Err(SimError::Truth { path: truth.clone(), message });
        let known: Truth = match serde_json::from_slice(&text) {
            Ok(known) => known,
            Err(error) => return refuse(format!("is not the truth about a simulated subject: {error}")),
        };
        if known.version != TRUTH_VERSION {
            return refuse(format!("has version {}, this program reads {TRUTH_VERSION}", known.version));
        }
        let brain = Brain::new(known.seed, known.config.clone())?;
        if brain.truth() != known {
            return refuse(
                "describes other voxels than this version makes of its seed: use the version that wrote it, or simulate again"
                    .into(),
            );
        }
        Ok(Self { brain, truth })
    }

    /// Its brain.
    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// Image side of its own data set, pixels.
    pub fn side(&self) -> usize {
        self.brain.config().side
    }

    /// The file that it was made from.
    pub fn truth(&self) -> &Path {
        &self.truth
    }

    /// Shows artificial images of side [`Subject::side`], each `repeats` times, and writes a data set of single trials in which
    /// all are held out. Its voxels are those of the subject's own data set.
    ///
    /// The column `ceiling` has, for each voxel, the correlation that a perfect encoder reaches over these images with
    /// the mean of the repeats: `sqrt(s² / (s² + 1 / (snr repeats)))`, with s² the variance of the noiseless signal.
    ///
    /// # Errors
    /// No image or repeat, or a data set that exists or cannot be written.
    pub fn show(
        &self,
        list: &[Artificial],
        repeats: u16,
        out: &Path,
        mut progress: impl FnMut(usize),
    ) -> Result<(), SimError> {
        if list.is_empty() || repeats == 0 {
            let key = if list.is_empty() { "images" } else { "repeats" };
            return Err(SimError::Config { key, value: "0".into(), expected: "1 or more" });
        }
        let mut signal = Array2::zeros((0, self.brain.len()));
        for block in list.chunks(BLOCK) {
            let images = artificial_images(block, self.side());
            signal.append(Axis(0), self.brain.signal(images.view())?.view()).expect("blocks have one width");
            progress(signal.nrows());
        }
        let mut writer = DataSetWriter::create(out, self.header(list, &signal, repeats))?;
        for block in list.chunks(BLOCK) {
            writer.append_stimuli(artificial_images(block, self.side()).view())?;
        }
        for repeat in 0..repeats {
            let mut responses = signal.clone();
            self.brain.add_noise(&mut responses, mix(SHAPES | u64::from(repeat)));
            let trial = |row: usize| TrialInfo {
                stimulus: row as u32,
                repeat,
                session: repeat,
                run: (row / RUN) as u16,
                averaged: 1,
            };
            writer.append_responses(responses.view(), &(0..list.len()).map(trial).collect::<Vec<_>>())?;
        }
        writer.finish()?;
        Ok(())
    }

    fn header(&self, list: &[Artificial], signal: &Array2<f32>, repeats: u16) -> Header {
        let stimulus = |one: &Artificial| StimulusInfo {
            name: one.name.clone(),
            class: Some(one.kind.name().into()),
            origin: None,
            split: Split::Test,
        };
        let mut voxels = self.brain.voxels();
        voxels.columns.insert("ceiling".into(), self.ceiling(signal, repeats));
        let title = format!("Artificial images, simulated subject of seed {}", self.brain.truth().seed);
        let split = Step::split("all artificial images are held out");
        let stimuli = list.iter().map(stimulus).collect();
        Header::new(stimuli, voxels, self.side(), provenance(&self.brain, title, [split]))
    }

    fn ceiling(&self, signal: &Array2<f32>, repeats: u16) -> VoxelColumn {
        let variances = signal.mapv(f64::from).var_axis(Axis(0), 0.0);
        let of = |(variance, snr): (&f64, f32)| {
            (variance / (variance + 1.0 / (f64::from(snr) * f64::from(repeats)))).sqrt() as f32
        };
        let snr = self.brain.truth().voxels.into_iter().map(|voxel| voxel.snr);
        VoxelColumn {
            meaning: format!(
                "correlation of the noiseless signal with the mean of {repeats} repeats, over these images"
            ),
            fitted_on: FittedOn::Everything,
            values: variances.iter().zip(snr).map(of).collect(),
        }
    }
}

/// The truth of a path: the file itself, or that of a simulation or of a demonstration's folder.
fn file(path: &Path) -> PathBuf {
    let of = |folder: &Path| folder.join(TRUTH_FILE);
    let candidates = [of(path), of(&path.join("simulation")), of(path.parent().unwrap_or(path))];
    if path.is_dir() {
        return candidates.into_iter().find(|file| file.is_file()).unwrap_or_else(|| of(path));
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use afterimage_data::{Averaging, DataSet};
    use afterimage_statistics::correlation::pearson;

    use super::*;
    use crate::{ArtificialConfig, SimConfig, Simulation, artificial};

    fn small() -> SimConfig {
        SimConfig { voxels: 60, train: 8, validation: 2, test: 2, unpaired: 2, external: 2, ..SimConfig::default() }
    }

    #[test]
    fn the_subject_of_a_simulation_sees_shapes_with_the_same_voxels_and_a_known_ceiling() {
        let folder = tempfile::tempdir().unwrap();
        let written = Simulation::generate(small(), folder.path(), |_| ()).unwrap();
        let subject = Subject::open(folder.path()).unwrap();
        assert_eq!(Subject::open(&written.data_set).unwrap().truth(), written.truth);
        let list = artificial(&ArtificialConfig { seed: 0, side: subject.side(), each: 10 }).unwrap();
        let out = folder.path().join("shapes.afterimage");
        let mut seen = 0;
        subject.show(&list, 40, &out, |n| seen = n).unwrap();
        assert_eq!(seen, 80);
        let (own, other) = (DataSet::open(&written.data_set).unwrap(), DataSet::open(&out).unwrap());
        assert_eq!(own.header().voxels.regions, other.header().voxels.regions);
        let side = |data: &DataSet| data.header().voxels.columns["hemisphere"].values.clone();
        assert_eq!(side(&own), side(&other));
        assert_eq!((other.header().stimuli.len(), other.held_out().stimuli().len()), (80, 80));
        // The correlation of the mean of repeats with the noiseless signal is the stated ceiling.
        let means = other.held_out().items(Averaging::Stimulus).unwrap().responses;
        let signal = subject.brain().signal(artificial_images(&list, subject.side()).view()).unwrap();
        let column = |table: &Array2<f32>, v: usize| table.column(v).mapv(f64::from).to_vec();
        let ceiling = &other.header().voxels.columns["ceiling"].values;
        let off = |v: usize| pearson(&column(&means, v), &column(&signal, v)) - f64::from(ceiling[v]);
        let mean_off = (0..60).map(|v| off(v).abs()).sum::<f64>() / 60.0;
        assert!(mean_off < 0.03, "{mean_off}");
    }

    #[test]
    fn a_truth_of_other_voxels_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let written = Simulation::generate(small(), folder.path(), |_| ()).unwrap();
        let mut truth: Truth = serde_json::from_slice(&std::fs::read(&written.truth).unwrap()).unwrap();
        truth.voxels[7].snr *= 2.0;
        std::fs::write(&written.truth, serde_json::to_vec(&truth).unwrap()).unwrap();
        let error = Subject::open(&written.truth).err().unwrap().to_string();
        assert!(error.contains("truth.json describes other voxels"), "{error}");
        let missing = Subject::open(&folder.path().join("nothing")).err().unwrap().to_string();
        assert!(missing.contains("cannot read"), "{missing}");
    }
}
