//! Sessions and runs of generic imports: columns, files and counts, what is wrong with them, and what they are for.

use std::path::{Path, PathBuf};

use afterimage_data::{
    DataSet, FittedOn, Manifest, PrepareOptions, Result, Scope, Split, SplitRule, Step, WriteOptions, export,
    import_generic, prepare,
};
use afterimage_formats::npy;
use ndarray::{Array1, Array2, Array3, Array4};

const TRIALS: usize = 12;
const STIMULI: usize = 6;

/// Twelve trials of six images, each shown twice, listed in `trials.csv` with session, run and part.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        let images = Array4::from_shape_fn((STIMULI, 8, 8, 3), |(n, y, x, c)| (n * 20 + y + x + c) as u8);
        npy::write_u8(&case.at("images.npy"), images.view().into_dyn()).unwrap();
        let responses = Array2::from_shape_fn((TRIALS, 3), |(t, v)| (t * t + 7 * v * t % 5) as f32);
        npy::write_f32(&case.at("r.npy"), responses.view().into_dyn()).unwrap();
        case.write("trials.csv", |row| format!("{},{}", 1 + row / 6, 1 + row / 3 % 2));
        case
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A list of trials with `say`'s two columns, the image and the part.
    fn write(&self, name: &str, say: impl Fn(usize) -> String) {
        let part = |image: usize| if image == 5 { "test" } else { "train" };
        let row = |row: usize| format!("{},{},{}\n", row % STIMULI, say(row), part(row % STIMULI));
        let rows: String = (0..TRIALS).map(row).collect();
        std::fs::write(self.at(name), format!("image,session,run,split\n{rows}")).unwrap();
    }

    fn import(&self, order: &str, trials: &str) -> Result<DataSet> {
        let order = if order.is_empty() { String::new() } else { format!("order = \"{order}\"\ncolumn = \"image\"\n") };
        let text = format!(
            "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.npy\"\norientation = \"trials_by_voxels\"\n[split]\n\
             by = \"column\"\n[images]\nsource = \"images.npy\"\n{order}[trials]\n{trials}\n"
        );
        let out = self.at("x.afterimage");
        import_generic(&Manifest::parse(&text, &self.at("m.toml"))?, &out, true, |_| ())?;
        DataSet::open(&out)
    }

    fn refusal(&self, trials: &str) -> String {
        self.import("trials.csv", trials).map(drop).unwrap_err().to_string()
    }
}

fn places(data: &DataSet) -> Vec<(u16, u16)> {
    data.header().trials.iter().map(|trial| (trial.session, trial.run)).collect()
}

fn wanted() -> Vec<(u16, u16)> {
    (0..TRIALS as u16).map(|row| (1 + row / 6, 1 + row / 3 % 2)).collect()
}

#[test]
fn columns_files_and_counts_say_the_same() {
    let case = Case::new();
    let run = Array1::from_shape_fn(TRIALS, |row| (1 + row / 3 % 2) as f32);
    npy::write_f32(&case.at("run.npy"), run.view().into_dyn()).unwrap();
    std::fs::write(case.at("session.txt"), "1\n1\n1\n1\n1\n1\n2\n2\n2\n2\n2\n2\n").unwrap();
    for trials in [
        "",
        "session = \"session\"\nrun = \"run\"",
        "session = [6, 6]\nrun = \"run.npy\"",
        "session = \"session.txt\"\nrun = \"run\"",
    ] {
        let data = case.import("trials.csv", trials).unwrap_or_else(|error| panic!("{trials}: {error}"));
        assert_eq!(places(&data), wanted(), "{trials}");
        let held_out = data.header().stimuli.iter().filter(|info| info.split == Split::Test).count();
        assert_eq!(held_out, 1);
        let steps = &data.header().provenance.steps;
        assert!(steps.iter().any(|step| step.what.starts_with("runs from ")), "{steps:?}");
    }
    let data = case.import("trials.csv", "run = [3, 3, 3, 3]\nsession = [6, 6]").unwrap();
    assert_eq!(places(&data)[9], (2, 4));
    assert!(data.header().provenance.source_files.iter().any(|file| file.path == "trials.csv"));
}

