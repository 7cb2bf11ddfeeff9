//! A study from the command line: made, served by the program, analysed, exported, and a participant forgotten.

#[path = "../../../study/tests/common/mod.rs"]
mod people;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{printed, program};
use people::visitor::Visitor;

fn run(folder: &Path, args: &[&str]) -> Output {
    program().current_dir(folder).args(args).output().unwrap()
}

fn refusal(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    assert_eq!(output.status.code(), Some(1), "{args:?} was not refused");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn study_is_made_served_analysed_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    people::run_folder(&at.join("runs/full"), 10, 9);
    people::run_folder(&at.join("runs/half"), 10, 17);
    let create = ["study", "create", "runs/full", "runs/half", "--out", "studies/both", "--attention", "0", "--json"];
    std::fs::create_dir(at.join("studies")).unwrap();
    let made: serde_json::Value = serde_json::from_str(&printed(&run(at, &create))).unwrap();
    assert_eq!((made["trials"].as_u64(), made["judged_items"].as_u64()), (Some(10), Some(10)));
    assert!(refusal(at, &create).contains("exists already"));
    assert!(refusal(at, &["study", "analyze", "studies/both"]).contains("0 began"));
    assert!(refusal(at, &["study", "serve", "runs/full"]).contains("no study.toml"));
    // Nobody is shown a consent page without a contact.
    let unfinished = refusal(at, &["study", "serve", "studies/both"]);
    assert!(unfinished.contains("consent.md") && unfinished.contains("--pilot"), "{unfinished}");
    people::name_contact(&afterimage_study::StudyFolder::new(at.join("studies/both")));

    let mut server = program();
    server.current_dir(at).args(["study", "serve", "studies/both", "--listen", "127.0.0.1:0"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let link = line.trim().strip_prefix("participants: http://").unwrap();
    let (address, path) = link.split_at(link.find('/').unwrap());
    let mut code = String::new();
    for person in 0..4 {
        let mut visitor = Visitor::new(address.parse().unwrap(), path);
        visitor.begin().unwrap();
        while let Some(due) = visitor.look().unwrap() {
            assert_eq!(visitor.answer(&due, 1 + person % 5, "800").unwrap().status, 303);
            // The limit of answers a second is there for those who hurry.
            std::thread::sleep(std::time::Duration::from_millis(120));
        }
        let end = visitor.client.get(&visitor.path.clone()).unwrap().body;
        code = end.split("id=\"participant\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    }
    // SIGTERM: the server ends by itself.
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    let mut logged = String::new();
    std::io::Read::read_to_string(&mut server.stderr.take().unwrap(), &mut logged).unwrap();
    assert_eq!(logged, "");

    let text = printed(&run(at, &["study", "analyze", "studies/both", "--draws", "200"]));
    assert!(text.contains("all runs: ") && text.contains("40 answers of 4 participants on 10 items"), "{text}");
    assert!(text.contains("half minus full") && text.contains("page: studies/both/analysis/analysis.html"), "{text}");
    for file in ["analysis.json", "analysis.html", "accuracy.csv", "participants.csv", "items.csv", "machine.csv"] {
        assert!(at.join("studies/both/analysis").join(file).is_file(), "{file}");
    }
    let into = ["study", "analyze", "studies/both", "--draws", "200", "--into", "runs/half"];
    assert!(printed(&run(at, &into)).contains("report: runs/half/report.html"));
    let report = std::fs::read_to_string(at.join("runs/half/report.html")).unwrap();
    assert!(report.contains("id=\"people\"") && report.contains("In the study") && report.contains("half minus full"));
    let page = std::fs::read_to_string(at.join("studies/both/analysis/analysis.html")).unwrap();
    assert!(page.contains("4 participants") || page.contains("4\u{a0}participants"));
    assert!(!page.contains("http://") && !page.contains("https://"), "the page asks for nothing");
    assert_eq!(printed(&run(at, &["study", "export", "studies/both"])).lines().count(), 1 + 4 * 13);
    assert!(printed(&run(at, &["study", "forget", "studies/both", &code])).contains("with 13 answers"));
    assert!(refusal(at, &["study", "forget", "studies/both", &code]).contains("no participant has the code"));
    assert_eq!(printed(&run(at, &["study", "export", "studies/both"])).lines().count(), 1 + 3 * 13);
}

#[test]
fn log_names_routes_and_neither_study_nor_participant() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    people::run_folder(&at.join("run"), 10, 9);
    printed(&run(at, &["study", "create", "run", "--out", "study"]));
    let mut server = program();
    server.current_dir(at).args(["study", "serve", "study", "--pilot", "--listen", "127.0.0.1:0", "--log", "debug"]);
    let mut server = server.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let link = line.trim().strip_prefix("participants: http://").unwrap();
    let (address, path) = link.split_at(link.find('/').unwrap());
    let mut visitor = Visitor::new(address.parse().unwrap(), path);
    visitor.begin().unwrap();
    visitor.look().unwrap();
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    let mut logged = String::new();
    std::io::Read::read_to_string(&mut server.stderr.take().unwrap(), &mut logged).unwrap();
    let starts = |start: &str| logged.lines().any(|line| line.starts_with(start));
    for start in
        ["info: listening on 127.0.0.1:", "debug: POST /s/{study}: 303 in ", "debug: GET /p/{participant}: 200 in "]
    {
        assert!(starts(start), "no line {start:?} in:\n{logged}");
    }
    for private in [path, visitor.path.as_str()].map(|path| path.rsplit('/').next().unwrap()) {
        assert!(private.len() > 5 && !logged.contains(private), "{private} is in:\n{logged}");
    }
}
