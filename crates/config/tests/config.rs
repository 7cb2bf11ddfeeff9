//! The experiment file: presets, overlays, refusals.

use std::path::Path;

use afterimage_config::{
    BackboneKind, Experiment, Phase, Upsample, preset_names, preset_text,
    settings::{Settings, differences, in_words},
};

fn read(text: &str) -> Result<Experiment, String> {
    Experiment::from_text(text, Path::new("mine.toml")).map_err(|e| e.to_string())
}

#[test]
fn every_preset_is_valid_and_survives_writing() {
    for name in preset_names() {
        let preset = Experiment::preset(&name).unwrap();
        assert_eq!(preset.preset, name);
        assert_eq!(read(&preset.to_toml().unwrap()).unwrap(), preset);
    }
}

#[test]
fn printed_preset_keeps_comments_and_its_own_values() {
    let text = preset_text("gaziv2022-keras").unwrap();
    assert!(text.contains("# Dropout between"));
    assert!(text.contains("upsample = \"bilinear\""));
}

#[test]
fn file_overlays_the_preset_it_names() {
    let mine = read("preset = \"gaziv2022-keras\"\n[encoder]\nepochs = 3").unwrap();
    assert_eq!(
        (mine.encoder.epochs, mine.encoder.backbone, mine.decoder.upsample),
        (3, BackboneKind::Vgg16, Upsample::Bilinear)
    );
}

