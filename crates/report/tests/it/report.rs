//! The report as a reader's browser gets it.

use std::fs;

use afterimage_report::{MAX_ITEMS, MAX_PICTURE_BYTES, render, write};
use afterimage_run::{
    Artefact, RunFolder,
    baseline::{Baseline, Penalties},
    comparison::{COMPARISON_VERSION, Cell, Comparison, Row, Variant},
    layout::{AUDIT, PICTURES, SCORES},
    manifest::{Manifest, ScoredRun},
    pictures::Pictures,
    provenance::{Provenance, Statement, TestItems},
    scores::ScoreFile,
};

use afterimage_statistics::{Difference, PValue};

const SIDE: u32 = 24;
const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&";

fn run(items: usize) -> (tempfile::TempDir, RunFolder) {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path().join("run"));
    crate::sample::write(&run, items, SIDE).unwrap();
    (folder, run)
}

#[test]
fn every_section_is_there_in_order_and_the_pictures_come_first() {
    let (_folder, run) = run(12);
    let html = render(&run).unwrap();
    let ids = ["pictures", "scores", "spread", "encoder", "training", "data", "repeat", "reading"];
    let places: Vec<usize> = ids.iter().map(|id| html.find(&format!("<section id=\"{id}\"")).expect(id)).collect();
    assert!(places.windows(2).all(|w| w[0] < w[1]));
    assert!(html.find("class=\"tiles\"").unwrap() < places[0]);
    assert_eq!(html.matches("<li class=\"card").count(), 12);
    assert!(html.contains("89\u{a0}neurons are few"));
    // An unclosed shape would swallow those after it.
    for shape in ["line", "rect", "circle", "polyline"] {
        let opening = format!("<{shape} ");
        let tags: Vec<&str> = html.split(&opening).skip(1).filter_map(|rest| rest.split('>').next()).collect();
        let (all, alone) = (tags.len(), tags.iter().filter(|tag| tag.ends_with('/')).count());
        let closed = html.matches(&format!("</{shape}>")).count();
        assert!(all > 0 && all == alone + closed, "{shape}: {all} opened, {alone} of them alone, {closed} closed");
    }
}

#[test]
fn the_file_asks_for_nothing_outside_itself() {
    let (_folder, run) = run(5);
    let html = render(&run).unwrap();
    for address in ["src=\"http", "href=\"http", "url(http", "@import", "src=\"//"] {
        assert!(!html.contains(address), "{address}");
    }
    assert!(html.matches("src=\"").count() == html.matches("src=\"data:image/png;base64,").count());
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let (_folder, run) = run(7);
    let first = render(&run).unwrap();
    let path = write(&run).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    assert_eq!(render(&run).unwrap(), first);
}

#[test]
fn hostile_names_stay_text() {
    let (_folder, run) = run(4);
    let mut manifest = crate::sample::manifest(4);
    manifest.name = HOSTILE.into();
    manifest.command.push(HOSTILE.into());
    manifest.warnings.push(HOSTILE.into());
    manifest.data.title = HOSTILE.into();
    manifest.data.regions.insert(HOSTILE.into(), 3);
    manifest.seeds.insert(HOSTILE.into(), 3);
    manifest.inputs[0].path = HOSTILE.into();
    manifest.write(&run).unwrap();
    let mut all = Vec::<Pictures>::read(&run).unwrap();
    all[0].name = HOSTILE.into();
    all[0].class = Some(HOSTILE.into());
    all[0].rival_name = Some(HOSTILE.into());
    all.write(&run).unwrap();
    let mut file = ScoreFile::read(&run).unwrap();
    for score in &mut file.scores {
        score.title = HOSTILE.into();
        score.name += HOSTILE;
        score.unit = HOSTILE.into();
        score.definition = HOSTILE.into();
        score.notes.push(HOSTILE.into());
        score.items[0] = HOSTILE.into();
    }
    file.write(&run).unwrap();
    fs::write(run.experiment_file(), HOSTILE).unwrap();
    let html = render(&run).unwrap();
    assert!(!html.contains("<img src=x"));
    assert!(!html.contains("\"'&") && !html.contains("'&<"));
    let opened = html.matches("<script").count();
    assert_eq!(html.matches("</script>").count(), opened);
    assert_eq!(opened, 3);
}

#[test]
fn a_run_with_nothing_but_its_manifest_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunFolder::new(folder.path());
    crate::sample::manifest(0).write(&run).unwrap();
    let html = render(&run).unwrap();
    assert!(html.contains("no scores yet"));
    assert!(html.contains("There are no reconstructions yet."));
    assert!(html.contains("There is no training log."));
    assert!(html.contains("The data were not audited."));
}

