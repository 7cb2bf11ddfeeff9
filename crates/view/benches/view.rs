//! The page with many items in Chromium, and the API under load.
//!
//! `cargo bench --workspace --bench view -- [--items 1000] [--run RUN] [--clients 16] [--secs 20]`
//!
//! The first part makes a run of so many items, opens its page and scrolls from end to end: time until the page answers, and how long the
//! browser's frames took (of 16.7 ms each, where nothing stutters). The second, where a trained run is named, sends single responses
//! from so many clients without pause: answers a second, times, and what was refused.

#[path = "../../study/tests/common/mod.rs"]
mod common;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use afterimage_probe::{Browser, Client};
use afterimage_view::{Catalog, ViewOptions, view};
use serde_json::Value;

/// Scrolls by a tenth of a screen a frame (as fast as a hand does), and notes the milliseconds between frames and the page's tasks
/// of more than 50.
const SCROLL: &str = "(() => { window.frames_ms = []; window.tasks_ms = []; new PerformanceObserver((list) => tasks_ms.push(...list.getEntries().map((e) => e.duration))).observe({ type: 'longtask' }); let last = performance.now(); const step = (now) => { frames_ms.push(now - last); last = now; \
    if (scrollY + innerHeight < document.documentElement.scrollHeight - 2) { scrollBy(0, innerHeight / 10); requestAnimationFrame(step); } else { window.scrolled = true; } }; \
    requestAnimationFrame(step); return true; })()";

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let number = |name: &str, usual: u64| value(name).map_or(usual, |v| v.parse().expect("a number"));
    // `cargo bench` and `cargo test --benches` say which they are; only the former measures.
    if !args.iter().any(|a| a == "--bench") {
        return println!("view: run it with cargo bench");
    }
    gallery(number("--items", 1000) as usize);
    match value("--run") {
        Some(run) => load(Path::new(&run), number("--clients", 16) as usize, number("--secs", 20)),
        None => println!("API: not measured, name a trained run with --run"),
    }
}

fn served(runs: Vec<PathBuf>) -> SocketAddr {
    let (send, receive) = std::sync::mpsc::channel();
    let options = ViewOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        behind_proxy: false,
        hosts: Vec::new(),
        requests_a_second: 1e6,
        waiting: 1024,
        device: None,
    };
    std::thread::spawn(move || view(&runs, &options, |address| send.send(address).unwrap()).unwrap());
    receive.recv().unwrap()
}

fn gallery(items: usize) {
    let folder = tempfile::tempdir().unwrap();
    let run = common::run_folder(&folder.path().join("many"), items, 9);
    // A run made by hand has no configuration of its own.
    let preset = afterimage_config::Experiment::preset("demo").unwrap();
    afterimage_run::RunFolder::new(&run).write_experiment(&preset).unwrap();
    let start = Instant::now();
    Catalog::open(std::slice::from_ref(&run)).unwrap();
    println!("{items} items: read in {:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    let address = served(vec![run]);
    let Some(mut browser) = Browser::start(1280, 900, false) else {
        return println!("page: not measured, Chromium and chromedriver are not installed");
    };
    let start = Instant::now();
    browser.open(&format!("http://{address}/"));
    browser.until("!document.querySelector('#tools').hidden");
    println!("page: {:.0} ms until it can be sorted", start.elapsed().as_secs_f64() * 1e3);
    let sorting = "(() => { const sort = document.querySelector('[name=score]'); sort.selectedIndex = sort.options.length - 1; document.querySelector('[name=order]').value = 'best'; const start = performance.now(); \
        sort.dispatchEvent(new Event('input', { bubbles: true })); document.body.offsetHeight; return performance.now() - start; })()";
    println!("sorting: {:.0} ms", browser.value(sorting).as_f64().unwrap());
    scroll(&mut browser, "scrolling from end to end");
    let start = Instant::now();
    browser.until("[...document.images].every(image => image.complete && image.naturalWidth > 0)");
    println!("the rest of the pictures came after {:.1} s", start.elapsed().as_secs_f64());
    browser.value("(() => { scrollTo(0, 0); window.scrolled = false; })()");
    scroll(&mut browser, "once more, with its pictures there");
    let still = "(() => { document.body.replaceChildren(Object.assign(document.createElement('div'), { style: 'height: 60000px' })); scrollTo(0, 0); window.scrolled = false; })()";
    browser.value(still);
    scroll(&mut browser, "an empty page of that kind, for comparison");
}

fn scroll(browser: &mut Browser, what: &str) {
    browser.value(SCROLL);
    browser.until("window.scrolled === true");
    let frames = browser.value("frames_ms");
    let mut frames: Vec<f64> = frames.as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    frames.sort_by(f64::total_cmp);
    println!(
        "{what}: {} frames, median {:.1} ms, p99 {:.1} ms, longest {:.1} ms; tasks of the page over 50 ms: {}",
        frames.len(),
        quantile(&frames, 0.5),
        quantile(&frames, 0.99),
        quantile(&frames, 1.0),
        browser.value("tasks_ms")
    );
}

fn load(run: &Path, clients: usize, secs: u64) {
    let address = served(vec![run.to_owned()]);
    let runs: Value = serde_json::from_str(&Client::new(address).get("/api/v1/runs").unwrap().body).unwrap();
    let voxels = runs[0]["voxels"].as_array().unwrap().len();
    let body = serde_json::json!({ "responses": [vec![0.1; voxels]] }).to_string();
    let kinds = [("content-type", "application/json"), ("accept", "image/png")];
    let ask =
        |client: &mut Client| client.send("POST", "/api/v1/decode?units=standardised", &kinds, &body).unwrap().status;
    assert_eq!(ask(&mut Client::new(address)), 200);
    let begun = Instant::now();
    let until = begun + Duration::from_secs(secs);
    let mut seen: Vec<(u16, f64)> = std::thread::scope(|scope| {
        let asking = || {
            let mut client = Client::new(address);
            let mut seen = Vec::new();
            while Instant::now() < until {
                let start = Instant::now();
                seen.push((ask(&mut client), start.elapsed().as_secs_f64() * 1e3));
            }
            seen
        };
        let threads: Vec<_> = (0..clients).map(|_| scope.spawn(asking)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let took = begun.elapsed().as_secs_f64();
    let refused = seen.iter().filter(|(status, _)| *status != 200).count();
    seen.retain(|(status, _)| *status == 200);
    let mut ms: Vec<f64> = seen.into_iter().map(|(_, ms)| ms).collect();
    ms.sort_by(f64::total_cmp);
    println!(
        "API: {clients} clients, one response each of {voxels} voxels to PNG: {:.0} answers a second, median {:.1} ms, p99 {:.1} ms, {refused} refused",
        ms.len() as f64 / took,
        quantile(&ms, 0.5),
        quantile(&ms, 0.99)
    );
    let batches = Client::new(address).get("/metrics").unwrap().body;
    let count = |name: &str| {
        batches.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok()).unwrap_or(f64::NAN)
    };
    println!(
        "responses in a batch: {:.1}",
        count("afterimage_responses_decoded_total") / count("afterimage_batches_total")
    );
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted.get(((sorted.len() as f64 - 1.0) * q).round() as usize).copied().unwrap_or(f64::NAN)
}
