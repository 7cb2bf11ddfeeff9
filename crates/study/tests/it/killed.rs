//! The server killed under load, again and again: nothing that it acknowledged is lost, and everybody comes to the end.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::common::visitor::Visitor;
use crate::common::{options, study, wide};
use afterimage_study::server::{ServeOptions, serve};
use afterimage_study::{StudyFolder, store};

const PARTICIPANTS: usize = 24;
const KILLS: usize = 5;

/// This file as a server, for the test below to start and kill. Without its variables it is nothing.
#[test]
fn server_process() {
    let (Some(folder), Ok(address)) = (std::env::var_os("STUDY_SERVED"), std::env::var("STUDY_ADDRESS")) else {
        return;
    };
    let options = ServeOptions {
        listen: address.parse().unwrap(),
        behind_proxy: false,
        hosts: Vec::new(),
        limits: wide(),
        pilot: false,
    };
    serve(&StudyFolder::new(folder), &options, |_, _| {}).unwrap();
}

fn start(study: &StudyFolder, address: SocketAddr) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::server_process", "--nocapture"]);
    command.env("STUDY_SERVED", study.root()).env("STUDY_ADDRESS", address.to_string());
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// One participant, who asks again until there is an answer; gives what was acknowledged, by trial.
fn take_part(address: SocketAddr, link: &str, seed: usize, acknowledged: &AtomicUsize) -> BTreeMap<usize, usize> {
    let again = |_| std::thread::sleep(Duration::from_millis(20));
    let mut visitor = Visitor::new(address, link);
    while visitor.begin().map_err(again).is_err() {}
    let mut kept = BTreeMap::new();
    loop {
        let due = match visitor.look() {
            Ok(Some(due)) => due,
            Ok(None) => return kept,
            Err(error) => {
                again(error);
                continue;
            }
        };
        let trial: usize = due.trial.parse().unwrap();
        let choice = 1 + (seed + trial) % due.options.len();
        if let Ok(response) = visitor.answer(&due, choice, "500").map_err(again) {
            assert_eq!(response.status, 303, "{}", response.body);
            kept.insert(trial, choice - 1);
            acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[cfg(unix)]
#[test]
fn sigterm_ends_the_server_although_half_requests_are_held_open() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut server = start(&created.study, address);
    let until = std::time::Instant::now() + Duration::from_secs(30);
    let half = |text: &str| {
        let mut stream = std::net::TcpStream::connect(address)?;
        stream.write_all(text.as_bytes()).map(|()| stream)
    };
    let mut held = Vec::new();
    while held.is_empty() && std::time::Instant::now() < until {
        held.extend(half("GET / HTTP/1.1\r\nX: "));
        std::thread::sleep(Duration::from_millis(20));
    }
    held.push(half("POST /admin HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\ntok").unwrap());
    std::thread::sleep(Duration::from_millis(200));
    let told = std::time::Instant::now();
    assert!(Command::new("kill").arg(server.id().to_string()).status().unwrap().success());
    assert!(server.wait().unwrap().success());
    assert!(told.elapsed() < Duration::from_secs(15), "{:?}", told.elapsed());
}

#[test]
fn kills_under_load_lose_no_acknowledged_answer() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 40, 1, &options());
    let link = afterimage_study::keys::Keys::read(&created.study).unwrap().study;
    let link = format!("/s/{link}");
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = Mutex::new(start(&created.study, address));
    let acknowledged = AtomicUsize::new(0);
    let kept: Vec<BTreeMap<usize, usize>> = std::thread::scope(|scope| {
        let people: Vec<_> = (0..PARTICIPANTS)
            .map(|p| {
                scope.spawn({
                    let (link, acknowledged) = (&link, &acknowledged);
                    move || take_part(address, link, p, acknowledged)
                })
            })
            .collect();
        // Each kill waits for a share of the answers, so that it comes amid them on any machine.
        for kill in 1..=KILLS {
            while acknowledged.load(Ordering::SeqCst) < kill * PARTICIPANTS * 44 / (KILLS + 1) {
                std::thread::sleep(Duration::from_millis(2));
            }
            let mut server = server.lock().unwrap();
            // SIGKILL: nothing is flushed, closed or said.
            server.kill().unwrap();
            server.wait().unwrap();
            *server = start(&created.study, address);
        }
        people.into_iter().map(|person| person.join().unwrap()).collect()
    });
    let mut server = server.into_inner().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();

    let connection = store::open(&created.study.database_file()).unwrap();
    let participants = store::participants(&connection).unwrap();
    assert_eq!(participants.len(), PARTICIPANTS);
    assert!(participants.iter().all(|p| p.finished.is_some()));
    let mut stored: BTreeMap<usize, BTreeMap<usize, usize>> = BTreeMap::new();
    for answer in store::answers(&connection).unwrap() {
        assert!(stored.entry(answer.place).or_default().insert(answer.trial, answer.chosen).is_none());
    }
    assert!(stored.values().all(|answers| answers.len() == 44), "every trial once");
    // Who is who is not in the database: the answers themselves tell, as each participant follows a seed.
    let mut of_database: Vec<_> = stored.into_values().collect();
    for mine in &kept {
        let found =
            of_database.iter().position(|theirs| mine.iter().all(|(trial, chosen)| theirs.get(trial) == Some(chosen)));
        let found = found.expect("an acknowledged answer is not in the database");
        of_database.remove(found);
    }
}
