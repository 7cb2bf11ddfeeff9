//! Planted duplicates are found, look-alikes are not.

use ndarray::{Array3, Array4, Axis, s};

use super::*;
use crate::header::{Header, Provenance, StimulusInfo, TrialInfo, Voxels};
use crate::store::DataSetWriter;

mod found;

const SIDE: usize = 48;

/// A smooth image unlike those of other seeds.
fn scene(seed: usize) -> Array3<u8> {
    let wave = |y: usize, x: usize, c: usize| {
        let (y, x, k) = (y as f64 / SIDE as f64, x as f64 / SIDE as f64, (seed * 7 + c) as f64);
        (k * 1.7 + 9.0 * y * (k * 0.9).sin() + 11.0 * x * (k * 0.61).cos()).sin() + (k + 23.0 * x * y).cos()
    };
    Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, c)| (127.0 + 60.0 * wave(y, x, c)) as u8)
}

fn data_set(images: &[(Array3<u8>, Split, Option<&str>)]) -> (tempfile::TempDir, DataSet) {
    let folder = tempfile::tempdir().unwrap();
    let info = |(index, (_, split, class)): (usize, &(Array3<u8>, Split, Option<&str>))| StimulusInfo {
        name: format!("{index}.png"),
        class: class.map(str::to_owned),
        origin: None,
        split: *split,
    };
    let stimuli = images.iter().enumerate().map(info).collect();
    let header = Header::new(stimuli, Voxels::new(1), SIDE, Provenance::default());
    let mut writer = DataSetWriter::create(&folder.path().join("x.afterimage"), header).unwrap();
    for (index, (image, ..)) in images.iter().enumerate() {
        writer.append_stimuli(image.view().insert_axis(Axis(0))).unwrap();
        let trial = TrialInfo { stimulus: index as u32, repeat: 0, session: 0, run: 0, averaged: 3 };
        writer.append_responses(ndarray::array![[index as f32]].view(), &[trial]).unwrap();
    }
    (folder, writer.finish().unwrap())
}

fn of<'a>(audit: &'a Audit, name: &str) -> &'a Check {
    audit.checks.iter().find(|check| check.name == name).unwrap()
}

#[test]
fn identical_brighter_and_mirrored_copies_are_found() {
    let brighter = scene(1).mapv(|value| value.saturating_add(20));
    let mirrored = scene(2).slice(s![.., ..;-1, ..]).to_owned();
    let images: Vec<_> = [scene(0), brighter, mirrored, scene(3)].map(|image| (image, Split::Train, None)).into();
    let test = [scene(0), scene(1), scene(2), scene(9)].map(|image| (image, Split::Test, None));
    let (_folder, data) = data_set(&[images, test.into()].concat());
    let audit = audit(&data, None).unwrap();
    let found = of(&audit, "same image in test and training");
    assert_eq!(found.verdict, Verdict::Fail);
    assert_eq!(found.items.len(), 3, "{:?}", found.items);
    assert!(found.items[0].contains("identical") && found.items[2].contains("mirrored"), "{:?}", found.items);
    assert_eq!(audit.worst(), Verdict::Fail);
}

#[test]
fn flat_images_raise_no_alarm_unless_their_colours_agree() {
    let flat = |value: u8| Array3::from_elem((SIDE, SIDE, 3), value);
    let train = [40, 200, 121].map(|value| (flat(value), Split::Train, None));
    let (_folder, data) = data_set(&[train.to_vec(), vec![(flat(120), Split::Test, None)]].concat());
    let audit = audit(&data, None).unwrap();
    let found = of(&audit, "same image in test and training");
    assert_eq!(found.items.len(), 1, "{:?}", found.items);
    assert!(found.items[0].contains("2.png"));
}

