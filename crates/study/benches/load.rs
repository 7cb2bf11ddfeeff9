//! Simulated participants at once against a server process: answers a second, times, memory, and what was lost.
//!
//! `cargo bench --workspace --bench load -- [--participants 200] [--secs 60] [--kill-every SECS]`
//!
//! Each participant has a connection of its own and no pause: page, answer, next page. With `--kill-every` the server is killed (SIGKILL) and
//! started again in that rhythm. At the end every acknowledged answer is looked for in the database.

#[path = "../tests/common/mod.rs"]
mod common;

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use afterimage_study::server::{ServeOptions, serve};
use afterimage_study::{Options, StudyFolder, keys::Keys, store};
use common::visitor::Visitor;

/// Items of the study; who has judged them all begins again as another participant.
const ITEMS: usize = 100;

struct Settings {
    participants: usize,
    secs: u64,
    kill_every: Option<u64>,
}

/// What one participant's thread saw.
#[derive(Default)]
struct Seen {
    /// Milliseconds of each acknowledged answer, and of each page.
    answers_ms: Vec<f64>,
    pages_ms: Vec<f64>,
    /// Acknowledged choices by the link of the participant.
    acknowledged: BTreeMap<String, BTreeMap<usize, usize>>,
    /// Responses other than the expected ones, by status.
    refused: BTreeMap<u16, usize>,
    /// Requests without response.
    broken: usize,
}

fn main() {
    if let (Some(folder), Ok(address)) = (std::env::var_os("STUDY_SERVED"), std::env::var("STUDY_ADDRESS")) {
        let options = ServeOptions {
            listen: address.parse().unwrap(),
            behind_proxy: false,
            hosts: Vec::new(),
            limits: common::wide(),
            pilot: false,
        };
        return serve(&StudyFolder::new(folder), &options, |_, _| {}).unwrap();
    }
    let args: Vec<String> = std::env::args().collect();
    let number = |name: &str| {
        args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).map(|v| v.parse::<u64>().unwrap())
    };
    let settings = Settings {
        participants: number("--participants").unwrap_or(200) as usize,
        secs: number("--secs").unwrap_or(60),
        kill_every: number("--kill-every"),
    };
    // `cargo bench` and `cargo test --benches` say which they are; only the former measures.
    if args.iter().any(|a| a == "--bench") { measure(&settings) } else { println!("load: run it with cargo bench") }
}

fn measure(settings: &Settings) {
    let folder = tempfile::tempdir().unwrap();
    let created = common::study(folder.path(), ITEMS, 1, &Options { ways: 5, ..common::options() });
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let link = format!("/s/{}", Keys::read(&created.study).unwrap().study);
    let server = Mutex::new(start(&created.study, address));
    wait_for(address);
    let (stop, kills, memory) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    let seen: Vec<Seen> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..settings.participants)
            .map(|p| {
                let (link, stop) = (&link, &stop);
                std::thread::Builder::new()
                    .stack_size(512 * 1024)
                    .spawn_scoped(scope, move || take_part(address, link, p, stop))
                    .unwrap()
            })
            .collect();
        let mut next_kill = settings.kill_every.map(Duration::from_secs);
        while begun.elapsed() < Duration::from_secs(settings.secs) {
            std::thread::sleep(Duration::from_millis(50));
            let mut server = server.lock().unwrap();
            memory.fetch_max(peak_kib(server.id()), Ordering::Relaxed);
            if next_kill.is_some_and(|at| begun.elapsed() >= at) {
                server.kill().unwrap();
                server.wait().unwrap();
                *server = start(&created.study, address);
                kills.fetch_add(1, Ordering::Relaxed);
                next_kill = next_kill.zip(settings.kill_every).map(|(at, every)| at + Duration::from_secs(every));
            }
        }
        stop.store(true, Ordering::Relaxed);
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let secs = begun.elapsed().as_secs_f64();
    let mut server = server.into_inner().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    report(settings, &seen, secs, kills.into_inner(), memory.into_inner());
    let lost = lost(&created.study, &seen);
    println!("acknowledged answers not in the database: {lost}");
    assert_eq!(lost, 0);
}

fn start(study: &StudyFolder, address: SocketAddr) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env("STUDY_SERVED", study.root()).env("STUDY_ADDRESS", address.to_string());
    command.stdout(Stdio::null()).spawn().unwrap()
}

