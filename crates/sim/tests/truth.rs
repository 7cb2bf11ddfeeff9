//! The stated truth is what the simulated brain does.

use afterimage_data::{Exclusions, UnpairedPool};
use afterimage_sim::{Brain, BrainConfig, Part, RegionName, SceneGenerator, SimConfig, Simulation, Truth};
use ndarray::{Array4, Axis};
use std::collections::HashSet;

fn brain(voxels: usize) -> Brain {
    Brain::new(5, BrainConfig { voxels, ..BrainConfig::default() }).unwrap()
}

fn pictures(n: u64) -> Array4<u8> {
    let generator = SceneGenerator::new(77, 64).unwrap();
    let scenes: Vec<_> = (0..n).map(|i| (i, generator.scene(i, None).category)).collect();
    generator.images(&scenes)
}

#[test]
fn same_seed_gives_the_same_bytes() {
    let images = pictures(4);
    let (a, b) = (brain(60), brain(60));
    assert_eq!(a.responses(images.view(), 3).unwrap(), b.responses(images.view(), 3).unwrap());
    assert_ne!(a.responses(images.view(), 3).unwrap(), a.responses(images.view(), 4).unwrap());
    assert_eq!(a.truth(), b.truth());
}

#[test]
fn signals_are_standardised_on_scenes_never_used_for_calibration() {
    let signal = brain(200).signal(pictures(300).view()).unwrap();
    let sd = signal.std_axis(Axis(0), 1.0);
    let mean = signal.mean_axis(Axis(0)).unwrap();
    assert!(mean.iter().all(|mean| mean.abs() < 0.4));
    assert!((sd.mean().unwrap() - 1.0).abs() < 0.06);
}

#[test]
fn trials_have_the_stated_signal_to_noise_ratio() {
    let brain = brain(100);
    let images = pictures(400);
    let signal = brain.signal(images.view()).unwrap();
    let noise = brain.responses(images.view(), 1).unwrap() - &signal;
    let (signal, noise) = (signal.var_axis(Axis(0), 1.0), noise.var_axis(Axis(0), 1.0));
    let mut ratios: Vec<f32> = Vec::new();
    for (v, voxel) in brain.truth().voxels.iter().enumerate() {
        ratios.push(signal[v] / noise[v] / voxel.snr);
    }
    assert!(ratios.iter().all(|ratio| (0.6..1.6).contains(ratio)), "{ratios:?}");
    assert!((ratios.iter().sum::<f32>() / 100.0 - 1.0).abs() < 0.08);
}

#[test]
fn pixels_outside_the_stated_reach_have_no_effect_and_the_centre_has() {
    let brain = brain(120);
    let truth = brain.truth();
    let base = pictures(1);
    let before = brain.signal(base.view()).unwrap();
    let (mut silent, mut heard) = (0, 0);
    for (v, voxel) in truth.voxels.iter().enumerate().step_by(5) {
        let (mut outside, mut inside) = (base.clone(), base.clone());
        for ((_, y, x, _), value) in base.indexed_iter() {
            let distance = |i: usize, centre: f32| ((i as f32 + 0.5) / 64.0 - centre).abs();
            let farther = distance(x, voxel.centre_x).max(distance(y, voxel.centre_y));
            if farther > voxel.reach {
                outside[[0, y, x, 0]] = 255 - value;
                outside[[0, y, x, 2]] = value / 2;
            } else if farther < 2.0 * voxel.sigma_effective {
                inside[[0, y, x, (x + y) % 3]] = 255 - value;
            }
        }
        silent += usize::from(outside != base);
        assert_eq!(brain.signal(outside.view()).unwrap()[[0, v]], before[[0, v]], "voxel {v}: {voxel:?}");
        heard += usize::from((brain.signal(inside.view()).unwrap()[[0, v]] - before[[0, v]]).abs() > 0.05);
    }
    assert!(silent >= 14, "{silent} voxels leave pixels outside");
    assert!(heard >= 22, "{heard} of 24 voxels hear their centre");
}

#[test]
fn receptive_fields_grow_and_features_deepen_along_the_hierarchy() {
    let truth = brain(1000).truth();
    let mean = |name: RegionName, value: fn(&afterimage_sim::VoxelTruth) -> f32| {
        let of_region: Vec<f32> = truth.voxels.iter().filter(|voxel| voxel.region == name).map(value).collect();
        of_region.iter().sum::<f32>() / of_region.len() as f32
    };
    let order = [RegionName::V1, RegionName::V2, RegionName::V3, RegionName::V4, RegionName::LOC];
    for pair in order.windows(2) {
        assert!(mean(pair[0], |voxel| voxel.sigma) < mean(pair[1], |voxel| voxel.sigma));
        assert!(mean(pair[0], |voxel| voxel.depth) < mean(pair[1], |voxel| voxel.depth));
    }
}

