//! A participant in a real browser. Skipped, with a message, where Chromium and its driver are not installed.

use std::collections::BTreeMap;

use crate::common::{options, served, study, wide};
use afterimage_probe::{Browser, browser::NO_BROWSER, skipped};
use afterimage_study::analysis::{Draws, analyze};
use afterimage_study::{Exclusion, Options, Stimuli, store};
use serde_json::json;

/// All pictures are there and drawn, and the page waits for a choice.
const READY: &str = "document.querySelector('form.trial') !== null && !document.body.classList.contains('waiting') \
    && [...document.querySelectorAll('button[name=choice]')].every(button => !button.disabled)";

#[test]
fn a_participant_by_keyboard_on_a_phone_reloads_midway_and_finishes() {
    let Some(mut browser) = Browser::start(390, 844, false) else { return skipped(NO_BROWSER) };
    let folder = tempfile::tempdir().unwrap();
    let design = Options {
        ways: 5,
        practice: 2,
        attention: Some(2),
        questions: true,
        exclusion: Exclusion { unfinished: true, min_attention: 0.0, min_median_ms: 1.0, min_trial_ms: 250.0 },
        ..options()
    };
    let created = study(folder.path(), 20, 1, &design);
    let (address, link) = served(&created.study, wide());
    let stimuli = Stimuli::read(&created.study).unwrap();
    let item_of: BTreeMap<&str, usize> = stimuli
        .items
        .iter()
        .enumerate()
        .flat_map(|(i, item)| {
            std::iter::once(&item.shown).chain(&item.reconstructions).map(move |p| (p.file.as_str(), i))
        })
        .chain(stimuli.practice.iter().chain(&stimuli.attention).map(|c| (c.picture.file.as_str(), c.item)))
        .collect();

    browser.open(&format!("http://{address}{link}"));
    // Tab to the box, space, tab to the button, enter: no pointer is needed.
    for key in ['\u{e004}', ' ', '\u{e004}', '\u{e007}'] {
        browser.press(key);
    }
    browser.until("location.pathname.startsWith('/p/') && document.querySelector('fieldset') !== null");
    browser.click("input[name=age][value='25-34']");
    browser.click("button[type=submit]");

    let (mut right, mut judged) = (0, 0);
    for trial in 0..24 {
        browser.until(&format!("{READY} && document.querySelector('form.trial').elements.trial.value === '{trial}'"));
        if trial == 11 {
            browser.reload();
            browser.until(READY);
            assert_eq!(browser.value("document.querySelector('form.trial').elements.trial.value"), json!("11"));
        }
        let fits = "document.documentElement.scrollWidth <= innerWidth && \
            Math.max(...[...document.querySelectorAll('button[name=choice]')].map(b => b.getBoundingClientRect().bottom)) <= innerHeight";
        assert_eq!(browser.value(fits), json!(true), "trial {trial} does not fit the phone");
        let names =
            browser.value("[...document.querySelectorAll('.trial img')].map(image => image.src.split('/').pop())");
        let names: Vec<&str> = names.as_array().unwrap().iter().filter_map(|n| n.as_str()).collect();
        let place = names[1..].iter().position(|name| item_of[name] == item_of[names[0]]).expect("the right picture");
        let is_main = stimuli.items.iter().any(|item| item.reconstructions.iter().any(|p| p.file == names[0]));
        // Every fourth one is answered wrong.
        let choice = if trial % 4 == 3 { (place + 1) % 5 } else { place };
        judged += usize::from(is_main);
        right += usize::from(is_main && choice == place);
        // A key that is held sends repeats: they answer nothing.
        let held = "window.dispatchEvent(new KeyboardEvent('keydown', { key: '1', repeat: true, bubbles: true }))";
        browser.value(held);
        browser.press(char::from(b'1' + choice as u8));
        if trial < 2 {
            browser.until("document.querySelector('a.continue') !== null");
            let marks = browser.value(
                "['right', 'chosen'].map(mark => [...document.querySelectorAll('.solved')].findIndex(one => one.classList.contains(mark)))",
            );
            assert_eq!(marks, json!([place, choice]));
            // Too early it is ignored, so the key is pressed until the page goes on.
            while browser.value("document.querySelector('a.continue') !== null") == json!(true) {
                browser.press('\u{e007}');
            }
        }
    }
    browser.until("document.querySelector('#completion') !== null");
    assert_eq!(browser.value("document.querySelector('#completion').textContent"), json!("DONE-42"));
    assert_eq!(browser.complaints().iter().filter(|c| !c.contains("favicon")).count(), 0);

    let answers = store::answers(&store::open(&created.study.database_file()).unwrap()).unwrap();
    assert_eq!((answers.len(), judged), (24, 20));
    assert!(
        answers.iter().all(|a| a.response_ms.is_some_and(|ms| (250.0..60_000.0).contains(&ms)) && !a.interrupted),
        "{answers:?}"
    );
    let found = analyze(&created.study, Draws { resamples: 200, permutations: 200, seed: 0 }).unwrap();
    assert_eq!((found.participants[0].answers, found.participants[0].right), (20, right));
    assert!((found.accuracy[0].value - right as f64 / 20.0).abs() < 1e-12 && right < 20);
}

