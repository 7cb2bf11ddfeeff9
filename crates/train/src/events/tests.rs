//! Tests of the event files of TensorBoard: what the reader finds is what was written.

use std::collections::BTreeMap;

use afterimage_run::layout::Phase;
use ndarray::Array3;

use super::*;

fn epoch(phase: Phase, step: u64, unix_secs: Option<f64>) -> Record {
    Record {
        phase,
        epoch: step as u32,
        step,
        learning_rate: 0.5,
        unix_secs,
        train: BTreeMap::from([("total".into(), 2.0 * step as f64)]),
        validation: BTreeMap::new(),
        secs: 10.0,
        loader_wait_secs: 0.0,
    }
}

/// Wall time, step and tag of each event, in order.
fn read(run: &RunFolder) -> Vec<(f64, u64, String)> {
    let file = std::fs::read(run.tensorboard_dir().join("events.out.tfevents.afterimage")).unwrap();
    let of = |event: &&[u8]| {
        let event = fields(event)?;
        let Value::Double(time) = find(&event, number::WALL_TIME)? else { return None };
        let Value::Integer(step) = find(&event, number::STEP)? else { return None };
        let Value::Bytes(summary) = find(&event, number::SUMMARY)? else { return None };
        let Value::Bytes(value) = find(&fields(summary)?, number::VALUE)? else { return None };
        let Value::Bytes(tag) = find(&fields(value)?, number::TAG)? else { return None };
        Some((time, step, String::from_utf8(tag.to_vec()).unwrap()))
    };
    records(&file).iter().filter_map(of).collect()
}

#[test]
fn events_have_the_time_of_day_of_their_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    let log = [epoch(Phase::Encoder, 1, Some(1.7e9)), epoch(Phase::Encoder, 2, Some(1.7e9 + 10.5))];
    let mut events = Events::reopen(&run, &log, |_, _| true).unwrap();
    events.append(&epoch(Phase::Encoder, 3, Some(1.7e9 + 99.0))).unwrap();
    let times: Vec<(f64, u64)> = read(&run)
        .into_iter()
        .filter(|(.., tag)| tag == "encoder/train/total")
        .map(|(time, step, _)| (time, step))
        .collect();
    assert_eq!(times, [(1.7e9, 1), (1.7e9 + 10.5, 2), (1.7e9 + 99.0, 3)]);
}

#[test]
fn log_of_an_earlier_version_has_times_that_are_not_steps() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    Events::reopen(&run, &[epoch(Phase::Encoder, 1, None)], |_, _| true).unwrap();
    assert!(read(&run).iter().all(|(time, ..)| *time > 1e9));
}

#[test]
fn images_stay_when_the_file_is_written_again_up_to_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    let image = Array3::from_shape_fn((4, 6, 3), |(y, x, c)| (60 * y + 10 * x + c) as u8);
    let mut events = Events::reopen(&run, &[], |_, _| true).unwrap();
    for (tag, step) in [("decoder/a", 10), ("decoder/a", 20), ("encoder/b", 30)] {
        events.picture(tag, step, image.view()).unwrap();
    }
    let before = read(&run);
    Events::reopen(&run, &[epoch(Phase::Decoder, 10, Some(5.0))], |phase, step| phase != "decoder" || step <= 10)
        .unwrap();
    let after: Vec<_> =
        read(&run).into_iter().filter(|(.., tag)| !tag.contains("train") && !tag.contains("rate")).collect();
    assert_eq!(after, [before[0].clone(), before[2].clone()]);
}

#[test]
fn image_is_a_png_of_its_pixels_and_size() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    let image = Array3::from_shape_fn((4, 6, 3), |(y, x, c)| (60 * y + 10 * x + c) as u8);
    let mut events = Events::reopen(&run, &[], |_, _| true).unwrap();
    events.picture("decoder/a", 1, image.view()).unwrap();
    let path = run.tensorboard_dir().join("events.out.tfevents.afterimage");
    let file = std::fs::read(&path).unwrap();
    let event = fields(records(&file)[1]).unwrap();
    let Some(Value::Bytes(summary)) = find(&event, number::SUMMARY) else { panic!("no summary") };
    let Some(Value::Bytes(value)) = find(&fields(summary).unwrap(), number::VALUE) else { panic!("no value") };
    let Some(Value::Bytes(stored)) = find(&fields(value).unwrap(), number::IMAGE) else { panic!("no image") };
    let stored = fields(stored).unwrap();
    let size = [number::HEIGHT, number::WIDTH, number::COLOURS].map(|of| find(&stored, of));
    assert_eq!(size, [4, 6, 3].map(|n| Some(Value::Integer(n))));
    let Some(Value::Bytes(png)) = find(&stored, number::PNG) else { panic!("no PNG") };
    assert_eq!(picture::decode(png, &path).unwrap(), image);
}
