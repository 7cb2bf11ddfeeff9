//! The server from outside: what it answers, refuses and keeps.

use std::net::SocketAddr;

use crate::common::visitor::{Visitor, page, value};
use crate::common::{options, served, study, wide};
use afterimage_probe::Client;
use afterimage_study::Created;
use afterimage_study::server::Limits;

/// A study under way with one participant.
struct Begun {
    _folder: tempfile::TempDir,
    created: Created,
    address: SocketAddr,
    link: String,
    visitor: Visitor,
}

fn begun() -> Begun {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (address, link) = served(&created.study, wide());
    let mut visitor = Visitor::new(address, &link);
    visitor.begin().unwrap();
    Begun { _folder: folder, created, address, link, visitor }
}

#[test]
fn malformed_requests_have_their_status() {
    let Begun { _folder, address, link, mut visitor, .. } = begun();
    let shown = visitor.look().unwrap().unwrap();
    let (own, proof) = (visitor.path.clone(), shown.proof.as_str());
    let answer = format!("{own}/answer");
    let none = "/p/00000000000000000000000000000000";
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let foreign = [form[0], ("sec-fetch-site", "cross-site")];
    let body = |trial: &str, choice: &str, rest: &str| format!("proof={proof}&trial={trial}&choice={choice}{rest}");
    let long = "x".repeat(9000);
    type Row<'a> = (&'a str, String, &'a [(&'a str, &'a str)], String, u16);
    let table: Vec<Row> = vec![
        ("GET", "/".into(), &[], String::new(), 404),
        ("GET", "/s/".into(), &[], String::new(), 404),
        ("GET", "/s/00000000000000000000000000000000".into(), &[], String::new(), 404),
        (
            "GET",
            link.to_uppercase().replace("/S/", "/s/"),
            &[],
            String::new(),
            if link[3..].bytes().all(|b| b.is_ascii_digit()) { 200 } else { 404 },
        ),
        ("GET", "/s/%ff%fe".into(), &[], String::new(), 404),
        ("GET", format!("{link}/picture/..%2f..%2fkeys.toml"), &[], String::new(), 404),
        ("GET", format!("{link}/picture/../../keys.toml"), &[], String::new(), 404),
        ("GET", format!("{link}/picture/%2e%2e%2fanswers.sqlite"), &[], String::new(), 404),
        ("GET", format!("{link}/picture/%00"), &[], String::new(), 404),
        ("GET", format!("/s/00000000000000000000000000000000/picture/{}", shown.target), &[], String::new(), 404),
        ("GET", "/keys.toml".into(), &[], String::new(), 404),
        ("GET", none.into(), &[], String::new(), 404),
        ("GET", "/p/' OR 1=1 --".replace(' ', "%20"), &[], String::new(), 404),
        ("GET", answer.clone(), &[], String::new(), 405),
        ("PUT", own.clone(), &[], String::new(), 405),
        ("DELETE", link.clone(), &[], String::new(), 405),
        ("POST", link.clone(), &form, String::new(), 400),
        ("POST", link.clone(), &form, format!("proof={proof}&agree=yes"), 403),
        ("POST", answer.clone(), &[], body("0", "1", ""), 415),
        ("POST", answer.clone(), &[("content-type", "application/json")], "{}".into(), 415),
        ("POST", answer.clone(), &form, String::new(), 400),
        ("POST", answer.clone(), &form, "\u{0}\u{1}%%%".into(), 400),
        ("POST", answer.clone(), &form, format!("proof={long}&trial=0&choice=1"), 413),
        ("POST", answer.clone(), &form, "proof=&trial=0&choice=1".into(), 403),
        ("POST", answer.clone(), &form, "proof=00000000000000000000000000000000&trial=0&choice=1".into(), 403),
        ("POST", answer.clone(), &form, body("0", "0", ""), 400),
        ("POST", answer.clone(), &form, body("0", "5", ""), 400),
        ("POST", answer.clone(), &form, body("0", "-1", ""), 400),
        ("POST", answer.clone(), &form, body("0", "1.5", ""), 400),
        ("POST", answer.clone(), &form, body("0", "99999999999999999999999", ""), 400),
        ("POST", answer.clone(), &form, body("12", "1", ""), 400),
        ("POST", answer.clone(), &form, body("1", "1", ""), 409),
        ("POST", answer.clone(), &form, body("0", "1", "&response_ms=soon"), 400),
        ("POST", answer.clone(), &form, body("0", "1", "&response_ms=-1"), 400),
        ("POST", answer.clone(), &form, body("0", "1", "&response_ms=NaN"), 400),
        ("POST", answer.clone(), &form, body("0", "1", "&response_ms=1e99"), 400),
        ("POST", answer.clone(), &form, body("0", "1", "&interrupted=yes"), 400),
        ("POST", answer.clone(), &foreign, body("0", "1", ""), 403),
        ("POST", format!("{none}/answer"), &form, body("0", "1", ""), 403),
        ("POST", format!("{own}/questions"), &form, format!("proof={proof}&age=7"), 400),
        ("POST", "/admin".into(), &form, "token=wrong".into(), 403),
        ("POST", "/admin".into(), &form, String::new(), 400),
        ("GET", "/admin".into(), &[], String::new(), 200),
        ("GET", "/health".into(), &[], String::new(), 204),
    ];
    for (method, path, headers, sent, status) in table {
        let response = Client::new(address).send(method, &path, headers, &sent).unwrap();
        assert_eq!(response.status, status, "{method} {path} {sent:.60}: {}", response.body);
        assert!(!response.body.contains("panicked") && !response.body.contains("sqlite"), "{}", response.body);
        for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options"] {
            assert!(response.header(header).is_some(), "{method} {path} lacks {header}");
        }
    }
    for raw in ["NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{7f} HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let status = Client::new(address).exchange(raw).map_or(400, |response| response.status);
        assert!((400..500).contains(&status), "{raw:?}: {status}");
    }
    // Nothing of all that was an answer.
    assert_eq!(visitor.look().unwrap().unwrap(), shown);
}