#[test]
fn each_part_may_be_missing_alone() {
    let (_folder, run) = run(3);
    for file in [run.path(SCORES), run.path(PICTURES), run.log_file(), run.path(AUDIT), run.experiment_file()] {
        let kept = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert!(render(&run).unwrap().contains(">missing<"), "{}", file.display());
        fs::write(&file, kept).unwrap();
    }
}

#[test]
fn unfit_pictures_become_blanks() {
    let (folder, run) = run(3);
    fs::write(folder.path().join("secret.png"), b"\x89PNG\r\n\x1a\nsecret").unwrap();
    let mut all = Vec::<Pictures>::read(&run).unwrap();
    all[0].shown = "../secret.png".into();
    all[1].shown = "gone.png".into();
    fs::write(run.root().join(&all[2].shown), "<svg onload=alert(1)>").unwrap();
    all.write(&run).unwrap();
    let html = render(&run).unwrap();
    // Three cards, and the viewer that shows one of them.
    assert_eq!(html.matches("class=\"blank\"").count(), 4);
}

#[test]
fn a_damaged_file_is_named() {
    let (_folder, run) = run(2);
    fs::write(run.path(SCORES), "{\"version\": 1, ").unwrap();
    assert!(render(&run).unwrap_err().to_string().contains("scores.json"));
}

#[test]
fn of_many_items_an_even_sample_is_embedded_and_the_report_says_so() {
    let (_folder, run) = run(MAX_ITEMS + 150);
    let html = render(&run).unwrap();
    assert_eq!(html.matches("<li class=\"card").count(), MAX_ITEMS);
    assert!(html.contains("spread evenly over the ranks"));
    assert!(html.len() as u64 <= MAX_PICTURE_BYTES * 4 / 3 + (2 << 20));
}

#[test]
fn large_pictures_lower_the_number_of_items() {
    let (_folder, run) = run(60);
    let mut big = b"\x89PNG\r\n\x1a\n".to_vec();
    big.resize(900 << 10, 0);
    for picture in Vec::<Pictures>::read(&run).unwrap() {
        fs::write(run.root().join(picture.shown), &big).unwrap();
    }
    let html = render(&run).unwrap();
    assert!(html.matches("<li class=\"card").count() < 20);
    assert!(html.len() as u64 <= MAX_PICTURE_BYTES * 4 / 3 + (4 << 20));
}

#[test]
fn scores_without_items_interval_or_chance_are_shown() {
    let (_folder, run) = run(3);
    let mut file = ScoreFile::read(&run).unwrap();
    for score in &mut file.scores {
        (score.items, score.per_item) = (Vec::new(), Vec::new());
        (score.interval, score.chance, score.p, score.repeats_averaged) = (None, None, None, None);
    }
    file.write(&run).unwrap();
    assert!(render(&run).unwrap().contains("no score has different values for different images."));
}

#[test]
fn a_baseline_is_said_to_be_one_and_no_training_is_claimed() {
    let (_folder, run) = run(4);
    let mut manifest = crate::sample::manifest(4);
    manifest.baseline = Some(Baseline {
        name: "ridge-pixels".into(),
        method: "Ridge regression to pixels.".into(),
        encoder: None,
        options: [("pixels", "32"), ("no-encoder", "")].map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        penalties: vec![Penalties::count("pixels", "the scale", &[0.1, 1.0], &[0, 1, 1])],
        retrieved: Vec::new(),
    });
    manifest.write(&run).unwrap();
    fs::remove_file(run.log_file()).unwrap();
    let html = render(&run).unwrap();
    assert!(html.contains("no network was trained") && html.contains("Ridge regression to pixels."));
    assert!(html.contains("afterimage baseline ridge-pixels experiment.toml --no-encoder --pixels 32 --out AGAIN"));
    assert!(html.contains("the median is 1.00"));
    assert!(html.contains("Afterimage report, baseline ridge-pixels"));
    for claim in ["were trained on", "One training run", "There is no training log", ">Training<"] {
        assert!(!html.contains(claim), "{claim}");
    }
}

/// Parts of the page by their anchors.
fn part<'a>(html: &'a str, id: &str) -> &'a str {
    let start = html.find(&format!("<section id=\"{id}\"")).unwrap_or_else(|| panic!("no section {id}"));
    let rest = &html[start..];
    &rest[..rest.find("</section>").unwrap()]
}

#[test]
fn a_verdict_with_its_numbers_stands_before_the_tiles_and_links_to_how_to_read_them() {
    let (_folder, run) = run(12);
    let html = render(&run).unwrap();
    let (verdict, tiles) = (html.find("class=\"verdict\"").unwrap(), html.find("class=\"tiles\"").unwrap());
    assert!(verdict < tiles);
    let opening = &html[verdict..tiles];
    assert!(opening.contains("href=\"#reading\"") && opening.contains("The rule behind the verdict"));
    assert!(opening.contains("afterimage report RUN --baselines"), "{opening}");
}

