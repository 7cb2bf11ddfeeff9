//! Round trips, refusals and damaged folders.

mod damage;

use std::path::PathBuf;

use ndarray::{Array2, Array4, s};

use super::*;
use crate::RecordedUnit;
use crate::header::{Provenance, Split, StimulusInfo, TrialInfo, Voxels};
use crate::items::Averaging;
use crate::reliability::Reliability;

const SIDE: usize = 6;

fn header(count: usize, voxels: usize) -> Header {
    let split = |index: usize| match index % 3 {
        0 => Split::Train,
        1 => Split::Test,
        _ => Split::Validation,
    };
    let stimuli = (0..count).map(|index| StimulusInfo::new(format!("{index}.png"), split(index)));
    Header::new(stimuli.collect(), Voxels::new(voxels), SIDE, Provenance { title: "x".into(), ..Provenance::default() })
}

fn images(count: usize) -> Array4<u8> {
    Array4::from_shape_fn((count, SIDE, SIDE, 3), |(n, y, x, c)| (n * 31 + y * 7 + x * 3 + c) as u8)
}

fn trial(stimulus: usize, repeat: u16) -> TrialInfo {
    TrialInfo { stimulus: stimulus as u32, repeat, session: 0, run: 0, averaged: 1 }
}

/// One data set with the given responses `[trials, voxels]`, stimulus of each trial, and stimuli in turn train, test, validation.
fn write(path: &Path, stimuli: usize, of_trial: &[usize], responses: &Array2<f32>) -> DataSet {
    let mut writer = DataSetWriter::create(path, header(stimuli, responses.ncols())).unwrap();
    writer.append_stimuli(images(stimuli).view()).unwrap();
    let trials: Vec<_> = of_trial.iter().enumerate().map(|(row, &stimulus)| trial(stimulus, row as u16)).collect();
    writer.append_responses(responses.view(), &trials).unwrap();
    writer.finish().unwrap()
}

#[test]
fn blocks_of_any_size_survive_the_round_trip() {
    let folder = tempfile::tempdir().unwrap();
    let responses = Array2::from_shape_fn((5000, 3), |(i, v)| i as f32 * 0.5 - v as f32);
    let trials: Vec<_> = (0..5000).map(|row| trial(row % 90, (row / 90) as u16)).collect();
    let path = folder.path().join("x.afterimage");
    let mut writer = DataSetWriter::create(&path, header(90, 3)).unwrap();
    for block in [0..1, 1..50, 50..90] {
        writer.append_stimuli(images(90).slice(s![block, .., .., ..])).unwrap();
    }
    for block in [0..7, 7..4500, 4500..5000] {
        writer.append_responses(responses.slice(s![block.clone(), ..]), &trials[block]).unwrap();
    }
    drop(writer.finish().unwrap());
    let data = DataSet::open(&path).unwrap();
    assert_eq!(data.responses(0, 5000).unwrap(), responses);
    assert_eq!(data.responses(4090, 20).unwrap(), responses.slice(s![4090..4110, ..]));
    assert_eq!(
        data.images(&[89, 0, 89]).unwrap().index_axis(ndarray::Axis(0), 2),
        images(90).slice(s![89, .., .., ..])
    );
    assert_eq!(data.header().trials, trials);
    data.verify().unwrap();
    assert!(data.images(&[90]).is_err() && data.responses(4999, 2).is_err());
    // In any order, with repeats, from several chunks.
    let wanted = [4999, 0, 2500, 1, 4100, 0];
    assert_eq!(data.responses_of(&wanted).unwrap(), responses.select(ndarray::Axis(0), &wanted));
    assert!(data.responses_of(&[0, 5000]).is_err());
}