#[test]
fn answers_repeat_harmlessly_and_the_first_one_stands() {
    let Begun { _folder, created, mut visitor, .. } = begun();
    let begun = visitor.path.clone();
    // The link of the study leads back to the same participant, and beginning once more changes nothing.
    visitor.begin().unwrap();
    assert_eq!(visitor.path, begun);
    let first = visitor.look().unwrap().unwrap();
    assert_eq!(visitor.answer(&first, 2, "700").unwrap().status, 303);
    assert_eq!(visitor.answer(&first, 2, "700").unwrap().status, 303);
    let other = visitor.answer(&first, 3, "700").unwrap();
    assert_eq!(other.status, 409);
    assert!(other.body.contains("Your first answer counts") && other.body.contains(&begun));
    let second = visitor.look().unwrap().unwrap();
    assert_eq!(second.trial, "1");
    // A second page of the same trial, as after a reload or in another tab.
    assert_eq!(visitor.look().unwrap().unwrap(), second);
    let stored =
        afterimage_study::store::answers(&afterimage_study::store::open(&created.study.database_file()).unwrap());
    let stored: Vec<_> = stored.unwrap().iter().map(|a| (a.trial, a.chosen, a.response_ms)).collect();
    assert_eq!(stored, [(0, 1, Some(700.0))]);
}