#[test]
fn scores_stand_in_groups_with_their_definitions_behind_one_click_each() {
    let (_folder, run) = run(12);
    let html = render(&run).unwrap();
    let scores = part(&html, "scores");
    let groups = scores.matches("<details class=\"group\"").count();
    assert_eq!(groups, 4, "identification, similarity, encoder, identification from responses");
    assert_eq!(scores.matches("<details class=\"definitions\"").count(), groups);
    // No score is lost, and none stands twice.
    for score in ScoreFile::read(&run).unwrap().scores {
        assert_eq!(scores.matches(&format!("<tr id=\"score-{}\"", score.name)).count(), 1, "{}", score.name);
    }
}

#[test]
fn what_a_run_lacks_is_listed_at_the_end_and_has_no_empty_section() {
    let (_folder, run) = run(4);
    let html = render(&run).unwrap();
    for id in ["classification", "biology", "regions", "averaging"] {
        assert!(!html.contains(&format!("<section id=\"{id}\"")), "{id}");
        assert!(!html.contains(&format!("href=\"#{id}\"")), "{id}");
    }
    let missing = part(&html, "missing");
    for command in ["afterimage biology RUN", "afterimage regions RUN", "evaluation.classification.classes"] {
        assert!(missing.contains(command), "{command}");
    }
    assert!(missing.contains("needs the weights of CLIP"));
}

#[test]
fn images_in_view_are_spaced_from_best_to_worst() {
    let (_folder, run) = run(60);
    let html = render(&run).unwrap();
    let cards: Vec<&str> = html.split("<li class=\"card").skip(1).collect();
    assert_eq!(cards.len(), 60);
    let class = |card: &str| card.split('"').next().unwrap().to_owned();
    let picked: Vec<usize> = (0..60).filter(|&i| class(cards[i]).contains("pick")).collect();
    assert_eq!((picked.len(), picked[0], picked[23]), (24, 0, 59), "the best and the worst are in view");
    let steps: Vec<usize> = picked.windows(2).map(|w| w[1] - w[0]).collect();
    assert!(steps.iter().all(|step| (2..=3).contains(step)), "{steps:?}");
    assert!(html.contains("spaced evenly from the best to the worst"));
}

#[test]
fn without_a_wrong_candidate_there_is_no_column_for_one() {
    let (_folder, run) = run(5);
    let mut all = Vec::<Pictures>::read(&run).unwrap();
    all.iter_mut().for_each(|picture| (picture.rival, picture.rival_name) = (None, None));
    all.write(&run).unwrap();
    let html = render(&run).unwrap();
    let pictures = part(&html, "pictures");
    assert!(!pictures.contains("wrong candidate") && !pictures.contains("class=\"blank\""));
}

#[test]
fn no_number_is_minus_zero_or_rounding_noise() {
    let (_folder, run) = run(6);
    let mut file = ScoreFile::read(&run).unwrap();
    for score in &mut file.scores {
        (score.value, score.chance) = (-0.0001, Some(-1e-17));
        score.per_item.iter_mut().for_each(|value| *value = Some(-1e-17));
    }
    file.write(&run).unwrap();
    let html = render(&run).unwrap();
    for noise in ["\u{2212}0.0\u{202f}%", "\u{2212}0<", "\u{2212}0.000<", "10⁻¹⁷"] {
        let at = html.find(noise).map(|i| html[..i].chars().rev().take(80).collect::<Vec<_>>());
        assert!(at.is_none(), "{noise}: {:?}", at.map(|c| c.into_iter().rev().collect::<String>()));
    }
}

/// The run against a baseline called ridge: in each score by what the baseline is larger, and its p.
fn against(run: &RunFolder, scores: &[(&str, f64, f64)]) -> Comparison {
    let file = ScoreFile::read(run).unwrap();
    let cell = |value: f64, difference: Option<Difference>| {
        Some(Cell {
            value,
            interval: None,
            chance: None,
            n: 4,
            by_run: Vec::new(),
            spread: None,
            difference,
            note: None,
        })
    };
    let row = |&(name, larger, p): &(&str, f64, f64)| {
        let score = file.get(name).unwrap();
        let difference = Difference {
            value: larger,
            interval: None,
            bca: None,
            p: PValue::exact(p, "sign flips".into()),
            p_holm: p,
            n: 4,
            power: None,
            by_seed: Vec::new(),
        };
        Row {
            name: name.into(),
            title: score.title.clone(),
            metric: String::new(),
            definition: String::new(),
            unit: score.unit.clone(),
            higher_is_better: score.higher_is_better,
            chance: None,
            item_kind: "image".into(),
            cells: vec![cell(score.value, None), cell(score.value + larger, Some(difference))],
        }
    };
    let variant = |label: &str| Variant { label: label.into(), runs: Vec::new(), seeds: Vec::new() };
    Comparison {
        version: COMPARISON_VERSION,
        title: String::new(),
        paired: true,
        subjects: Vec::new(),
        variants: vec![variant("run"), variant("ridge")],
        rows: scores.iter().map(row).collect(),
        not_compared: Vec::new(),
        notes: Vec::new(),
        tests: scores.len(),
        resamples: 100,
        permutations: 100,
        seed: 0,
    }
}

