//! Runs with one, two and three test images: every score has a value or a reason, and nothing stops the run.

use afterimage_run::{Artefact, RunFolder, scores::ScoreFile};
use afterimage_sim::SimConfig;

use crate::common::{Desk, ONE_EPOCH, printed, recording};

#[test]
fn every_score_of_few_test_images_is_there_or_says_why_not() {
    for n in 1..=3 {
        let desk = Desk::with(SimConfig { test: n, ..recording() });
        let classifier = r#"evaluation.classification.classifier="squeezenet1_1""#;
        let metrics = r#"evaluation.metrics=["pixcorr", "ssim", "ms-ssim"]"#;
        let set = [&["--set", classifier, "--set", metrics], &ONE_EPOCH[..]].concat();
        // One image is the hardest case, and goes through biology, regions and report too.
        if n == 1 {
            printed(&desk.run(&[&["run", "experiment.toml", "--out", "run"][..], &set[..]].concat()));
            assert!(desk.path("run/report.html").is_file());
        } else {
            desk.scored("run", &set);
        }
        let lines = printed(&desk.run(&["evaluate", "run"]));
        let file = ScoreFile::read(&RunFolder::open(desk.path("run")).unwrap()).unwrap();
        let value = |name: &str| file.get(name).map(|score| score.value);
        let reason = |name: &str| {
            let found = file.not_computed.iter().find(|m| m.name == name);
            found.unwrap_or_else(|| panic!("{n} images: {name} is neither computed nor listed")).reason.clone()
        };
        for name in ["image.pixcorr", "image.ssim", "image.ms-ssim", "identification.external.perceptual.2way"] {
            assert!(value(name).is_some_and(f64::is_finite), "{n} images: {name}");
        }
        for (name, needed) in [
            ("identification.pairwise.perceptual", 2),
            ("identification.pairwise.pixels", 2),
            ("identification.pairwise.pixcorr", 2),
            ("diversity.distance", 3),
            ("encoder.r.median", 3),
        ] {
            if n >= needed {
                assert!(value(name).is_some(), "{n} images: {name}");
            } else {
                assert!(
                    value(name).is_none() && reason(name).contains(&format!("at least {needed}")),
                    "{}",
                    reason(name)
                );
                assert!(lines.contains(&format!("not computed: {name}: ")), "{lines}");
            }
        }
        if n == 1 {
            assert!(reason("identification.encoding").contains("at least 2, the run has 1"));
            assert!(reason("averaging").contains("at least 2"), "{}", reason("averaging"));
            assert!(file.scores.iter().all(|score| score.p.is_none() && score.interval.is_none()));
        }
    }
}