#[test]
fn voxels_look_at_the_opposite_side() {
    let truth = brain(1000).truth();
    let left = |voxel: &&afterimage_sim::VoxelTruth| voxel.hemisphere == afterimage_sim::Hemisphere::Left;
    let right_field = truth.voxels.iter().filter(left).filter(|voxel| voxel.centre_x > 0.5).count() as f32;
    assert!(right_field / truth.voxels.iter().filter(left).count() as f32 > 0.85);
}

#[test]
fn test_categories_are_absent_from_training_and_unpaired_pictures() {
    let simulation = Simulation::new(SimConfig { voxels: 20, ..SimConfig::default() }).unwrap();
    let classes = |part| simulation.scenes(part).iter().map(|(_, category)| category.name()).collect::<HashSet<_>>();
    let test = classes(Part::Test);
    for part in [Part::Train, Part::Validation, Part::Unpaired] {
        assert!(test.is_disjoint(&classes(part)), "{part:?}");
    }
    assert!(classes(Part::Unpaired).len() > classes(Part::Train).len());
}

#[test]
fn written_simulation_opens_with_its_truth() {
    let folder = tempfile::tempdir().unwrap();
    let config =
        SimConfig { voxels: 30, train: 12, validation: 3, test: 5, unpaired: 27, external: 14, ..SimConfig::default() };
    let mut last = 0;
    let written = Simulation::generate(config, folder.path(), |progress| last = progress.done).unwrap();
    assert_eq!(last, 14);
    let data = afterimage_data::DataSet::open(&written.data_set).unwrap();
    assert_eq!(data.header().stimuli.len(), 20);
    assert_eq!(data.header().trials.len(), 12 * 2 + 3 * 2 + 5 * 10);
    assert_eq!(data.header().voxels.regions.len(), 7);
    let items = data.held_out().items(afterimage_data::Averaging::Stimulus).unwrap();
    assert_eq!(items.responses.dim(), (5, 30));
    assert!(items.repeats.iter().all(|&repeats| repeats == 10));
    let truth: Truth = serde_json::from_slice(&std::fs::read(&written.truth).unwrap()).unwrap();
    assert_eq!(truth.voxels.len(), 30);
    let test_class = data.header().stimuli[15].class.clone().unwrap();
    for (path, count) in [(written.unpaired, 27), (written.external, 14)] {
        let pool = UnpairedPool::open(&[path], 64, &Exclusions::default()).unwrap();
        assert_eq!(pool.len(), count);
        assert!((0..count).all(|i| pool.class(i).is_some_and(|class| class != test_class || count == 14)));
    }
}

#[test]
fn impossible_numbers_are_refused_by_name() {
    let bad = BrainConfig { snr_median: -1.0, ..BrainConfig::default() };
    let message = Brain::new(1, bad).err().unwrap().to_string();
    assert_eq!(message, "snr_median is -1, expected a positive number");
    assert!(brain(20).signal(Array4::zeros((1, 8, 9, 3)).view()).is_err());
}

#[test]
fn classes_hold_those_of_the_test_first_and_change_no_other_part() {
    let config = SimConfig { voxels: 30, classes: 1320, class_images: 2, ..SimConfig::default() };
    let with = Simulation::new(config.clone()).unwrap();
    let without = Simulation::new(SimConfig { classes: 0, ..config.clone() }).unwrap();
    for part in [Part::Train, Part::Validation, Part::Test, Part::Unpaired, Part::External] {
        assert_eq!(with.scenes(part), without.scenes(part));
    }
    let names = |part| with.scenes(part).iter().map(|(_, class)| class.name()).collect::<HashSet<_>>();
    let all = with.scenes(Part::Classes);
    assert_eq!((names(Part::Classes).len(), all.len()), (1320, 2640));
    let first: HashSet<_> = all[..24].iter().map(|(_, class)| class.name()).collect();
    assert_eq!(first, names(Part::Test));
    assert!(first.is_disjoint(&names(Part::Train)) && first.is_disjoint(&names(Part::Unpaired)));
    let refused = Simulation::new(SimConfig { classes: 1321, ..config }).err().unwrap().to_string();
    assert!(refused.contains("at most 1320"), "{refused}");
}

#[test]
fn generated_classes_are_read_with_their_names_and_kinds() {
    let folder = tempfile::tempdir().unwrap();
    let config = SimConfig { side: 32, classes: 5, class_images: 3, ..SimConfig::default() };
    let path = afterimage_sim::generate_classes(&config, folder.path(), |_| {}).unwrap();
    let pool = UnpairedPool::open(&[path], 32, &Exclusions::default()).unwrap();
    let classes: HashSet<&str> = (0..pool.len()).filter_map(|i| pool.class(i)).collect();
    assert_eq!((pool.len(), classes.len()), (15, 5));
    let table = std::fs::read_to_string(folder.path().join("superclasses.csv")).unwrap();
    assert!(classes.iter().all(|class| table.contains(&format!("{class},"))) && table.lines().count() == 6);
}