#[test]
fn fingerprint_follows_content_not_blocks_title_or_unit() {
    let folder = tempfile::tempdir().unwrap();
    let responses = ndarray::array![[1.0_f32], [2.0], [3.0]];
    let one = write(&folder.path().join("a"), 3, &[0, 1, 2], &responses);
    let other = write(&folder.path().join("b"), 3, &[0, 1, 2], &(responses.clone() + 1e-6));
    let mut renamed = header(3, 1);
    renamed.provenance.title = "another".into();
    renamed.provenance.unit = Some(RecordedUnit::Neuron);
    let mut writer = DataSetWriter::create(&folder.path().join("c"), renamed).unwrap();
    for row in 0..3 {
        writer.append_responses(responses.slice(s![row..=row, ..]), &[trial(row, row as u16)]).unwrap();
        writer.append_stimuli(images(3).slice(s![row..=row, .., .., ..])).unwrap();
    }
    drop(writer.finish().unwrap());
    let renamed = DataSet::open(&folder.path().join("c")).unwrap();
    assert_eq!(renamed.fingerprint(), one.fingerprint());
    let units = [renamed, DataSet::open(one.path()).unwrap()].map(|data| data.header().provenance.unit);
    assert_eq!(units, [Some(RecordedUnit::Neuron), None], "a data set without a unit opens, and still has none");
    assert_ne!(one.fingerprint(), other.fingerprint());
}

#[test]
fn same_data_make_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|name| {
        let path = folder.path().join(name);
        write(&path, 300, &[0, 1, 2], &ndarray::array![[1.0], [2.0], [3.0]]);
        std::fs::read(path.join("stimuli/c/0/0/0/0")).unwrap()
    });
    assert!(one == other, "images lie in the order in which threads finished them");
}

#[test]
fn unfinished_writer_leaves_nothing_and_existing_data_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.afterimage");
    let writer = DataSetWriter::create(&path, header(3, 1)).unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("0 of 3 images"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let data = write(&path, 3, &[0], &ndarray::array![[1.0]]);
    assert!(DataSetWriter::create(&path, header(3, 1)).is_err());
    drop(DataSetWriter::replace(&path, header(3, 1)).unwrap());
    assert_eq!(DataSet::open(&path).unwrap().fingerprint(), data.fingerprint());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_a_killed_writer_left_is_cleared_and_a_living_ones_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.afterimage");
    let killed = folder.path().join(".x.afterimage.1.partial");
    let living = folder.path().join(".x.afterimage.2.partial");
    for left in [&killed, &living] {
        std::fs::create_dir(left).unwrap();
        std::fs::write(left.join(".lock"), "").unwrap();
    }
    let empty = folder.path().join(".x.afterimage.3.partial");
    std::fs::create_dir(&empty).unwrap();
    let held = std::fs::File::open(living.join(".lock")).unwrap();
    held.lock().unwrap();
    write(&path, 3, &[0, 1, 2], &Array2::zeros((3, 2)));
    assert!(!killed.exists() && !empty.exists() && living.exists() && DataSet::open(&path).is_ok());
    assert!(!path.join(".lock").exists());
}

#[test]
fn replacing_spares_what_is_no_data_set() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.tex"), "x").unwrap();
    assert!(DataSetWriter::replace(folder.path(), header(3, 1)).is_err());
    let path = folder.path().join("x.afterimage");
    let first = write(&path, 3, &[0], &ndarray::array![[1.0]]).fingerprint().to_owned();
    let mut writer = DataSetWriter::replace(&path, header(3, 1)).unwrap();
    writer.append_stimuli(images(3).view()).unwrap();
    writer.append_responses(ndarray::array![[2.0]].view(), &[trial(0, 0)]).unwrap();
    assert_ne!(writer.finish().unwrap().fingerprint(), first);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn values_and_shapes_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DataSetWriter::create(&folder.path().join("x"), header(3, 1)).unwrap();
    let mut refused =
        |value: f32, trials: &[TrialInfo]| writer.append_responses(ndarray::array![[value]].view(), trials).is_err();
    assert!(refused(f32::NAN, &[trial(0, 0)]));
    assert!(refused(1.0, &[trial(3, 0)]));
    assert!(refused(1.0, &[]));
    assert!(writer.append_stimuli(Array4::zeros((1, SIDE, SIDE + 1, 3)).view()).is_err());
    assert!(writer.append_stimuli(images(4).view()).is_err());
}

