//! Copies of validation images, copies in other colours, and responses that are copies or empty.

use super::*;

#[test]
fn the_list_leaves_out_all_that_fails_also_copies_of_validation_images() {
    let images = [(scene(1), Split::Train, None), (scene(2), Split::Train, None), (scene(3), Split::Train, None)];
    let held =
        [(scene(2), Split::Validation, None), (scene(4), Split::Validation, None), (scene(1), Split::Test, None)];
    let (_folder, mut data) = data_set(&[images, held].concat());
    let before = audit(&data, None).unwrap();
    assert_eq!(of(&before, "same image in validation and training").verdict, Verdict::Fail);
    assert_eq!(before.exclusions.stimuli.iter().collect::<Vec<_>>(), ["0.png", "1.png"]);
    data.leave_out(&before.exclusions.stimuli);
    let after = audit(&data, None).unwrap();
    assert_ne!(after.worst(), Verdict::Fail, "{after:?}");
    assert!(after.exclusions.is_empty());
}

#[test]
fn copies_in_other_colours_are_warned_of_with_their_names() {
    // Stripes of several directions, widths and places, others for each seed.
    let textured = |seed: usize| {
        Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, c)| {
            let stripe = |at: usize| {
                let turn = (seed * 6 + at) as f32 * 2.4;
                let (y, x) = (y as f32, x as f32 + 0.3 * y as f32 * (turn * 1.3).cos());
                ((x * turn.cos() + y * turn.sin()) * (0.15 + 0.06 * at as f32) + turn * 7.0).sin().signum()
            };
            (128.0 + (0..6).map(|at| stripe(at) * (3.0 + 14.0 * ((at + c) % 3) as f32)).sum::<f32>()) as u8
        })
    };
    let grey = |image: Array3<u8>| {
        let mean = image.mapv(f32::from).mean_axis(Axis(2)).unwrap();
        Array3::from_shape_fn(image.dim(), |(y, x, _)| mean[[y, x]] as u8)
    };
    let inverted = textured(1).mapv(|value| 255 - value);
    let swapped = textured(2).slice(s![.., ..;-1, ..;-1]).to_owned();
    let train = [inverted, swapped, grey(textured(3)), textured(4)].map(|image| (image, Split::Train, None));
    let held = [textured(1), textured(2), textured(3)].map(|image| (image, Split::Test, None));
    let (_folder, data) = data_set(&[train.to_vec(), held.to_vec()].concat());
    let audited = audit(&data, None).unwrap();
    let found = of(&audited, "same image in other colours");
    assert_eq!(found.verdict, Verdict::Warn, "{found:?}");
    let pairs = ["test 4.png ~ training 0.png", "test 5.png ~ training 1.png (mirrored", "test 6.png ~ training 2.png"];
    for pair in pairs {
        assert!(found.items.iter().any(|item| item.contains(pair)), "{pair}: {found:?}");
    }
    assert_eq!(found.items.len(), pairs.len(), "{:?}", found.items);
}

#[test]
fn empty_trials_and_copies_are_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let stimuli = (0..4).map(|at| StimulusInfo::new(at.to_string(), Split::Train)).collect();
    let header = Header::new(stimuli, Voxels::new(4), 0, Provenance::of_voxels());
    let mut writer = DataSetWriter::create(&folder.path().join("x.afterimage"), header).unwrap();
    let responses = ndarray::array![[0.5, 1.0, 2.0, 0.5], [0.0; 4], [0.1, 1.0, 3.0, 0.1], [0.5, 1.0, 2.0, 0.5]];
    let trial = |stimulus: u32| TrialInfo { stimulus, repeat: 0, session: 0, run: 0, averaged: 1 };
    writer.append_responses(responses.mapv(|value: f64| value as f32).view(), &[0, 1, 2, 3].map(trial)).unwrap();
    let audited = audit(&writer.finish().unwrap(), None).unwrap();
    let found = of(&audited, "responses");
    assert_eq!(found.verdict, Verdict::Warn);
    assert_eq!(found.items, ["trial 1 is 0", "trial 3 = trial 0", "voxel 3 = voxel 0"]);
    assert!(found.detail.contains("1 of 4 trials have the response 0 in all voxels"), "{}", found.detail);
}