#[test]
fn consent_comes_first_and_practice_tells_the_answer_while_trials_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &afterimage_study::Options { questions: true, ..options() });
    std::fs::write(created.study.consent_file(), "# Hello\n<script>x</script> ![p](https://elsewhere.example/x.png)")
        .unwrap();
    let (address, link) = served(&created.study, wide());
    let mut visitor = Visitor::new(address, &link);
    let consent = visitor.client.get(&link).unwrap();
    assert!(consent.body.contains("<h1>Hello</h1>") && consent.body.contains("A &lt;small&gt; study"));
    assert!(!consent.body.contains("<script>x") && !consent.body.contains("<img"));
    let cookie = consent.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let without = visitor.client.post(&link, &[("proof", &value(&consent.body, "proof"))]).unwrap();
    assert_eq!(without.status, 422);
    assert!(without.body.contains("Please tick the box"));
    visitor.begin().unwrap();
    let asked = visitor.client.get(&visitor.path).unwrap();
    assert!(page(&asked.body).is_none() && asked.body.contains("Your age group"));
    let path = format!("{}/questions", visitor.path);
    let told = [("proof", value(&asked.body, "proof")), ("age", "25-34".into()), ("vision", String::new())];
    let told: Vec<(&str, &str)> = told.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(visitor.client.post(&path, &told).unwrap().status, 303);
    for number in 0..4 {
        let due = visitor.look().unwrap().unwrap();
        let solution = format!("{}/practice/{number}", visitor.path);
        let before = visitor.client.get(&solution).unwrap();
        assert_eq!((before.status, before.body.contains("solved")), (303, false), "trial {number} is not answered yet");
        let next = visitor.answer(&due, 1, "").unwrap();
        let html = visitor.client.get(&solution).unwrap();
        if number >= 2 {
            assert_eq!((next.header("location"), html.status), (Some(visitor.path.as_str()), 303));
            continue;
        }
        // The same pictures at the same places: the right one and the chosen one are marked.
        assert_eq!((next.header("location"), html.status), (Some(solution.as_str()), 200));
        let marked: Vec<&str> =
            html.body.split("<li class=\"").skip(1).map(|li| li.split('"').next().unwrap()).collect();
        assert_eq!(marked.len(), due.options.len());
        assert_eq!(marked.iter().filter(|class| class.split(' ').any(|one| one == "right")).count(), 1);
        assert!(marked[0].contains("chosen") && due.options.iter().all(|file| html.body.contains(file.as_str())));
        assert_eq!(html.body.contains("The practice is over"), number == 1);
        let is_right = marked[0].contains("right");
        assert_eq!(html.body.contains("Correct."), is_right, "{}", html.body);
    }
    let participants =
        afterimage_study::store::participants(&afterimage_study::store::open(&created.study.database_file()).unwrap());
    let profile = participants.unwrap().remove(0).profile;
    assert_eq!((profile.age.as_deref(), profile.vision), (Some("25-34"), None));
}

#[test]
fn consent_with_the_line_to_be_replaced_is_served_only_as_a_pilot_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let run = crate::common::run_folder(&folder.path().join("run"), 8, 9);
    let created = afterimage_study::create(&[run], &options(), &folder.path().join("study"), false).unwrap();
    let options = |pilot| afterimage_study::server::ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        behind_proxy: false,
        hosts: Vec::new(),
        limits: wide(),
        pilot,
    };
    let said = afterimage_study::server::Service::open(&created.study, &options(false)).unwrap_err().to_string();
    assert!(said.contains("consent.md") && said.contains("--pilot"), "{said}");
    let served = |options: afterimage_study::server::ServeOptions| {
        let (send, receive) = std::sync::mpsc::channel();
        let study = created.study.clone();
        std::thread::spawn(move || {
            let started = |address, path: &str| send.send((address, path.to_owned())).unwrap();
            afterimage_study::server::serve(&study, &options, started).unwrap();
        });
        receive.recv().unwrap()
    };
    let take_part = |(address, link): (std::net::SocketAddr, String)| {
        let mut visitor = Visitor::new(address, &link);
        visitor.begin().unwrap();
        while let Some(due) = visitor.look().unwrap() {
            visitor.answer(&due, 1, "900").unwrap();
        }
    };
    let draws = afterimage_study::analysis::Draws { resamples: 100, permutations: 100, seed: 0 };
    let relaxed = |text: String| text.replace("min_attention = 1.0", "min_attention = 0.0");
    let design = created.study.design_file();
    std::fs::write(&design, relaxed(std::fs::read_to_string(&design).unwrap())).unwrap();
    take_part(served(options(true)));
    let found = afterimage_study::analyze(&created.study, draws).unwrap();
    assert!(found.pilot && found.notes[0].contains("pilot") && found.participants[0].left_out.is_empty());
    crate::common::name_contact(&created.study);
    take_part(served(options(false)));
    let found = afterimage_study::analyze(&created.study, draws).unwrap();
    assert!(!found.pilot && found.accuracy[0].participants == 1);
    assert_eq!((found.rules[0].rule.as_str(), found.rules[0].excluded), ("took part in the pilot", 1));
    let rows = afterimage_study::export::export(&created.study, false).unwrap();
    let pilots = rows.lines().skip(1).filter(|row| row.ends_with(",1")).count();
    assert_eq!((rows.lines().next().unwrap().ends_with("too_fast,pilot"), pilots), (true, 12));
}

