//! Class representatives, and shown images kept out of them.

use std::path::{Path, PathBuf};

use crate::support::{Draws, Pixels};
use afterimage_data::{Exclusions, UnpairedPool};
use afterimage_eval::classes::{Bank, Selection};
use afterimage_eval::images;
use afterimage_formats::picture;
use ndarray::{Array3, Axis, stack};

const SIDE: usize = 16;

fn scene(salt: u64) -> Array3<u8> {
    let mut draws = Draws(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let waves: Vec<[f64; 4]> = (0..9).map(|_| std::array::from_fn(|_| draws.next())).collect();
    Array3::from_shape_fn((SIDE, SIDE, 3), |(y, x, c)| {
        let wave = |w: &[f64; 4]| (6.3 * (w[0] * x as f64 / 4.0 + w[1] * y as f64 / 4.0 + w[2])).sin() * w[3];
        (128.0 + 30.0 * waves[3 * c..3 * c + 3].iter().map(wave).sum::<f64>()) as u8
    })
}

/// Three classes of five scenes, each picture a file.
fn tree(root: &Path) -> PathBuf {
    let folder = root.join("tree");
    for (c, class) in ["cat", "dog", "house"].iter().enumerate() {
        std::fs::create_dir_all(folder.join(class)).unwrap();
        for i in 0..5 {
            picture::write_png(&folder.join(class).join(format!("{i}.png")), scene((10 * c + i) as u64).view())
                .unwrap();
        }
    }
    folder
}

fn build(folder: &Path, per_class: usize) -> Bank {
    let pool = UnpairedPool::open(&[folder.to_owned()], SIDE as u32, &Exclusions::default()).unwrap();
    let selection = Selection::of(&pool, per_class).unwrap();
    let contents = selection.contents(&pool).unwrap();
    Bank::build(&pool, &[folder.to_owned()], &selection, &contents, &Pixels, |_| {}).unwrap()
}

fn mean(salts: &[u64]) -> Vec<f32> {
    let all: Vec<Vec<f64>> = salts
        .iter()
        .map(|&salt| scene(salt).permuted_axes([2, 0, 1]).iter().map(|&v| f64::from(f32::from(v) / 255.0)).collect())
        .collect();
    (0..all[0].len()).map(|i| (all.iter().map(|one| one[i]).sum::<f64>() / all.len() as f64) as f32).collect()
}

#[test]
fn representative_is_the_mean_over_the_class() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 100);
    assert_eq!(bank.names(), ["cat", "dog", "house"]);
    assert_eq!(bank.means.row(1).to_vec(), mean(&[10, 11, 12, 13, 14]));
    assert_eq!(build(&tree(root.path()), 2).means.row(0).to_vec(), mean(&[0, 2]));
}

#[test]
fn planted_shown_image_is_taken_out_as_if_it_had_never_been_there() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    // A brighter copy, so that the bytes differ and only the look tells.
    let copy = scene(12).mapv(|v| v.saturating_add(9));
    let shown = stack![Axis(0), scene(500), copy];
    let mut bank = build(&folder, 100);
    assert_eq!(bank.exclude(shown.view(), &Pixels).unwrap(), ["tree/dog/2.png"]);
    assert_eq!(bank.means.row(1).to_vec(), mean(&[10, 11, 13, 14]));
    assert_eq!(bank.means.row(0).to_vec(), mean(&[0, 1, 2, 3, 4]));
    std::fs::remove_file(folder.join("dog/2.png")).unwrap();
    assert_eq!(bank.means, build(&folder, 100).means);
    // A class that loses all its images is dropped.
    let shown = stack![Axis(0), scene(0), scene(1), scene(2), scene(3), scene(4)];
    bank.exclude(shown.view(), &Pixels).unwrap();
    assert_eq!(bank.names(), ["dog", "house"]);
    assert_eq!(bank.means.nrows(), 2);
}

#[test]
fn moved_sources_are_an_error_only_where_they_are_needed() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let mut bank = build(&folder, 100);
    std::fs::rename(&folder, root.path().join("elsewhere")).unwrap();
    assert!(bank.exclude(stack![Axis(0), scene(500)].view(), &Pixels).unwrap().is_empty());
    let message = bank.exclude(stack![Axis(0), scene(12)].view(), &Pixels).unwrap_err().to_string();
    assert!(message.contains("looks like a shown one") && message.contains("build it again"), "{message}");
}

#[test]
fn bank_survives_its_file_and_damage_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 3);
    let path = root.path().join("bank.safetensors");
    bank.write(&path).unwrap();
    assert_eq!(Bank::read(&path).unwrap(), bank);
    let whole = std::fs::read(&path).unwrap();
    for (bytes, what) in
        [(whole[..whole.len() - 5].to_vec(), "cut"), (flipped(&whole), "flipped"), (b"no bank".to_vec(), "text")]
    {
        std::fs::write(&path, bytes).unwrap();
        let message = Bank::read(&path).unwrap_err().to_string();
        assert!(message.contains("bank.safetensors") && message.contains("classes build"), "{what}: {message}");
    }
}

fn flipped(whole: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    bytes
}

#[test]
fn key_of_a_bank_changes_with_any_image_and_with_the_network() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let key = |embedding: &str| {
        let pool = UnpairedPool::open(std::slice::from_ref(&folder), SIDE as u32, &Exclusions::default()).unwrap();
        let selection = Selection::of(&pool, 100).unwrap();
        selection.key(&pool, &selection.contents(&pool).unwrap(), embedding)
    };
    let before = key("a");
    assert_eq!(before, key("a"));
    assert_ne!(before, key("b"));
    picture::write_png(&folder.join("cat/0.png"), scene(77).view()).unwrap();
    assert_ne!(before, key("a"));
}

#[test]
fn merged_banks_weigh_classes_of_one_name_by_their_images() {
    let root = tempfile::tempdir().unwrap();
    let folder = tree(root.path());
    let (whole, mut part) = (build(&folder, 100), build(&folder, 2));
    part.classes[0].name = "CAT".into();
    part.classes[1].name = "ship".into();
    let merged = Bank::merge(vec![whole.clone(), part.clone()]).unwrap();
    assert_eq!(merged.names(), ["cat", "dog", "house", "ship"]);
    assert_eq!(merged.classes[0].images.len(), 7);
    let expected = (5.0 * whole.means[[0, 9]] + 2.0 * part.means[[0, 9]]) / 7.0;
    assert!((merged.means[[0, 9]] - expected).abs() < 1e-6);
    part.embedding = "others".into();
    assert!(Bank::merge(vec![whole, part]).unwrap_err().to_string().contains("other features"));
}

#[test]
fn picture_is_nearest_to_its_own_class() {
    let root = tempfile::tempdir().unwrap();
    let bank = build(&tree(root.path()), 1);
    let pictures = images::from_bytes(stack![Axis(0), scene(10), scene(20)].view());
    let distances = bank.distances(&Pixels, pictures.view()).unwrap();
    assert!(distances[[0, 1]].abs() < 1e-6 && distances[[1, 2]].abs() < 1e-6);
    assert!(distances[[0, 0]] > 0.1 && distances[[0, 2]] > 0.1);
    let unlabelled = root.path().join("flat");
    std::fs::create_dir(&unlabelled).unwrap();
    picture::write_png(&unlabelled.join("x.png"), scene(1).view()).unwrap();
    let pool = UnpairedPool::open(&[unlabelled], SIDE as u32, &Exclusions::default()).unwrap();
    assert!(Selection::of(&pool, 9).unwrap_err().to_string().contains("folder of its own"));
}