#[test]
fn unknown_keys_are_answered_with_the_nearest() {
    let cases = [
        ("[encoder]\nepoch = 3", "did you mean \"encoder.epochs\""),
        ("[decodr]\nepochs = 3", "did you mean \"decoder\""),
        (
            "[encoder]\nbranches = [{ tap = \"relu1_2\", pol = 2, kernel = 3, stride = 2, channels = 3 }]",
            "did you mean \"encoder.branches.pool\"",
        ),
        ("preset = \"gaziv\"", "did you mean \"gaziv2022\""),
        ("[encoder]\nbackbone = \"vgg-19\"", "did you mean \"vgg19\""),
        ("[evaluation]\nmetrics = [\"ssim\", \"lpips-alexnet\"]", "did you mean \"lpips-alex\""),
    ];
    for (text, expected) in cases {
        let message = read(text).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn impossible_values_are_refused_by_key() {
    let cases = [
        ("[image]\nside = 100", "image.side = 100"),
        ("[encoder]\ndropout = 1.0", "encoder.dropout = 1"),
        ("[decoder]\ngroups = 7", "decoder.groups = 7"),
        ("[decoder]\nlearning_rate = -1.0", "decoder.learning_rate = -1"),
        ("[decoder.image_loss]\nweights = [1.0]", "one weight for each of the 5 taps"),
        ("[encoder]\nepochs = \"many\"", "encoder.epochs = \"many\" is impossible: expected a whole number from 1"),
        ("[encoder]\nepochs = \"many\"", "mine.toml, line 2, column 10"),
        ("[encoder]\nepochs = true", "encoder.epochs = true is impossible: expected a whole number from 1"),
        (
            "[data]\ntraining_averaging = \"trial\"",
            "data.training_averaging = \"trial\" is impossible: expected `trials` or",
        ),
        (
            "[data]\nunpaired = \"photos\"",
            "data.unpaired = \"photos\" is impossible: expected a list in square brackets",
        ),
        ("encoder = 3", "encoder = integer is impossible: expected a table, as [encoder]"),
        ("[device]\nthreads = 100000", "device.threads = 100000 is impossible: expected a whole number from 0 to 1024"),
        ("[evaluation]\nresamples = 1e11", "evaluation.resamples = 100000000000.0 is impossible"),
        ("[evaluation]\npermutations = 100000000000", "evaluation.permutations = 100000000000 is impossible"),
        ("[evaluation]\nways = [2, 1]", "evaluation.ways = 1 is impossible: expected a whole number from 2 to 1000000"),
        ("[decoder]\nchannels = 80000000", "decoder.channels = 80000000 is impossible"),
        ("[decoder]\npaired_weight = 0.0\ncycle_weight = 0.0", "decoder.paired_weight = 0 is impossible"),
        ("[encoder]\nmilestones = [0]", "encoder.milestones = 0 is impossible"),
        (
            "[encoder]\nmilestones = [20, 10]",
            "encoder.milestones = [20, 10] is impossible: expected epochs in ascending",
        ),
        ("[decoder]\nmilestones = [10, 10]", "decoder.milestones = [10, 10] is impossible"),
        ("[encoder]\nepochs = \"3\"", "encoder.epochs = \"3\" is impossible: expected a whole number from 1"),
        ("seed = -1", "seed = -1 is impossible"),
        ("[decoder]\nbatch_paired = 0", "decoder.batch_paired = 0 is impossible"),
        ("[decoder.image_loss]\npixel_weight = nan", "decoder.image_loss.pixel_weight = nan is impossible"),
    ];
    for (text, expected) in cases {
        let message = read(text).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn settings_take_bare_words_and_toml() {
    let set = |s: &str| Experiment::preset("demo").unwrap().with_settings(&[s.to_owned()]);
    assert_eq!(set("decoder.upsample=bilinear").unwrap().decoder.upsample, Upsample::Bilinear);
    assert_eq!(set("decoder.epochs=7").unwrap().decoder.epochs, 7);
    assert!(set("decoder.epoch=7").unwrap_err().to_string().contains("did you mean \"decoder.epochs\""));
    assert!(set("nonsense").is_err());
}

#[test]
fn learning_rate_falls_at_milestones() {
    let schedule = Experiment::preset("gaziv2022").unwrap().decoder.schedule();
    let rates: Vec<f64> = [99, 100, 140].map(|e| schedule.learning_rate_at(e)).to_vec();
    assert!((rates[0] - 5e-3).abs() < 1e-12 && (rates[1] - 1e-3).abs() < 1e-12 && (rates[2] - 2e-4).abs() < 1e-12);
}

#[test]
fn seeds_beyond_the_range_of_toml_are_refused_by_key() {
    let demo = Experiment::preset("demo").unwrap();
    let said = demo.with_settings(&["seed=18446744073709551615".to_owned()]).unwrap_err().to_string();
    assert!(
        said.contains("seed = \"18446744073709551615\" is impossible: expected a whole number from 0 to"),
        "{said}"
    );
    let beyond = Experiment { seed: u64::MAX, ..demo.clone() };
    assert!(beyond.check().unwrap_err().to_string().contains("seed = 18446744073709551615 is impossible"));
    assert!(demo.with_settings(&["seed=9223372036854775807".to_owned()]).is_ok());
}

#[test]
fn experiment_of_an_earlier_version_is_read_and_fits_the_settings_in_its_weights() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/earlier");
    let experiment = Experiment::read(&folder.join("experiment.toml")).unwrap();
    assert_eq!(experiment.data.dataset.as_deref(), Some(Path::new("/data/simulation/subject.afterimage")));
    assert_eq!((experiment.data.exclusions.as_ref(), experiment.evaluation.cache_folder.as_ref()), (None, None));
    for phase in [Phase::Encoder, Phase::Decoder] {
        let recorded = std::fs::read(folder.join(phase.name()).with_extension("json")).unwrap();
        let recorded: Settings = serde_json::from_slice(&recorded).unwrap();
        let now = experiment.settings_of(phase);
        assert_eq!(differences(&recorded, &now), []);
        assert!(
            recorded.keys().all(|key| now.contains_key(key)),
            "keys of later versions are the only ones that differ"
        );
        // A checkpoint is resumed only where this text is the same.
        let fingerprint = std::fs::read_to_string(folder.join(phase.name()).with_extension("txt")).unwrap();
        let section = match phase {
            Phase::Encoder => experiment.encoder.identity(),
            Phase::Decoder => experiment.decoder.identity(),
        };
        assert_eq!(fingerprint.trim_end(), format!("{section} {:?} seed {}", experiment.image, experiment.seed));
    }
}

#[test]
fn empty_text_is_a_missing_path_and_is_written_so() {
    let mine = read("[data]\ndataset = \"\"\n[evaluation.classification]\nclassifier = \"\"").unwrap();
    assert_eq!((mine.data.dataset.as_ref(), mine.evaluation.classification.classifier), (None, None));
    let text = mine.to_toml().unwrap();
    assert!(text.contains("\ndataset = \"\"\n") && text.contains("\nclassifier = \"\"\n"));
    assert_eq!(mine.settings()["data.dataset"], "\"\"");
}

#[test]
fn other_rows_of_a_list_keep_the_comment_and_a_line_each() {
    let text = Experiment::preset("demo").unwrap().to_toml().unwrap();
    let at = text.find("\nbranches = [\n  { tap = \"relu1\", pool = 2").unwrap_or_else(|| panic!("{text}"));
    assert!(text[..at].lines().next_back().unwrap().starts_with("# "));
}

#[test]
fn differences_name_the_key_and_both_values() {
    let demo = Experiment::preset("demo").unwrap();
    let changed = demo
        .with_settings(&["seed=9".into(), "data.external=[\"b.npy\"]".into(), "encoder.dropout=0.25".into()])
        .unwrap();
    let words: Vec<String> = changed.differences(&demo).iter().map(ToString::to_string).collect();
    let dropout = demo.encoder.dropout;
    let expected = [
        "data.external was [], is [\"b.npy\"]".to_owned(),
        format!("encoder.dropout was {dropout}, is 0.25"),
        "seed was 0, is 9".to_owned(),
    ];
    assert_eq!(words, expected);
    assert!(demo.differences(&demo).is_empty());
}

#[test]
fn weights_depend_on_the_keys_of_their_phase_alone() {
    let demo = Experiment::preset("demo").unwrap();
    let of = |setting: &str, phase| {
        let changed = demo.with_settings(&[setting.to_owned()]).unwrap();
        !differences(&demo.settings_of(phase), &changed.settings_of(phase)).is_empty()
    };
    for (setting, encoder, decoder) in [
        ("seed=9", true, true),
        ("encoder.dropout=0.25", true, true),
        ("data.roi=V1", true, true),
        ("image.side=72", true, true),
        ("decoder.channels=64", false, true),
        ("data.unpaired_limit=7", false, true),
        ("data.external=[\"b.npy\"]", false, false),
        ("data.unpaired=[\"moved.npy\"]", false, false),
        ("evaluation.resamples=200", false, false),
        ("device.threads=2", false, false),
        ("encoder.checkpoint_every=7", false, false),
        ("decoder.cache_mib=7", false, false),
        ("name=other", false, false),
    ] {
        let got = (of(setting, Phase::Encoder), of(setting, Phase::Decoder));
        assert_eq!(got, (encoder, decoder), "{setting}");
    }
    let rows = |text: &str| read(text).unwrap().settings_of(Phase::Encoder);
    let one = "[encoder]\nbranches = [{ tap = \"relu1_2\", pool = 2, kernel = 3, stride = 2, channels = 3 }]";
    let other = one.replace("channels = 3", "channels = 4");
    let words = in_words(&differences(&rows(one), &rows(&other)));
    assert_eq!(words, "encoder.branches[0].channels was 3, is 4");
}