#[test]
fn too_much_at_once_is_told_to_wait() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let limits = Limits { starts_a_minute: 2.0, requests_a_second: 1000.0, answers_a_second: 2.0 };
    let (address, link) = served(&created.study, limits);
    let begun: Vec<bool> = (0..4).map(|_| Visitor::new(address, &link).begin().is_ok()).collect();
    assert_eq!(begun, [true, true, false, false]);
    let tries: Vec<u16> =
        (0..7).map(|_| Client::new(address).post("/admin", &[("token", "x")]).unwrap().status).collect();
    assert_eq!((tries[0], tries[6]), (403, 429));
    let hasty = Limits { starts_a_minute: 60.0, requests_a_second: 1.0, answers_a_second: 5.0 };
    let (address, _) = served(&created.study, hasty);
    let answers: Vec<_> = (0..25).map(|_| Client::new(address).get("/health").unwrap()).collect();
    assert_eq!(answers[0].status, 204);
    let last = answers.last().unwrap();
    assert_eq!((last.status, last.header("retry-after")), (429, Some("5")));
}

#[test]
fn admin_sees_numbers_alone() {
    let Begun { _folder, created, address, mut visitor, .. } = begun();
    let shown = visitor.look().unwrap().unwrap();
    visitor.answer(&shown, 1, "").unwrap();
    let seen = Client::new(address).post("/admin", &[("token", &created.admin_token)]).unwrap();
    assert_eq!(seen.status, 200);
    assert!(seen.body.contains("1 of 12"), "{}", seen.body);
    assert!(!seen.body.contains(visitor.path.trim_start_matches("/p/")));
    let files = walk(created.study.root());
    for secret in [created.admin_token.as_str(), visitor.path.trim_start_matches("/p/")] {
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            assert!(!bytes.windows(32).any(|w| w == secret.as_bytes()), "{} holds a token", file.display());
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn changed_design_is_refused_from_the_first_participant_on() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let file = created.study.design_file();
    let text = std::fs::read_to_string(&file).unwrap();
    let options = afterimage_study::server::ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        behind_proxy: false,
        hosts: Vec::new(),
        limits: wide(),
        pilot: false,
    };
    let open = || afterimage_study::server::Service::open(&created.study, &options);
    std::fs::write(&file, text.replace("min_attention = 1.0", "min_attention = 0.5")).unwrap();
    open().expect("before the first participant rules may change");
    let (address, link) = served(&created.study, wide());
    Visitor::new(address, &link).begin().unwrap();
    std::fs::write(&file, text.replace("min_attention = 1.0", "min_attention = 0.9")).unwrap();
    let said = open().unwrap_err().to_string();
    assert!(said.contains("study.toml") && said.contains("first participant"), "{said}");
    std::fs::write(
        &file,
        text.replace("min_attention = 1.0", "min_attention = 0.5").replace("A <small> study", "Other"),
    )
    .unwrap();
    open().expect("the title may change");
    let picture = std::fs::read_dir(created.study.pictures_dir()).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&picture, b"other").unwrap();
    assert!(open().unwrap_err().to_string().contains("restore it from a backup"));
}