#[test]
fn mistakes_are_named_with_their_key() {
    let case = Case::new();
    npy::write_f32(&case.at("short.npy"), Array1::zeros(5).view().into_dyn()).unwrap();
    npy::write_f32(&case.at("half.npy"), Array1::from_elem(TRIALS, 0.5).view().into_dyn()).unwrap();
    std::fs::write(case.at("words.txt"), "one\n".repeat(TRIALS)).unwrap();
    for (trials, said) in [
        ("run = \"short.npy\"", "trials.run has 5 entries for 12 trials"),
        ("run = \"half.npy\"", "entry 1 is 0.5, expected a whole number"),
        ("run = \"words.txt\"", "line 1 is \"one\""),
        ("run = [3, 3, 3]", "trials.run adds up to 9 trials, expected 12"),
        ("run = [12, 0]", "at least one trial each"),
        ("session = [6, 6]\nrun = [4, 4, 4]", "run 2 lies in two sessions, with trial 7 in session 2"),
        ("session = [12]", "session 1, run 1 are not consecutive: they go on at trial 7"),
        (
            "run = \"block\"",
            "trials.run = \"block\" is neither a file nor a column of the trials (\"session\", \"run\"",
        ),
        ("runs = [12]", "did you mean \"trials.run\"?"),
    ] {
        let message = case.refusal(trials);
        assert!(message.contains(said), "{trials}: {message}");
    }
    case.write("trials.csv", |row| format!("1,{}", if row == 4 { "" } else { "1" }));
    assert!(case.refusal("").contains("column \"run\" is empty in row 5"));
}

#[test]
fn shuffled_trials_are_refused_whoever_names_their_runs() {
    let case = Case::new();
    let place = |row: usize| row * 5 % TRIALS;
    case.write("trials.csv", |row| format!("{},{}", 1 + place(row) / 6, 1 + place(row) / 3 % 2));
    for trials in ["", "session = \"session\"\nrun = \"run\""] {
        assert!(case.refusal(trials).contains("are not consecutive: they go on at trial"), "{trials}");
    }
}