fn wait_for(address: SocketAddr) {
    while afterimage_probe::Client::new(address).get("/health").is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Largest resident memory of a process so far, KiB.
fn peak_kib(pid: u32) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).unwrap_or(0)
}

fn take_part(address: SocketAddr, link: &str, seed: usize, stop: &AtomicBool) -> Seen {
    let mut seen = Seen::default();
    let mut visitor = Visitor::new(address, link);
    let mut begun = false;
    while !stop.load(Ordering::Relaxed) {
        if let Err(_error) = step(&mut visitor, &mut begun, seed, &mut seen, address, link) {
            seen.broken += 1;
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    seen
}

fn step(
    visitor: &mut Visitor,
    begun: &mut bool,
    seed: usize,
    seen: &mut Seen,
    address: SocketAddr,
    link: &str,
) -> std::io::Result<()> {
    if !*begun {
        visitor.begin()?;
        *begun = true;
    }
    let asked = Instant::now();
    let due = visitor.look()?;
    seen.pages_ms.push(asked.elapsed().as_secs_f64() * 1e3);
    let Some(due) = due else {
        *visitor = Visitor::new(address, link);
        *begun = false;
        return Ok(());
    };
    let trial: usize = due.trial.parse().map_err(std::io::Error::other)?;
    let choice = 1 + (seed * 7 + trial * 3) % due.options.len();
    let sent = Instant::now();
    let response = visitor.answer(&due, choice, "812.5")?;
    if response.status != 303 {
        *seen.refused.entry(response.status).or_default() += 1;
        return Ok(());
    }
    seen.answers_ms.push(sent.elapsed().as_secs_f64() * 1e3);
    seen.acknowledged.entry(visitor.path.clone()).or_default().insert(trial, choice - 1);
    Ok(())
}

fn report(settings: &Settings, seen: &[Seen], secs: f64, kills: usize, memory_kib: usize) {
    let sorted = |of: fn(&Seen) -> &Vec<f64>| {
        let mut all: Vec<f64> = seen.iter().flat_map(|s| of(s).iter().copied()).collect();
        all.sort_unstable_by(f64::total_cmp);
        all
    };
    let quantile = |values: &[f64], q: f64| {
        values.get(((values.len() as f64 - 1.0) * q).round() as usize).copied().unwrap_or(f64::NAN)
    };
    let (answers, pages) = (sorted(|s| &s.answers_ms), sorted(|s| &s.pages_ms));
    println!("{} participants at once, {secs:.1} s, server killed {kills} times", settings.participants);
    println!("answers: {} acknowledged, {:.0} a second", answers.len(), answers.len() as f64 / secs);
    for (name, values) in [("answer", &answers), ("page", &pages)] {
        println!(
            "{name}, ms: median {:.1}, p95 {:.1}, p99 {:.1}, longest {:.1}",
            quantile(values, 0.5),
            quantile(values, 0.95),
            quantile(values, 0.99),
            quantile(values, 1.0)
        );
    }
    let mut refused: BTreeMap<u16, usize> = BTreeMap::new();
    seen.iter().flat_map(|s| &s.refused).for_each(|(status, n)| *refused.entry(*status).or_default() += n);
    println!("refused, by status: {refused:?}; without response: {}", seen.iter().map(|s| s.broken).sum::<usize>());
    println!("server's peak memory: {:.1} MiB", memory_kib as f64 / 1024.0);
}

/// Acknowledged answers that the database does not hold.
fn lost(study: &StudyFolder, seen: &[Seen]) -> usize {
    let connection = store::open(&study.database_file()).unwrap();
    let mut stored: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for answer in store::answers(&connection).unwrap() {
        stored.insert((answer.place, answer.trial), answer.chosen);
    }
    let mut lost = 0;
    for (path, answers) in seen.iter().flat_map(|s| &s.acknowledged) {
        let token = path.trim_start_matches("/p/");
        let place = store::find(&connection, &afterimage_study::keys::token_hash(token)).unwrap().map(|p| p.place);
        lost += answers
            .iter()
            .filter(|(trial, chosen)| place.and_then(|p| stored.get(&(p, **trial))) != Some(*chosen))
            .count();
    }
    lost
}