#[test]
fn unpaired_duplicates_become_exclusions_that_remove_them() {
    let images = [(scene(0), Split::Train, None), (scene(1), Split::Test, None)];
    let (folder, data) = data_set(&images);
    let path = folder.path().join("pool.npy");
    let scenes: Vec<_> = (1..6).map(scene).collect();
    let stack = Array4::from_shape_fn((5, SIDE, SIDE, 3), |(n, y, x, c)| scenes[n][[y, x, c]]);
    afterimage_formats::npy::write_u8(&path, stack.view().into_dyn()).unwrap();
    let pool = UnpairedPool::open(std::slice::from_ref(&path), SIDE as u32, &Exclusions::default()).unwrap();
    let result = audit(&data, Some(&pool)).unwrap();
    assert_eq!(result.exclusions.names.iter().collect::<Vec<_>>(), ["pool.npy/0"]);
    let pool = UnpairedPool::open(&[path], SIDE as u32, &result.exclusions).unwrap();
    assert_eq!((pool.len(), pool.excluded()), (4, 1));
    assert_eq!(of(&audit(&data, Some(&pool)).unwrap(), "same image in test and unpaired").verdict, Verdict::Pass);
}

#[test]
fn damaged_images_of_the_pool_are_named_together() {
    let (folder, data) = data_set(&[(scene(0), Split::Train, None), (scene(1), Split::Test, None)]);
    let path = folder.path().join("pool");
    std::fs::create_dir(&path).unwrap();
    afterimage_formats::picture::write_png(&path.join("a.png"), scene(2).view()).unwrap();
    for name in ["b.png", "c.jpg"] {
        std::fs::write(path.join(name), b"no picture").unwrap();
    }
    let pool = UnpairedPool::open(&[path], SIDE as u32, &Exclusions::default()).unwrap();
    let message = audit(&data, Some(&pool)).unwrap_err().to_string();
    assert!(message.contains("2 of 3 unpaired images cannot be read (pool/b.png, pool/c.jpg)"), "{message}");
}

#[test]
fn limit_is_stated() {
    let (folder, data) = data_set(&[(scene(0), Split::Train, None), (scene(1), Split::Test, None)]);
    let path = folder.path().join("pool.npy");
    afterimage_formats::npy::write_u8(&path, Array4::zeros((6, 8, 8, 3)).view().into_dyn()).unwrap();
    let pool = UnpairedPool::open(&[path], 8, &Exclusions::default()).unwrap();
    let audit = audit_with(&data, Some(&pool), AuditOptions { pool_limit: 2, ..AuditOptions::default() }).unwrap();
    let detail = &of(&audit, "same image in test and unpaired").detail;
    assert!(detail.contains("2 of 6 unpaired") && detail.contains("not looked at"), "{detail}");
}

#[test]
fn shared_classes_warn_and_repeats_are_stated() {
    let images = [
        (scene(0), Split::Train, Some("Dog")),
        (scene(1), Split::Test, Some("dog")),
        (scene(2), Split::Test, Some("cup")),
    ];
    let (_folder, data) = data_set(&images);
    let audit = audit(&data, None).unwrap();
    let found = of(&audit, "test classes in training");
    assert_eq!((found.verdict, found.items.as_slice()), (Verdict::Warn, ["dog".to_owned()].as_slice()));
    assert!(of(&audit, "repeats averaged").detail.contains("already averages 3"));
    assert_eq!(of(&audit, "test classes in unpaired").verdict, Verdict::NotApplicable);
}

#[test]
fn class_under_another_name_is_found_and_left_out() {
    let images = [
        (scene(0), Split::Train, Some("n02084071")),
        (scene(1), Split::Test, Some("n01443537")),
        (scene(2), Split::Test, Some("dog")),
    ];
    let (folder, data) = data_set(&images);
    for (class, seed) in [("goldfish", 3), ("chairs", 4)] {
        let inside = folder.path().join("pool").join(class);
        std::fs::create_dir_all(&inside).unwrap();
        afterimage_formats::picture::write_png(&inside.join("1.png"), scene(seed).view()).unwrap();
    }
    let path = folder.path().join("pool");
    let pool = UnpairedPool::open(std::slice::from_ref(&path), SIDE as u32, &Exclusions::default()).unwrap();
    let audit = audit(&data, Some(&pool)).unwrap();
    assert_eq!(of(&audit, "test classes in training").items, ["dog = n02084071"]);
    let found = of(&audit, "test classes in unpaired");
    assert_eq!(
        (found.verdict, found.items.as_slice()),
        (Verdict::Warn, ["n01443537 = goldfish".to_owned()].as_slice())
    );
    let pool = UnpairedPool::open(&[path], SIDE as u32, &audit.class_exclusions).unwrap();
    assert_eq!(pool.names(), ["pool/chairs/1.png"]);
}

