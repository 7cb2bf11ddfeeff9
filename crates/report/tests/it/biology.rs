//! The section on receptive fields, and the figures as files.

use afterimage_report::{render, write_figures};
use afterimage_run::biology::{BIOLOGY_VERSION, Biology, Branch, Example, Field, Measure, Truth, Voxel};
use afterimage_run::scores::NotComputed;
use afterimage_run::{Artefact, RunFolder};
use afterimage_statistics::Interval;

fn field(x: f64, y: f64) -> Field {
    Field {
        x_px: x,
        y_px: y,
        sigma_px: 4.0 + x / 20.0,
        eccentricity_px: (x - 32.0).hypot(y - 32.0),
        angle_deg: Some(10.0),
        r2: 0.8,
    }
}

fn voxel(i: usize, truth: bool) -> Voxel {
    let (x, y) = ((i * 7 % 60) as f64, (i * 11 % 64) as f64);
    let known = Truth { x_px: x, y_px: y, pooling_px: 4.0, effective_px: 5.0, depth: 1.0, snr: i as f64 };
    Voxel {
        column: i,
        regions: vec![["V1 & <b>", "V4"][i % 2].into()],
        hemisphere: None,
        weights: Some(field(x, y)),
        // One voxel without a field.
        stimulation: (i != 3).then(|| field(x, y)),
        shares: Some(vec![0.5, 0.5]),
        depth: Some(0.5),
        r: Some(0.3),
        ceiling: Some(0.6),
        truth: truth.then_some(known),
        prf: None,
    }
}

fn found(truth: bool) -> Biology {
    let branch = |tap: &str| Branch { tap: tap.into(), side: 15, first_px: 2.5, step_px: 4.0, extent_px: 12.0 };
    let measure = |name: &str, region: Option<&str>, value| Measure {
        name: name.into(),
        title: format!("Title of {name}"),
        definition: "What it is.".into(),
        unit: "correlation".into(),
        region: region.map(str::to_owned),
        value,
        interval: Some(Interval {
            low: 0.4,
            high: f64::NAN,
            level: 0.95,
            method: "percentile bootstrap over voxels".into(),
            over: Vec::new(),
        }),
        chance: Some(0.0),
        p: None,
        n: 20,
        notes: Vec::new(),
    };
    Biology {
        version: BIOLOGY_VERSION,
        side_px: 64,
        fov_deg: None,
        branches: vec![branch("relu1"), branch("fire5")],
        probes: "8 textures".into(),
        voxels: (0..20).map(|i| voxel(i, truth)).collect(),
        measures: vec![
            measure("agreement.centre.r", None, 0.5),
            measure("depth.mean.V4", Some("V4"), 0.7),
            measure("agreement.size.r", None, f64::NAN),
        ],
        examples: vec![Example {
            voxel: 2,
            region: "V1 & <b>".into(),
            weights: vec![0.0, 1.0, 0.2, 0.5],
            stimulation: vec![1.0; 4],
        }],
        not_computed: vec![NotComputed { name: "split_half".into(), reason: "give --split-half".into() }],
    }
}

fn run(found: Option<Biology>) -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, 6, 24).unwrap();
    if let Some(found) = found {
        found.write(&run).unwrap();
    }
    (folder, run)
}

#[test]
fn undefined_numbers_come_back_and_measures_figures_and_reasons_are_shown() {
    let (_folder, run) = run(Some(found(true)));
    let read = Biology::read(&run).unwrap();
    assert!(read.measures[2].value.is_nan() && read.voxels == found(true).voxels);
    let html = render(&run).unwrap();
    assert!(html.contains("Title of agreement.centre.r") && !html.contains("Title of depth.mean.V4"));
    assert!(html.contains("give --split-half") && html.contains("undefined"));
    assert!(html.contains("Centres of 19 receptive fields") && html.contains("Recovered against true centres"));
    assert!(html.contains("V1 &amp; &lt;b&gt;") && !html.contains("V1 & <b>"));
    assert!(html.contains(" neurons with fitted receptive fields") && html.contains("Maps of single neurons"));
    assert!(!html.contains("voxels with fitted"));
    assert_eq!(html, render(&run).unwrap());
}

#[test]
fn every_figure_is_a_file_with_its_numbers_beside_it() {
    let (_folder, run) = run(Some(found(true)));
    write_figures(&run).unwrap();
    let names: Vec<String> = {
        let entries = std::fs::read_dir(run.figures_dir()).unwrap();
        let mut names: Vec<String> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    // The sample run has scores, images and a log as well.
    let expected = [
        "accuracy",
        "fields",
        "hierarchy",
        "identification",
        "reconstructions",
        "recovery-centre",
        "recovery-size",
        "retinotopy",
        "scores",
        "size",
        "training-decoder",
        "training-encoder",
    ];
    let mut files: Vec<_> = expected.iter().flat_map(|n| [format!("{n}.csv"), format!("{n}.svg")]).collect();
    files.push("captions.md".into());
    files.sort();
    assert_eq!(names, files);
    let text = |name: &str| std::fs::read_to_string(run.figures_dir().join(name)).unwrap();
    for name in expected {
        let svg = text(&format!("{name}.svg"));
        assert!(svg.contains("xmlns=\"http://www.w3.org/2000/svg\"") && svg.contains("<style>"), "{name}");
        assert!(!svg.contains("var(") && !svg.contains("<b>"), "{name}");
        assert!(name == "reconstructions" || !svg.contains("href="), "{name}");
        assert!(!svg.contains("href=\"http") && svg.contains("mm\" height=\""), "{name}");
        assert_eq!(svg.matches("<svg").count(), svg.matches("</svg>").count(), "{name}");
    }
    let captions = text("captions.md");
    for name in expected {
        assert_eq!(captions.matches(&format!("\n**{name}** (`{name}.svg`). ")).count(), 1, "{captions}");
        assert!(captions.contains(&format!(" Numbers: `{name}.csv`, ")), "{captions}");
    }
    assert!(captions.contains("`retinotopy.csv`, 19\u{a0}rows of region, "), "{captions}");
    let fields = text("fields.svg");
    assert!(
        fields.contains("fitted field: centre") && fields.contains("true centre") && fields.contains("10th percentile")
    );
    // 19 voxels with a field and the head.
    assert_eq!(text("retinotopy.csv").lines().count(), 20);
    assert!(text("hierarchy.csv").contains("V4,0.700000,0.400000,,"));
}

#[test]
fn without_truth_there_is_no_recovery_and_without_a_look_a_command() {
    let (_folder, with) = run(Some(found(false)));
    let html = render(&with).unwrap();
    assert!(!html.contains("Recovered") && html.contains("Centres of 19"));
    let (_folder, without) = run(None);
    assert!(render(&without).unwrap().contains("afterimage biology RUN"));
}
