//! Files that h5py, nibabel and scipy wrote in the layout of NSD, compared with what those tools read back.

use std::path::PathBuf;

use crate::support::{expected, numbers};
use afterimage_data::{DataSet, NsdOptions, import_nsd};
use afterimage_formats::{nifti, volume::Volume};
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    crate::support::fixture("nsd").join(name)
}

fn options(betas: &str) -> NsdOptions {
    NsdOptions {
        subject: 2,
        betas: fixture(betas),
        mask: Some(fixture("nsdgeneral.nii.gz")),
        regions: vec![fixture("prf-visualrois.nii.gz")],
        region_threshold: None,
        mask_threshold: None,
        ncsnr: Some(fixture("ncsnr.nii.gz")),
        design: fixture("nsd_expdesign.mat"),
        stimuli: fixture("nsd_stimuli.hdf5"),
        roi: None,
        validation: 1,
        seed: 0,
    }
}

fn import(options: &NsdOptions) -> afterimage_data::Result<(tempfile::TempDir, DataSet)> {
    crate::support::import(|out, write| import_nsd(options, out, write, |_| ()))
}

fn is_close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-5 * b.abs().max(1.0))
}

#[test]
fn betas_of_both_formats_are_those_that_nibabel_reads() {
    let expected = expected("nsd");
    for betas in ["hdf5", "nifti"] {
        let (_folder, data) = import(&options(betas)).unwrap();
        for trial in 0..12 {
            let wanted = numbers(&expected[if trial < 6 { "session1" } else { "session2" }][trial % 6]);
            let row = data.responses(trial, 1).unwrap();
            assert!(is_close(row.as_slice().unwrap(), &wanted), "{betas}, trial {trial}");
        }
        let header = data.header();
        let shown: Vec<String> =
            header.trials.iter().map(|trial| header.stimuli[trial.stimulus as usize].name.clone()).collect();
        let wanted: Vec<String> =
            numbers(&expected["pictures"]).iter().map(|&picture| format!("nsd-{:05}", picture as usize)).collect();
        assert_eq!(shown, wanted);
        assert_eq!((header.trials[6].session, header.trials[6].repeat, header.trials[10].repeat), (1, 1, 2));
        let test: Vec<&str> =
            data.held_out().stimuli().iter().map(|&row| header.stimuli[row as usize].name.as_str()).collect();
        assert_eq!(test, ["nsd-00003", "nsd-00001"]);
        let picture: Vec<f32> = data.images(&[0]).unwrap().iter().map(|&value| f32::from(value)).collect();
        assert_eq!(picture, numbers(&expected["brick[3]"]));
        let regions: Vec<Value> = header.voxels.regions["V1v"].iter().map(|&inside| inside.into()).collect();
        assert_eq!(&regions, expected["V1v"].as_array().unwrap());
        assert!(is_close(&header.voxels.columns["ncsnr"].values, &numbers(&expected["ncsnr"])));
        let place = header.voxels.coordinates.as_ref().unwrap().last().unwrap();
        assert!(is_close(place, &numbers(expected["xyz"].as_array().unwrap().last().unwrap())));
    }
}

#[test]
fn sessions_and_trials_that_are_not_there_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("hdf5/betas_session02.hdf5"), folder.path().join("betas_session02.hdf5")).unwrap();
    std::fs::write(folder.path().join("betas_session03.hdf5.part"), b"half").unwrap();
    let options = NsdOptions { betas: folder.path().to_owned(), ..options("hdf5") };
    let (_out, data) = import(&options).unwrap();
    let left_out: Vec<String> = data.header().provenance.left_out.iter().map(ToString::to_string).collect();
    for wanted in [
        "1 file whose name is not that of a session's betas (betas_session03.hdf5.part)",
        "1 session without a file (1)",
        "744 trials that the files of their sessions lack",
    ] {
        assert!(left_out.iter().any(|line| line == wanted), "{wanted}: {left_out:?}");
    }
}

#[test]
fn region_expression_keeps_the_right_columns() {
    let (_folder, data) = import(&NsdOptions { roi: Some("V1v".into()), ..options("hdf5") }).unwrap();
    let expected = expected("nsd");
    let inside = expected["V1v"].as_array().unwrap();
    let row = numbers(&expected["session1"][0]);
    let wanted: Vec<f32> =
        row.iter().zip(inside).filter(|(_, inside)| inside.as_bool().unwrap()).map(|(v, _)| *v).collect();
    assert!(is_close(data.responses(0, 1).unwrap().as_slice().unwrap(), &wanted));
    assert_eq!(data.header().voxels.volume.as_ref().unwrap().indices.len(), wanted.len());
}

#[test]
fn betas_of_another_grid_are_refused_and_hdf5_says_that_it_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let source = Volume::open(&fixture("nsdgeneral.nii.gz")).unwrap();
    let mut mirrored = source.header().affine;
    mirrored[0][0] *= -1.0;
    mirrored[0][3] *= -1.0;
    let mask = folder.path().join("mirrored.nii.gz");
    nifti::write_f32(&mask, source.volume(0).unwrap().view().into_dyn(), &mirrored).unwrap();
    let other = |betas: &str| NsdOptions { mask: Some(mask.clone()), regions: vec![], ncsnr: None, ..options(betas) };
    let message = import(&other("nifti")).err().unwrap().to_string();
    for words in
        ["betas_session01.nii.gz", "mirrored.nii.gz", "its affine (sform)", "its axes run RAS, those of the other LAS"]
    {
        assert!(message.contains(words), "{words}: {message}");
    }
    for wrong in [
        NsdOptions { regions: vec![fixture("prf-visualrois.nii.gz")], ..other("hdf5") },
        NsdOptions { ncsnr: Some(fixture("ncsnr.nii.gz")), ..other("hdf5") },
    ] {
        assert!(import(&wrong).err().unwrap().to_string().contains("its affine"));
    }
    let (_folder, data) = import(&other("hdf5")).unwrap();
    let said: Vec<String> = data.header().provenance.steps.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|step| step.contains("by the shape of the volumes only")), "{said:?}");
}

#[test]
fn what_does_not_fit_is_named() {
    let refusal = |options: &NsdOptions| import(options).err().unwrap().to_string();
    let message = refusal(&NsdOptions { subject: 9, ..options("hdf5") });
    assert!(message.contains("subject 9") && message.contains("nsd_expdesign.mat"), "{message}");
    let message = refusal(&NsdOptions { subject: 1, ..options("hdf5") });
    assert!(message.contains("no image for trial 0"), "{message}");
    let message = refusal(&NsdOptions { betas: fixture("."), ..options("hdf5") });
    assert!(message.contains("betas_sessionNN"), "{message}");
    let message = refusal(&NsdOptions { roi: Some("V9".into()), ..options("hdf5") });
    assert!(message.contains("V1d"), "{message}");
}

#[test]
fn another_subject_in_the_names_than_the_one_given_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mask = folder.path().join("ppdata/subj03/func1pt8mm/nsdgeneral.nii.gz");
    std::fs::create_dir_all(mask.parent().unwrap()).unwrap();
    std::fs::copy(fixture("nsdgeneral.nii.gz"), &mask).unwrap();
    let message = import(&NsdOptions { mask: Some(mask), ..options("hdf5") }).unwrap_err().to_string();
    assert!(message.contains("of subject 3 by its name, and --subject is 2"), "{message}");
}