#[test]
fn what_is_fixed_is_left_out_of_training_and_stays_in_the_test() {
    let images = [(scene(1), Split::Train, None), (scene(2), Split::Validation, None), (scene(3), Split::Train, None)];
    let test = [scene(1), scene(2), scene(9)].map(|image| (image, Split::Test, None));
    let (folder, mut data) = data_set(&[images, test].concat());
    let audited = audit(&data, None).unwrap();
    assert_eq!(audited.exclusions.stimuli.iter().collect::<Vec<_>>(), ["0.png", "1.png"]);
    let list = folder.path().join("list.toml");
    audited.exclusions.write(&list).unwrap();
    let read = Exclusions::read(&list).unwrap();
    assert_eq!(read, audited.exclusions);
    assert_eq!(data.leave_out(&read.stimuli), 2);
    assert_eq!(data.training_and_validation().stimuli(), [2]);
    assert_eq!(data.held_out().stimuli(), [3, 4, 5]);
    let after = audit(&data, None).unwrap();
    assert_eq!(of(&after, "same image in test and training").verdict, Verdict::Pass);
    std::fs::write(&list, "names = []\nimages = []\n").unwrap();
    assert!(Exclusions::read(&list).unwrap_err().to_string().contains("images"));
}

#[test]
fn crops_are_found_by_features_and_other_scenes_are_not() {
    let crop = |seed: usize| {
        let whole = scene(seed);
        afterimage_formats::picture::stretch(whole.slice(s![5..43, 5..43, ..]), SIDE, SIDE, "crop".as_ref()).unwrap()
    };
    let train = [crop(1), scene(4), scene(5)].map(|image| (image, Split::Train, None));
    let test = [scene(1), scene(2)].map(|image| (image, Split::Test, None));
    let (_folder, data) = data_set(&[train.to_vec(), test.to_vec()].concat());
    // Colours in coarse places stand in for a network.
    let embed = |images: ArrayView4<'_, u8>| {
        let mut features = Array2::zeros((images.len_of(Axis(0)), 27));
        for (mut row, image) in features.outer_iter_mut().zip(images.outer_iter()) {
            for (at, value) in row.iter_mut().enumerate() {
                let (y, x, c) = (at / 9, at / 3 % 3, at % 3);
                let part = image.slice(s![y * 16..y * 16 + 16, x * 16..x * 16 + 16, c]);
                *value = part.iter().map(|&value| f32::from(value) - 127.0).sum::<f32>() / 256.0;
            }
        }
        features
    };
    let options = AuditOptions { embed: Some(&embed), ..AuditOptions::default() };
    let audited = audit_with(&data, None, options).unwrap();
    assert_eq!(of(&audited, "same image in test and training").verdict, Verdict::Pass);
    let found = of(&audited, "look-alikes in test and training");
    assert_eq!(found.verdict, Verdict::Warn, "{found:?}");
    assert!(found.items.len() == 1 && found.items[0].starts_with("3.png ~ 0.png"), "{:?}", found.items);
}

#[test]
fn steps_of_preparation_are_all_shown_and_no_single_line_is_left_out() {
    let items: Vec<String> = (0..12).map(|item| item.to_string()).collect();
    assert_eq!(Check::shown("same image in test and train", &items, 10), (&items[..10], 2));
    assert_eq!(Check::shown("same image in test and train", &items[..11], 10), (&items[..11], 0));
    assert_eq!(Check::shown(NORMALISATION, &items, 10), (&items[..], 0));
}