#[test]
fn repeats_take_files_of_their_shape_only() {
    let case = Case::new();
    let mut responses = Array3::from_shape_fn((2, STIMULI, 2), |(v, s, r)| (v + 3 * s + r) as f32);
    responses.slice_mut(ndarray::s![.., 3, 1]).fill(f32::NAN);
    npy::write_f32(&case.at("r3.npy"), responses.view().into_dyn()).unwrap();
    let sessions = Array2::from_shape_fn((STIMULI, 2), |(_, repeat)| repeat as f32);
    npy::write_f32(&case.at("session.npy"), sessions.view().into_dyn()).unwrap();
    let import = |trials: &str| {
        let text = format!(
            "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r3.npy\"\norientation = \"voxels_by_stimuli_by_repeats\"\n\
             [split]\ntest = 1\nvalidation = 1\n[images]\nsource = \"images.npy\"\n[trials]\n{trials}\n"
        );
        let out = case.at("y.afterimage");
        import_generic(&Manifest::parse(&text, &case.at("m.toml"))?, &out, true, |_| ())?;
        DataSet::open(&out)
    };
    let drift = |data: &DataSet| prepare(data, &PrepareOptions { detrend: Some(1), ..PrepareOptions::default() }).err();
    let unplaced = import("").unwrap();
    let said: Vec<&str> = unplaced.header().provenance.steps.iter().map(|step| step.what.as_str()).collect();
    assert!(said.contains(&"sessions and runs not stated: all trials are taken for one run"), "{said:?}");
    assert!(drift(&unplaced).unwrap().to_string().contains("ordered by stimulus and repeat"));
    let data = import("session = \"session.npy\"").unwrap();
    assert!(drift(&data).unwrap().to_string().contains("a drift goes over time"));
    let found: Vec<(u32, u16)> = data.header().trials.iter().map(|trial| (trial.stimulus, trial.session)).collect();
    assert_eq!(found[..4], [(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(found[6..8], [(3, 0), (4, 0)]);
    let message = import("session = [6, 6]").map(drop).unwrap_err().to_string();
    assert!(message.contains("trials.session is not a file") && message.contains("give a file [6, 2]"), "{message}");
}

#[test]
fn runs_and_sessions_are_for_standardising_and_splitting() {
    let case = Case::new();
    let data = case.import("trials.csv", "").unwrap();
    let zscore = |scope| PrepareOptions { zscore: Some(scope), ..PrepareOptions::default() };
    prepare(&data, &zscore(Scope::Run)).map(drop).unwrap();
    let rule = SplitRule::Sessions { test: vec![3], validation: 0, seed: 0 };
    let options = PrepareOptions { split: Some(rule), ..PrepareOptions::default() };
    let message = prepare(&data, &options).map(drop).unwrap_err().to_string();
    assert!(message.contains("there is no session 3; there are {1, 2}"), "{message}");

    case.write("trials.csv", |_| "1,1".into());
    let data = case.import("trials.csv", "").unwrap();
    for (scope, word) in [(Scope::Run, "run"), (Scope::Session, "session")] {
        let message = prepare(&data, &zscore(scope)).map(drop).unwrap_err().to_string();
        for said in [format!("all 12 trials are of one {word}"), format!("trials.{word} in a manifest")] {
            assert!(message.contains(&said), "{message}");
        }
    }
    prepare(&data, &zscore(Scope::All)).map(drop).unwrap();
}

#[test]
fn exported_files_make_the_same_data_set() {
    let case = Case::new();
    let data = case.import("trials.csv", "").unwrap();
    let raw = case.at("raw");
    let lost = export(&data, &raw, |_| ()).unwrap();
    assert!(lost.is_empty(), "{lost:?}");
    let manifest = Manifest::read(&raw.join("manifest.toml")).unwrap();
    let again = case.at("again.afterimage");
    import_generic(&manifest, &again, false, |_| ()).unwrap();
    let again = DataSet::open(&again).unwrap();
    assert_eq!(again.header().trials, data.header().trials);
    assert_eq!(again.responses(0, TRIALS).unwrap(), data.responses(0, TRIALS).unwrap());
    assert_eq!(again.images(&[0, 5]).unwrap(), data.images(&[0, 5]).unwrap());
    let parts = |data: &DataSet| data.header().stimuli.iter().map(|info| info.split).collect::<Vec<_>>();
    assert_eq!(parts(&again), parts(&data));
    let message = export(&data, &raw, |_| ()).unwrap_err().to_string();
    assert!(message.contains("exists already"), "{message}");
    assert!(Path::new(&raw).join("images").is_dir());
    let options = WriteOptions { image_side: 8, overwrite: true };
    prepare(&data, &PrepareOptions { average: true, ..PrepareOptions::default() })
        .unwrap()
        .write(&case.at("mean.afterimage"), options, |_| ())
        .unwrap();
}

#[test]
fn standardisation_and_its_audit_survive_export_and_import() {
    let case = Case::new();
    let data = case.import("trials.csv", "").unwrap();
    let (z, raw, again) = (case.at("z.afterimage"), case.at("z_raw"), case.at("z_again.afterimage"));
    let options = PrepareOptions { zscore: Some(Scope::Session), ..PrepareOptions::default() };
    prepare(&data, &options).unwrap().write(&z, WriteOptions { image_side: 8, overwrite: false }, |_| ()).unwrap();
    let z = DataSet::open(&z).unwrap();
    export(&z, &raw, |_| ()).unwrap();
    let manifest = Manifest::read(&raw.join("manifest.toml")).unwrap();
    import_generic(&manifest, &again, false, |_| ()).unwrap();
    let (was, is) = (&z.header().provenance, DataSet::open(&again).unwrap().header().provenance.clone());
    assert_eq!((&is.standardised, &is.units), (&was.standardised, &was.units));
    assert_eq!(is.standardised.as_deref(), Some("in each session"));
    let of = |steps: &[Step]| steps.iter().find(|step| step.what.starts_with("each voxel standardised")).cloned();
    assert_eq!(of(&is.steps), of(&was.steps));
    let again = DataSet::open(&again).unwrap();
    assert!(prepare(&again, &options).err().unwrap().to_string().contains("already"));

    // Without the step, or with parts drawn anew, nobody knows what it was fitted on.
    let text = std::fs::read_to_string(raw.join("manifest.toml")).unwrap();
    let drawn = text.replace("by = \"column\"", "by = \"random\"\ntest = 1\nvalidation = 1");
    let mut bare: toml::Table = text.parse().unwrap();
    bare.remove("steps").unwrap();
    let bare = toml::to_string(&bare).unwrap();
    for changed in [drawn, bare] {
        let out = case.at("changed.afterimage");
        let manifest = Manifest::parse(&changed, &raw.join("m.toml")).unwrap();
        import_generic(&manifest, &out, true, |_| ()).unwrap();
        let provenance = DataSet::open(&out).unwrap().header().provenance.clone();
        assert_eq!(of(&provenance.steps).unwrap().fitted_on, FittedOn::Unknown, "{changed}");
    }
}

#[test]
fn means_whose_images_have_several_rows_are_doubted() {
    let case = Case::new();
    let warned = |averaged: u16| {
        let text = format!(
            "name = \"x\"\nimage_side = 8\n[responses]\nfile = \"r.npy\"\norientation = \"trials_by_voxels\"\n\
             averaged = {averaged}\n[split]\nby = \"column\"\n[images]\nsource = \"images.npy\"\n\
             order = \"trials.csv\"\ncolumn = \"image\"\n"
        );
        let manifest = Manifest::parse(&text, &case.at("m.toml")).unwrap();
        import_generic(&manifest, &case.at("x.afterimage"), true, |_| ()).unwrap().provenance.warnings
    };
    assert!(warned(1).iter().all(|warning| !warning.contains("averaged")));
    assert!(warned(3)[0].contains("the mean of 3 repeats, but 6 images have several rows"), "{:?}", warned(3));
}