#[test]
fn without_javascript_the_study_is_a_form() {
    let Some(mut browser) = Browser::start(390, 844, false) else { return skipped(NO_BROWSER) };
    let folder = tempfile::tempdir().unwrap();
    let created = study(
        folder.path(),
        8,
        1,
        &Options {
            practice: 1,
            attention: Some(0),
            exclusion: Exclusion { unfinished: false, min_attention: 0.0, min_median_ms: 300.0, min_trial_ms: 250.0 },
            ..options()
        },
    );
    let (address, link) = served(&created.study, wide());
    browser.block("*.js*");
    browser.open(&format!("http://{address}{link}"));
    browser.click("input[name=agree]");
    browser.click("button[type=submit]");
    let due = |trial: usize| format!("document.querySelector('form.trial')?.elements.trial.value === '{trial}'");
    for (trial, choice) in [(0, 3), (1, 2)] {
        browser.until(&due(trial));
        browser.click(&format!("button[value='{choice}']"));
        if trial == 0 {
            browser.until("document.querySelectorAll('.solved.right').length === 1");
            browser.click("a.continue");
        }
    }
    browser.until(&due(2));
    let answers = store::answers(&store::open(&created.study.database_file()).unwrap()).unwrap();
    let given: Vec<_> = answers.iter().map(|a| (a.trial, a.chosen, a.response_ms)).collect();
    assert_eq!(given, [(0, 2, None), (1, 1, None)]);
}

/// Pictures of the pages for people to look at: `STUDY_PICTURES=FOLDER cargo test --release -p afterimage-study --test it browser::`; of the study
/// in `STUDY_FOLDER` where that is set.
#[test]
fn pictures_of_the_pages() {
    let Some(out) = std::env::var_os("STUDY_PICTURES").map(std::path::PathBuf::from) else {
        return skipped("STUDY_PICTURES names no folder");
    };
    let folder = tempfile::tempdir().unwrap();
    let made = std::env::var_os("STUDY_FOLDER").map(afterimage_study::StudyFolder::new);
    let made =
        made.unwrap_or_else(|| study(folder.path(), 20, 1, &Options { ways: 5, questions: true, ..options() }).study);
    let (address, link) = served(&made, wide());
    std::fs::create_dir_all(&out).unwrap();
    for (width, height) in [(390, 844), (1280, 800)] {
        for dark in [false, true] {
            let mut browser = Browser::start(width, height, dark).expect("Chromium and chromedriver");
            let scheme = if dark { "dark" } else { "light" };
            let shot =
                |browser: &mut Browser, name: &str| browser.picture(&out.join(format!("{name}-{width}-{scheme}.png")));
            browser.open(&format!("http://{address}{link}"));
            shot(&mut browser, "1-consent");
            browser.click("input[name=agree]");
            browser.click("button[type=submit]");
            browser.until("location.pathname.startsWith('/p/')");
            if browser.value("document.querySelector('fieldset') !== null") == json!(true) {
                shot(&mut browser, "2-questions");
                browser.click("button[type=submit]");
            }
            for trial in 0.. {
                browser.until(&format!("document.querySelector('a.continue')?.click(), document.querySelector('#completion') !== null || ({READY} && document.querySelector('form.trial').elements.trial.value === '{trial}')"));
                if browser.value("document.querySelector('form.trial') === null") == json!(true) {
                    break;
                }
                if trial < 5 {
                    shot(&mut browser, &format!("3-trial{trial}"));
                }
                browser.press('2');
            }
            shot(&mut browser, "4-done");
            browser.open(&format!("http://{address}/p/none"));
            shot(&mut browser, "5-problem");
            browser.open(&format!("http://{address}/admin"));
            shot(&mut browser, "6-admin");
        }
    }
}