fn flip(path: &Path, at: impl Fn(usize) -> usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let position = at(bytes.len());
    bytes[position] ^= 0xff;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn damage_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    write(&path, 3, &[0, 1, 2], &ndarray::array![[1.0], [2.0], [3.0]]);
    let chunk = path.join("responses/c/0/0");
    let shard = path.join("stimuli/c/0/0/0/0");
    flip(&chunk, |length| length / 2);
    assert!(DataSet::open(&path).unwrap().responses(0, 3).is_err());
    flip(&shard, |_| 60);
    assert!(DataSet::open(&path).unwrap().images(&[0]).is_err());
    assert!(DataSet::open(&path).unwrap().images(&[2]).is_ok());
    assert!(DataSet::open(&path).unwrap().verify().is_err());
    std::fs::write(&chunk, b"").unwrap();
    assert!(DataSet::open(&path).is_err());
    std::fs::write(path.join("zarr.json"), "{\"zarr_format\":3,\"node_type\":\"group\"}").unwrap();
    assert!(DataSet::open(&path).unwrap_err().to_string().contains("something else"));
    assert!(DataSet::open(folder.path()).unwrap_err().to_string().contains("without a zarr.json"));
}

#[test]
fn splits_and_averages_are_those_computed_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    // Stimulus 0 is training, 1 test, 2 validation, 3 training.
    let responses = ndarray::array![[1.0_f32], [10.0], [3.0], [100.0], [8.0]];
    let data = write(&folder.path().join("x"), 4, &[0, 1, 0, 2, 3], &responses);
    let train = data.training().items(Averaging::Stimulus).unwrap();
    assert_eq!(
        (train.responses, train.stimulus, train.repeats),
        (ndarray::array![[2.0], [8.0]], vec![0, 3], vec![2, 1])
    );
    let both = data.training_and_validation().items(Averaging::Trials).unwrap();
    assert_eq!((both.stimulus, both.names[2].as_str()), (vec![0, 0, 2, 3], "2.png"));
    assert_eq!(data.held_out().items(Averaging::Stimulus).unwrap().responses, ndarray::array![[10.0]]);
    assert_eq!(data.validation().items(Averaging::Trials).unwrap().responses, ndarray::array![[100.0]]);
}

#[test]
fn empty_split_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder.path().join("x"), 3, &[0], &ndarray::array![[1.0]]);
    let message = data.held_out().items(Averaging::Trials).unwrap_err().to_string();
    assert!(message.contains("the test split of \"x\" is empty"), "{message}");
}

#[test]
fn signal_and_noise_are_those_computed_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    // Training stimuli 0 and 3 have means 1 and 5 (variance 8) and variances 2 and 2; test stimuli 1 and 4 likewise
    // have means 2 and 6 and variances 2 and 8. Voxel 1 is constant, voxel 2 has signal and no noise.
    let column = [0.0_f32, 2.0, 4.0, 6.0, 1.0, 3.0, 4.0, 8.0];
    let of_trial = [0, 0, 3, 3, 1, 1, 4, 4];
    let responses = Array2::from_shape_fn((8, 3), |(row, voxel)| match voxel {
        0 => column[row],
        1 => 7.0,
        _ => of_trial[row] as f32,
    });
    let data = write(&folder.path().join("x"), 6, &of_trial, &responses);
    let snr = Reliability::snr(&data.training()).unwrap().unwrap();
    assert_eq!(snr, [4.0, 0.0, f32::INFINITY]);
    let ceiling = Reliability::noise_ceiling(&data.held_out()).unwrap().unwrap();
    // Noise variance (2 + 8)/2 = 5, variance of means 8, signal 8 - 5/2 = 5.5: ncsnr² = 1.1, 100 * 1.1/(1.1 + 0.5) = 68.75.
    assert!((ceiling.ncsnr[0] - 1.1_f32.sqrt()).abs() < 1e-6);
    assert!((ceiling.percent[0] - 68.75).abs() < 1e-4);
    assert_eq!((ceiling.percent[1], ceiling.percent[2], ceiling.stimuli), (0.0, 100.0, 2));
}

#[test]
fn without_repeats_there_is_no_ceiling() {
    let folder = tempfile::tempdir().unwrap();
    let data = write(&folder.path().join("x"), 4, &[0, 1, 2, 3], &ndarray::array![[1.0], [2.0], [3.0], [4.0]]);
    assert_eq!(Reliability::snr(&data.training()).unwrap(), None);
    assert_eq!(Reliability::noise_ceiling(&data.held_out()).unwrap(), None);
}