#[test]
fn the_verdict_says_what_is_better_worse_and_no_different_than_a_baseline() {
    let (_folder, run) = run(4);
    let scores = [
        ("identification.pairwise.perceptual.2way", -0.2, 0.001),
        ("image.pixcorr", 0.1, 0.001),
        ("image.ssim", 0.1, 0.4),
        // Of a distance the smaller is better.
        ("image.perceptual", 0.1, 0.001),
    ];
    against(&run, &scores).write(&run).unwrap();
    let html = render(&run).unwrap();
    let line = html.split("Against ridge: ").nth(1).unwrap().split("</li>").next().unwrap();
    let order = ["better in", "2-way identification", "perceptual distance", "worse in", "pixel correlation"];
    let places: Vec<usize> =
        order.iter().map(|words| line.find(words).unwrap_or_else(|| panic!("{words}: {line}"))).collect();
    assert!(places.windows(2).all(|w| w[0] < w[1]), "{line}");
    assert!(line.find("no clear difference in") < line.find("SSIM ("), "{line}");
    // Other scores than those compared are no longer this run's.
    let mut file = ScoreFile::read(&run).unwrap();
    file.scores.iter_mut().for_each(|score| score.value += 0.01);
    file.write(&run).unwrap();
    let html = render(&run).unwrap();
    assert!(html.contains("with earlier scores of this run") && !html.contains("Against ridge: "));
}

#[test]
fn scores_on_another_data_set_stand_next_to_the_own_and_name_what_is_shared() {
    let (_folder, run) = run(6);
    assert!(!render(&run).unwrap().contains("Other data sets"));
    let there = RunFolder::new(run.on_dir("shapes"));
    crate::sample::write(&there, 9, SIDE).unwrap();
    let mut manifest = Manifest::read(&there).unwrap();
    manifest.data.title = format!("shapes {HOSTILE}");
    manifest.scored_run = Some(ScoredRun {
        run: "runs/mine".into(),
        decoder: None,
        trained_on: manifest.inputs[0].clone(),
        voxels: "taken in order, equal in region V1".into(),
        overlap: vec!["same image in test and the run's training: 2 of 9 x 40 pairs are duplicates".into()],
    });
    manifest.write(&there).unwrap();
    let html = render(&run).unwrap();
    for said in ["Other data sets", "on/shapes", "equal in region V1", "2 of 9 x 40 pairs", "On its own test items"] {
        assert!(html.contains(said), "{said}");
    }
    assert!(!html.contains("</script><img src=x"));
    assert!(render(&there).unwrap().contains("on another data set than the one it was trained on"));
    // A decoder that was trained again since is told.
    let mut of = manifest.scored_run.clone().unwrap();
    of.decoder = Some("0".repeat(64));
    manifest.scored_run = Some(of);
    manifest.write(&there).unwrap();
    let mut own = Manifest::read(&run).unwrap();
    assert!(!render(&run).unwrap().contains("has changed since: make these"));
    own.outputs.insert("decoder/model.safetensors".into(), "1".repeat(64));
    fs::write(run.manifest_file(), serde_json::to_vec(&own).unwrap()).unwrap();
    assert!(render(&run).unwrap().contains("has changed since: make these"));
}

#[test]
fn provenance_is_shown_with_what_is_not_known() {
    let (_folder, run) = run(3);
    assert!(render(&run).unwrap().contains("The provenance of the inputs was not stated."));
    let state = |about: &str, said: &str, test_items| Statement { about: about.into(), said: said.into(), test_items };
    let statements = vec![
        state("Pretrained weights", HOSTILE, TestItems::Unknown),
        state("Unpaired images", "200 images.", TestItems::NotFound),
    ];
    Provenance::new(statements).write(&run).unwrap();
    let html = render(&run).unwrap();
    assert!(html.contains("Where everything came from") && html.contains("Test items in it: not known."));
    assert!(html.contains("looked for, none found") && !html.contains("</script><img src=x"));
}
