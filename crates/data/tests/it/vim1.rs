//! A v7.3 file that h5py wrote as MATLAB does and a v5 file that scipy wrote, compared with what they read back.

use crate::support::{assert_close, expected, fixture, import, numbers, responses};
use afterimage_data::{Vim1Options, import_vim1};

fn options() -> Vim1Options {
    Vim1Options {
        responses: fixture("vim1/EstimatedResponses.mat"),
        stimuli: fixture("vim1/Stimuli.mat"),
        subject: 1,
        roi: None,
        validation: 1,
        seed: 0,
    }
}

#[test]
fn responses_places_and_pictures_are_those_of_the_tools() {
    let expected = expected("vim1");
    let (_folder, data) = import(|out, write| import_vim1(&options(), out, write, |_| ())).unwrap();
    assert_close(&responses(&data), &numbers(&expected["responses"]));
    let header = data.header();
    let volume = header.voxels.volume.as_ref().unwrap();
    let indices: Vec<f32> = volume.indices.iter().flatten().map(|&index| index as f32).collect();
    assert_close(&indices, &numbers(&expected["indices"]));
    for region in ["V1", "V4"] {
        let mask: Vec<f32> = header.voxels.regions[region].iter().map(|&inside| f32::from(u8::from(inside))).collect();
        assert_close(&mask, &numbers(&expected[region]));
    }
    let averaged: Vec<u16> = header.trials.iter().map(|trial| trial.averaged).collect();
    assert_eq!(averaged, [2, 2, 2, 2, 2, 13, 13, 13]);
    assert_eq!(data.held_out().stimuli(), [5, 6, 7]);
    let rows: Vec<u32> = (0..8).collect();
    let images = data.images(&rows).unwrap();
    let wanted = numbers(&expected["grey"]);
    for (pixel, wanted) in images.rows().into_iter().zip(&wanted) {
        assert!(pixel.iter().all(|&value| (f32::from(value) - wanted).abs() < 0.51), "{pixel} and {wanted}");
    }
}

#[test]
fn absent_subject_is_answered_with_the_arrays_there_are() {
    let options = Vim1Options { subject: 2, ..options() };
    let message = import(|out, write| import_vim1(&options, out, write, |_| ())).unwrap_err().to_string();
    assert!(message.contains("dataTrnS2"), "{message}");
}
