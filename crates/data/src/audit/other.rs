//! What the held-out part of one data set shares with another, on which networks were trained.

use afterimage_formats::picture;

use super::checks::{self, check, fail_if_any};
use super::{Check, Verdict, hash, pass_over};
use crate::Result;
use crate::header::Split;
use crate::part::HeldOutSplit;
use crate::store::DataSet;

/// Looks for the images and classes of a held-out part in the training and validation parts of another data set, on which what
/// is scored was trained: three checks, as [`super::audit`] makes them within one data set.
///
/// # Errors
/// When images cannot be read, and [`crate::Error::Damaged`] when a data set is not as it was written.
pub fn shared_with_trained(test: &HeldOutSplit<'_>, trained: &DataSet) -> Result<Vec<Check>> {
    let data = test.data_set();
    data.verify_once()?;
    trained.verify_once()?;
    let shown = hash::of_stimuli(data, Split::Test, &mut pass_over)?;
    let side = data.header().size;
    let other = |row: usize| {
        let (name, image) = checks::stimulus(trained, row)?;
        Ok((name, picture::crop_resize(image.view(), side, trained.path())?))
    };
    let mut found = Vec::new();
    for split in [Split::Train, Split::Validation] {
        let name = format!("same image in test and the run's {}", split.name());
        let others = hash::of_stimuli(trained, split, &mut pass_over)?;
        if shown.is_empty() || others.is_empty() {
            let whose = if shown.is_empty() { "the test part" } else { "this part" };
            found.push(check(name, Verdict::NotApplicable, format!("{whose} has no images"), Vec::new()));
            continue;
        }
        let (items, _) = checks::duplicates(&shown, &others, |row| checks::stimulus(data, row), other)?;
        let detail = format!("{} of {} x {} pairs are duplicates", items.len(), shown.len(), others.len());
        found.push(check(name, fail_if_any(&items), detail, items));
    }
    found.push(checks::classes_in_trained(data, trained));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array4};

    use super::*;
    use crate::{DataSetWriter, Header, Provenance, StimulusInfo, TrialInfo, Voxels};

    /// A data set of images that differ, from `first` on, of a side, all of one part and class.
    fn data_set(folder: &std::path::Path, split: Split, class: &str, first: usize, side: usize) -> DataSet {
        let info =
            |i: usize| StimulusInfo { class: Some(class.into()), ..StimulusInfo::new(format!("{split:?}-{i}"), split) };
        let path = folder.join(format!("{split:?}{first}{side}.afterimage"));
        let header = Header::new((0..3).map(info).collect(), Voxels::new(2), side, Provenance::default());
        let mut writer = DataSetWriter::create(&path, header).unwrap();
        let value = |(n, y, x, c): (usize, usize, usize, usize)| {
            let (u, v) = ((x as f32 + 0.5) / side as f32, (y as f32 + 0.5) / side as f32);
            let angle = 1.1 * (n + first) as f32;
            let wave = (12.0 * (u * angle.cos() + v * angle.sin()) + 3.0 * angle + c as f32).sin();
            (127.0 + 120.0 * wave) as u8
        };
        writer.append_stimuli(Array4::from_shape_fn((3, side, side, 3), value).view()).unwrap();
        let trial = |stimulus| TrialInfo { stimulus, repeat: 0, session: 0, run: 0, averaged: 1 };
        writer
            .append_responses(Array2::from_shape_fn((3, 2), |(i, v)| (i + v) as f32).view(), &[0, 1, 2].map(trial))
            .unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn images_and_classes_that_networks_were_trained_on_are_found_at_another_size() {
        let folder = tempfile::tempdir().unwrap();
        let trained = data_set(folder.path(), Split::Train, "cat", 0, 64);
        // Two of its images are images 1 and 2 of training.
        let test = data_set(folder.path(), Split::Test, "Cat", 1, 32);
        let checks = shared_with_trained(&test.held_out(), &trained).unwrap();
        assert_eq!((checks[0].verdict, checks[0].items.len()), (Verdict::Fail, 2), "{:?}", checks[0]);
        assert_eq!(checks[1].verdict, Verdict::NotApplicable);
        assert_eq!((checks[2].name.as_str(), checks[2].verdict), ("test classes in the run's training", Verdict::Warn));
        let far = data_set(folder.path(), Split::Test, "dog", 7, 32);
        let checks = shared_with_trained(&far.held_out(), &trained).unwrap();
        assert_eq!([checks[0].verdict, checks[2].verdict], [Verdict::Pass; 2], "{checks:?}");
    }
}
