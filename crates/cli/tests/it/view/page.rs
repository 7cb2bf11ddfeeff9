//! The page in a browser.

use super::*;

#[test]
fn page_sorts_filters_shows_fields_and_asks_the_networks() {
    let Some(mut browser) = Browser::start(1280, 900, false) else {
        return afterimage_probe::skipped(NO_BROWSER);
    };
    let desk = Desk::with_run();
    desk.rename_run("runs/full");
    printed(&desk.run(&["baseline", "ridge-pixels", "experiment.toml", "--out", "runs/ridge"]));
    let server = Served::start(&desk.path("."), &["runs/full", "runs/ridge"]);
    browser.open(&format!("http://{}/", server.address));
    browser.until("!document.querySelector('#tools').hidden && !document.querySelector('#fields').hidden");
    assert_eq!(browser.value("document.querySelectorAll('.card').length"), json!(10));
    // Shown, and two reconstructions.
    assert_eq!(browser.value("document.querySelectorAll('.card')[0].querySelectorAll('img').length"), json!(3));
    let rows = browser.value("[...document.querySelectorAll('#runs tbody tr')].map(row => [row.querySelector('th').textContent.includes('baseline: ridge-pixels'), row.querySelectorAll('.difference').length > 0])");
    assert_eq!(rows, json!([[false, false], [true, true]]));
    browser.click("#runs a.refer");
    browser
        .until("document.querySelector('#runs').dataset.reference === '1' && location.search === '?reference=ridge'");
    browser.value("history.back()");
    browser.until("document.querySelector('#runs').dataset.reference === '0' && location.search === ''");

    // Sorted by a score of the second run.
    let scores: Value = serde_json::from_slice(&std::fs::read(desk.path("runs/ridge/scores.json")).unwrap()).unwrap();
    let score = scores["scores"].as_array().unwrap().iter().find(|s| s["name"] == "image.pixcorr").expect("PixCorr");
    let mut expected: Vec<(f64, String)> = score["per_item"]
        .as_array()
        .unwrap()
        .iter()
        .zip(score["items"].as_array().unwrap())
        .map(|(value, name)| (value.as_f64().unwrap(), name.as_str().unwrap().to_owned()))
        .collect();
    expected.sort_by(|a, b| b.0.total_cmp(&a.0));
    browser.value(&format!(
        "(() => {{ const of = document.querySelector('#tools').elements; \
         of.score.value = [...of.score.options].find(option => option.textContent === {:?}).value; of.order.value = 'best'; of.by.value = 'ridge'; \
         of.by.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()",
        score["title"].as_str().unwrap()
    ));
    assert_eq!(browser.value("location.search"), json!("?order=best&by=ridge"));
    let names = browser.value("[...document.querySelectorAll('.card')].map(card => card.dataset.name)");
    assert_eq!(names, json!(expected.iter().map(|(_, name)| name).collect::<Vec<_>>()));
    assert_eq!(
        browser.value("document.querySelector('.card figure[data-run=\"1\"] .value').textContent"),
        json!(format!("{:.3}", expected[0].0).replace('-', "\u{2212}"))
    );

    // One item: its heading is in view and in focus, arrows go on, Esc and Back leave it.
    browser.click(".card button.name");
    let here = "[document.querySelector('#large').scrollTop, document.activeElement.id, document.querySelector('#large-title').textContent.split(',')[0], new URLSearchParams(location.search).get('item')]";
    assert_eq!(browser.value(here), json!([0, "large-title", expected[0].1, expected[0].1]));
    assert_eq!(browser.value("document.querySelectorAll('#large thead th').length"), json!(3));
    browser.press('\u{e014}');
    assert_eq!(browser.value(here), json!([0, "large-title", expected[1].1, expected[1].1]));
    browser.press('\u{e00c}');
    browser.until("!document.querySelector('#large').open && location.search === '?order=best&by=ridge'");
    assert_eq!(browser.value("document.activeElement.textContent"), json!(expected[1].1));

    // Filtered by name.
    let (wanted, found) = (&expected[3].1, expected.iter().filter(|(_, name)| name.contains(&expected[3].1)).count());
    browser.click("[name=name]");
    wanted.chars().for_each(|key| browser.press(key));
    assert_eq!(
        browser.value("[...document.querySelectorAll('.card')].filter(card => !card.hidden).length"),
        json!(found)
    );

    // A voxel by keyboard: its field lies over the pictures.
    browser.value("document.querySelector('#map').focus()");
    browser.press('\u{e014}');
    assert_eq!(browser.value("document.body.classList.contains('with-field')"), json!(true));
    assert!(browser.value("document.querySelector('#voxel').textContent").as_str().unwrap().starts_with("Voxel "));

    // A picture and responses, as they are dropped.
    browser.choose("input[type=file]", &desk.path("runs/full/shown/0000.png"));
    browser.until("document.querySelector('#answers .bars') !== null");
    assert_eq!(browser.value("document.querySelector('[name=colour]').value"), json!("predicted"));
    let row = vec!["0"; 60].join(",");
    let table = desk.write("rows.csv", &format!("{row}\n{row}\n"));
    browser.choose("input[type=file]", &table);
    browser.until("document.querySelector('#failed').textContent.includes('cannot be recorded')");
    assert_eq!(browser.value("document.querySelectorAll('#answers img').length"), json!(0));
    browser.value(
        "(() => { const s = document.querySelector('[name=units]'); s.value = 'standardised'; s.dispatchEvent(new Event('change')); })()",
    );
    browser.until("document.querySelectorAll('#answers img').length === 2");
    assert_eq!(browser.value("document.querySelector('#failed').hidden"), json!(true));
    assert!(
        browser
            .value("document.querySelector('#answers .warning').textContent")
            .as_str()
            .unwrap()
            .contains("taken to be standard deviations")
    );
    browser.choose("input[type=file]", &desk.path("experiment.toml"));
    browser.until("!document.querySelector('#failed').hidden");
    assert_eq!(
        browser.value("document.querySelector('#answers').children.length"),
        json!(0),
        "answers to an earlier file"
    );
    // The browser logs the one answer that refuses the unit.
    let complaints = browser.complaints();
    assert!(complaints.len() == 1 && complaints[0].contains("status of 422"), "{complaints:?}");

    if let Some(out) = std::env::var_os("VIEW_PICTURES").map(std::path::PathBuf::from) {
        browser.picture(&out.join("view.png"));
    }
}
