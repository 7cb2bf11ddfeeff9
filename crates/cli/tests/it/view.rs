//! `afterimage view`: the page in a browser, and the API against the commands that do the same.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::common::{Desk, printed, program};
use afterimage_probe::{Browser, Client, Response, browser::NO_BROWSER};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A server of runs under way; it is told to stop with this.
struct Served {
    process: Child,
    address: SocketAddr,
}

impl Served {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = program();
        command.current_dir(folder).arg("view").args(args).args(["--listen", "127.0.0.1:0"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("page: http://").unwrap().trim_end_matches('/').parse().unwrap();
        Self { process, address }
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Response {
        Client::new(self.address).send("POST", path, headers, body).unwrap()
    }

    fn get(&self, path: &str) -> Response {
        Client::new(self.address).get(path).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn parsed(response: &Response) -> Value {
    serde_json::from_str(&response.body).unwrap_or_else(|error| panic!("{error}: {}", response.body))
}

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap() as f32).collect()
}

/// The values of an `.npy`, whatever its shape.
fn npy(bytes: &[u8]) -> Vec<f32> {
    afterimage_formats::npy::parse_f32(bytes, Path::new("array")).unwrap().into_iter().collect()
}

#[test]
fn api_gives_what_the_commands_give_and_refuses_what_is_wrong() {
    let desk = Desk::with_scores();
    desk.rename_run("runs/full");
    printed(&desk.run(&["baseline", "mean", "experiment.toml", "--out", "runs/mean"]));
    let server = Served::start(&desk.path("."), &["runs/full", "runs/mean"]);

    let runs = parsed(&server.get("/api/v1/runs"));
    assert_eq!((runs[0]["run"].as_str(), runs[1]["networks"].as_bool()), (Some("full"), Some(false)));
    let voxels = runs[0]["voxels"].as_array().unwrap().len();
    assert_eq!(voxels, 60);

    // Encode: the same numbers as the command, for one picture and for a batch.
    let shown = std::fs::read(desk.path("runs/full/shown/0001.png")).unwrap();
    let other = std::fs::read(desk.path("runs/full/shown/0002.png")).unwrap();
    printed(&desk.run(&[
        "encode",
        "runs/full/shown",
        "--run",
        "runs/full",
        "--units",
        "standardised",
        "--out",
        "predicted.npy",
    ]));
    let predicted = npy(&std::fs::read(desk.path("predicted.npy")).unwrap());
    let png = [("content-type", "image/png")];
    let one = parsed(&server.post("/api/v1/encode?units=standardised", &png, &shown));
    assert_eq!(numbers(&one["responses"][0]), predicted[voxels..2 * voxels]);
    let batch = json!({ "images": [STANDARD.encode(&other), STANDARD.encode(&shown)] }).to_string();
    let as_json = [("content-type", "application/json")];
    let two = parsed(&server.post("/api/v1/encode?run=full&units=standardised", &as_json, &batch));
    assert_eq!(numbers(&two["responses"][1]), predicted[voxels..2 * voxels]);
    let array = server.post("/api/v1/encode?units=standardised", &[png[0], ("accept", "application/x-npy")], &shown);
    assert_eq!(npy(&array.bytes), predicted[voxels..2 * voxels]);
    let recorded = parsed(&server.post("/api/v1/encode?units=recorded", &png, &shown));
    assert_eq!(recorded["responses"], parsed(&server.post("/api/v1/encode", &png, &shown))["responses"]);
    assert_ne!(recorded["responses"], one["responses"]);

    // Decode: the predicted responses are standardised already.
    printed(&desk.run(&["decode", "predicted.npy", "--run", "runs/full", "--out", "decoded"]));
    let of_command = npy(&std::fs::read(desk.path("decoded/reconstructions.npy")).unwrap());
    let table = std::fs::read(desk.path("predicted.npy")).unwrap();
    let as_npy = [("content-type", "application/x-npy"), ("accept", "application/x-npy")];
    assert_eq!(npy(&server.post("/api/v1/decode?units=standardised", &as_npy, &table).bytes), of_command);
    let row = json!({ "responses": [predicted[..voxels].to_vec()] }).to_string();
    let picture = server.post("/api/v1/decode?units=standardised", &[as_json[0], ("accept", "image/png")], &row);
    assert_eq!(picture.bytes, std::fs::read(desk.path("decoded/0000.png")).unwrap());
    let images = parsed(&server.post("/api/v1/decode?units=standardised", &as_json, &row));
    assert_eq!(STANDARD.decode(images["images"][0].as_str().unwrap()).unwrap(), picture.bytes);

    let csv = [("content-type", "text/csv")];
    let many = format!("[{}]", vec![format!("[{}0]", "0,".repeat(voxels - 1)); 257].join(","));
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], Vec<u8>, u16, &'a str);
    let rows: Vec<Row> = vec![
        ("POST", "/api/v1/encode?run=none", &png, shown.clone(), 404, "there are full, mean"),
        ("POST", "/api/v1/encode?run=mean", &png, shown.clone(), 409, "baseline"),
        ("POST", "/api/v1/encode?units=volts", &png, shown.clone(), 400, "units=volts is no unit: give units=recorded"),
        (
            "POST",
            "/api/v1/encode?colour=red",
            &png,
            shown.clone(),
            400,
            "unknown parameter colour: there are run, units",
        ),
        ("POST", "/api/v1/encode", &png, b"no picture".to_vec(), 400, "image 0"),
        ("POST", "/api/v1/encode", &png, shown[..60].to_vec(), 400, "image 0"),
        ("POST", "/api/v1/encode", &png, Vec::new(), 400, "image 0"),
        ("POST", "/api/v1/encode", &[], shown.clone(), 415, "send image/png"),
        ("POST", "/api/v1/encode", &csv, b"1,2".to_vec(), 415, "text/csv"),
        ("POST", "/api/v1/encode", &as_json, b"{".to_vec(), 400, "the JSON is not"),
        ("POST", "/api/v1/encode", &as_json, b"{\"images\":[]}".to_vec(), 400, "at least one"),
        ("POST", "/api/v1/encode", &as_json, b"{\"images\":[\"%\"]}".to_vec(), 400, "image 0 is not base64"),
        ("POST", "/api/v1/encode", &as_json, b"{\"pictures\":[]}".to_vec(), 400, "unknown field"),
        ("POST", "/api/v1/decode", &as_json, b"{\"responses\":[[1,2]]}".to_vec(), 400, "2 voxels were sent"),
        ("POST", "/api/v1/decode", &as_json, b"{\"responses\":[[1],[1,2]]}".to_vec(), 400, "row 1 has 2 numbers"),
        ("POST", "/api/v1/decode", &as_json, b"{\"responses\":[]}".to_vec(), 400, "at least one"),
        ("POST", "/api/v1/decode", &as_json, format!("{{\"responses\":{many}}}").into_bytes(), 413, "at most 256"),
        (
            "POST",
            "/api/v1/decode",
            &csv,
            format!("nan{}", ",0".repeat(voxels - 1)).into_bytes(),
            400,
            "no finite number",
        ),
        ("POST", "/api/v1/decode", &csv, b"a,b\nc,d\n".to_vec(), 400, "line 2"),
        ("POST", "/api/v1/decode", &csv, b"1.5,2\n".repeat(voxels), 400, "the table has 60 rows of 2: transpose it"),
        ("POST", "/api/v1/decode", &as_npy, table[..40].to_vec(), 400, ".npy"),
        ("POST", "/api/v1/decode", &png, shown.clone(), 415, "image/png"),
        ("POST", "/api/v1/decode?standardised=true", &as_json, row.clone().into_bytes(), 400, "unknown parameter"),
        ("POST", "/api/v1/decode?units=volts", &as_json, row.clone().into_bytes(), 400, "is no unit"),
        ("POST", "/api/v1/encode?force_units=true", &png, shown.clone(), 400, "unknown parameter"),
        ("GET", "/api/v1/decode", &[], Vec::new(), 405, ""),
        ("DELETE", "/api/v1/runs", &[], Vec::new(), 405, ""),
        ("GET", "/picture/0/shown/10", &[], Vec::new(), 404, ""),
        ("GET", "/picture/9/shown/0", &[], Vec::new(), 404, ""),
        ("GET", "/picture/0/secret/0", &[], Vec::new(), 404, ""),
        ("GET", "/report/none", &[], Vec::new(), 404, ""),
        ("GET", "/report/..%2f..%2frun.json", &[], Vec::new(), 404, ""),
        ("GET", "/?reference=none", &[], Vec::new(), 404, "no run"),
        ("GET", "/compare?reference=none", &[], Vec::new(), 404, "no run"),
        ("GET", "/picture/0/shown/-1", &[], Vec::new(), 400, ""),
        ("GET", "/picture/0/shown/..%2f..%2frun.json", &[], Vec::new(), 400, ""),
        ("GET", "/../run.json", &[], Vec::new(), 404, ""),
        ("GET", "/static/../run.json", &[], Vec::new(), 404, ""),
    ];
    for (method, path, headers, body, status, said) in rows {
        let response = Client::new(server.address).send(method, path, headers, &body).unwrap();
        assert_eq!(response.status, status, "{method} {path}: {}", response.body);
        assert!(response.body.contains(said), "{method} {path}: {}", response.body);
        assert!(response.header("content-security-policy").is_some() && !response.body.contains("panicked"));
    }
    // The page, its table from another run, and the comparison.
    let page = server.get("/?reference=mean").body;
    assert!(page.contains("baseline: mean") && page.contains("data-reference=\"1\""), "{page}");
    assert_eq!(server.get("/table?reference=mean").body.matches("<tr class=\"reference\">").count(), 1);
    let compared = server.get("/compare?reference=mean");
    let policy = compared.header("content-security-policy").unwrap();
    assert!(
        compared.status == 200 && compared.body.contains("Runs compared") && policy.starts_with("sandbox"),
        "{policy}"
    );
    let report = server.get("/report/mean");
    assert_eq!(
        (report.status, report.body.as_bytes()),
        (200, &*std::fs::read(desk.path("runs/mean/report.html")).unwrap())
    );

    // An image that is not finite is not sent, in any form, and the response is named.
    let huge = vec!["3e38"; voxels].join(",");
    let fine = vec!["0"; voxels].join(",");
    for accept in ["application/json", "image/png", "application/x-npy"] {
        let headers = [as_json[0], ("accept", accept)];
        let path = "/api/v1/decode?force_units=true";
        let refused = server.post(path, &headers, format!("{{\"responses\":[[{huge}]]}}"));
        assert_eq!((refused.status, refused.body.contains("response 0")), (422, true), "{accept}: {}", refused.body);
    }
    let refused = server.post("/api/v1/decode?force_units=true", &csv, format!("{fine}\n{huge}\n"));
    assert_eq!((refused.status, refused.body.contains("response 1")), (422, true), "{}", refused.body);

    // What is too much is refused before it takes memory: bytes, columns, pixels.
    let resident = || {
        let text = server.get("/metrics").body;
        let line = text.lines().find(|line| line.starts_with("process_resident_memory_bytes ")).unwrap().to_owned();
        line.split(' ').nth(1).unwrap().parse::<usize>().unwrap()
    };
    let before = resident();
    let stated =
        "POST /api/v1/decode HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/csv\r\ncontent-length: 60000000\r\n\r\n";
    let refused = Client::new(server.address).exchange(stated).unwrap();
    assert_eq!((refused.status, refused.body.contains("bytes in the body")), (413, true), "{}", refused.body);
    let refused = server.post("/api/v1/decode", &csv, vec![b','; 1_500_000]);
    assert_eq!((refused.status, refused.body.contains("columns")), (400, true), "{}", refused.body);
    let head = |side: u32| {
        let mut head = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
        head.extend([side.to_le_bytes(), side.to_le_bytes(), [1, 0, 24, 0]].concat());
        head.extend([0; 24]);
        head
    };
    let refused = server.post("/api/v1/encode", &[("content-type", "image/bmp")], head(20_000));
    assert_eq!((refused.status, refused.body.contains("20000 x 20000")), (413, true), "{}", refused.body);
    let many = json!({ "images": vec![STANDARD.encode(head(8000)); 242] }).to_string();
    let refused = server.post("/api/v1/encode", &as_json, many);
    assert_eq!((refused.status, refused.body.contains("image 4 has 8000 x 8000")), (413, true), "{}", refused.body);
    let grown = resident().saturating_sub(before);
    assert!(grown < 64 << 20, "{grown} bytes more");

    let foreign = "GET / HTTP/1.1\r\nhost: evil.example\r\n\r\n";
    assert_eq!(Client::new(server.address).exchange(foreign).unwrap().status, 421);
    let cross = [as_json[0], ("sec-fetch-site", "cross-site")];
    assert_eq!(server.post("/api/v1/decode", &cross, &row).status, 403);

    // What it describes it has, and it has counted.
    let described = parsed(&server.get("/api/v1/openapi.json"));
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let status = Client::new(server.address).send(&method.to_uppercase(), path, &[], "").unwrap().status;
            assert!(![404, 405].contains(&status), "{method} {path}: {status}");
        }
    }
    let counted = server.get("/metrics").body;
    assert!(counted.contains("afterimage_requests_total{route=\"/api/v1/decode\",status=\"200\"} 3\n"), "{counted}");
    assert!(counted.contains("afterimage_waiting 0\n"), "{counted}");

    // Columns are found by their names, in whatever order they come.
    let ids: Vec<String> = runs[0]["voxels"].as_array().unwrap().iter().map(|id| format!("voxel_{id}")).collect();
    let values: Vec<String> = predicted[..voxels].iter().map(|value| value.to_string()).collect();
    let reversed = |texts: &[String]| texts.iter().rev().cloned().collect::<Vec<_>>().join(",");
    let table = format!("{}\n{}\n", reversed(&ids), reversed(&values));
    let named = server.post("/api/v1/decode?units=standardised", &[csv[0], ("accept", "image/png")], table);
    assert_eq!(named.bytes, picture.bytes);
}

#[test]
fn responses_that_cannot_be_in_the_stated_unit_are_refused_and_doubt_is_told() {
    let desk = Desk::with_scores();
    desk.rename_run("runs/full");
    let server = Served::start(&desk.path("."), &["runs/full"]);
    let png = [("content-type", "image/png"), ("accept", "application/x-npy")];
    let images: Vec<_> =
        (0..8).map(|i| std::fs::read(desk.path(&format!("runs/full/shown/{i:04}.png"))).unwrap()).collect();
    let predicted = |units: &str| -> Vec<Vec<f32>> {
        let path = format!("/api/v1/encode?units={units}");
        images.iter().map(|image| npy(&server.post(&path, &png, image).bytes)).collect()
    };
    let far: Vec<Vec<f32>> =
        predicted("recorded").iter().map(|row| row.iter().map(|value| 1e3 * value + 1e4).collect()).collect();
    let body = |rows: &[Vec<f32>]| json!({ "responses": rows }).to_string();
    let as_json = [("content-type", "application/json")];
    let refused = server.post("/api/v1/decode", &as_json, body(&far));
    assert_eq!(refused.status, 422, "{}", refused.body);
    for part in ["cannot be recorded", "standard deviation", "same preparation", "force_units=true"] {
        assert!(refused.body.contains(part), "{part}: {}", refused.body);
    }
    let forced = server.post("/api/v1/decode?force_units=true", &as_json, body(&far));
    let answer = parsed(&forced);
    assert_eq!((forced.status, answer["images"].as_array().unwrap().len()), (200, 8), "{answer}");
    let warning = answer["warnings"][0].as_str().unwrap();
    assert!(warning.contains("cannot be recorded") && answer["units"] == "recorded", "{answer}");
    assert_eq!(forced.header("afterimage-warning"), Some(warning));

    // An offset decodes, with its numbers.
    let moved: Vec<Vec<f32>> =
        predicted("standardised").iter().map(|row| row.iter().map(|value| value + 4.0).collect()).collect();
    let answer = parsed(&server.post("/api/v1/decode?units=standardised", &as_json, body(&moved)));
    let said = answer["warnings"].to_string();
    assert!(said.contains("look like standardised ones with about ") && said.contains("subtract "), "{answer}");
    let against = answer["against_training"].as_str().unwrap();
    assert!(against.contains("by sampling error at n = 8") && against.contains("in the run's validation"), "{against}");

    // A table states its unit, and a request that contradicts it is refused.
    let ids = parsed(&server.get("/api/v1/runs"))[0]["voxels"].as_array().unwrap().clone();
    let head: Vec<String> = ids.iter().map(|id| format!("voxel_{id}")).collect();
    let row: Vec<String> = predicted("standardised")[0].iter().map(f32::to_string).collect();
    let table = format!("units,{}\nstandardised,{}\n", head.join(","), row.join(","));
    let csv = [("content-type", "text/csv")];
    assert_eq!(parsed(&server.post("/api/v1/decode", &csv, &table))["units"], "standardised");
    let contradicted = server.post("/api/v1/decode?units=recorded", &csv, &table);
    assert!(
        contradicted.status == 400 && contradicted.body.contains("give units=standardised"),
        "{}",
        contradicted.body
    );

    // One response tells little, and an image says so in its header.
    let one = body(&predicted("standardised")[..1]);
    let picture = server.post("/api/v1/decode?units=standardised", &[as_json[0], ("accept", "image/png")], &one);
    let answer = parsed(&server.post("/api/v1/decode?units=standardised", &as_json, &one));
    assert_eq!((picture.status, answer["units"].as_str()), (200, Some("standardised")));
    let warning = answer["warnings"][0].as_str().unwrap();
    assert!(
        warning.contains("one response is too few") && warning.contains("taken to be standard deviations"),
        "{warning}"
    );
    assert_eq!(picture.header("afterimage-warning"), Some(warning));
}

#[test]
fn runs_that_differ_in_the_seed_are_compared_and_those_on_other_images_are_named() {
    let desk = Desk::with_scores();
    desk.rename_run("runs/full-seed0");
    let first = desk.path("runs/full-seed0");
    let copy = |name: &str| {
        let to = desk.path(&format!("runs/{name}"));
        let done = Command::new("cp").arg("-r").arg(&first).arg(&to).status().unwrap();
        assert!(done.success());
        to
    };
    let second = copy("full-seed1");
    let manifest = std::fs::read_to_string(second.join("run.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["seeds"]["experiment"] = json!(1);
    std::fs::write(second.join("run.json"), manifest.to_string()).unwrap();
    let experiment = std::fs::read_to_string(second.join("experiment.toml")).unwrap();
    assert!(experiment.contains("\nseed = 0\n"), "{experiment}");
    std::fs::write(second.join("experiment.toml"), experiment.replace("\nseed = 0\n", "\nseed = 1\n")).unwrap();
    // Without its weights, which are those of the other seed.
    std::fs::remove_file(second.join("decoder/model.safetensors")).unwrap();
    let seeds = ["runs/full-seed0", "runs/full-seed1"];
    let server = Served::start(&desk.path("."), &seeds);
    let page = server.get("/").body;
    assert!(page.contains("/compare?reference=full-seed0"), "{page}");
    let compared = server.get("/compare?reference=full-seed1");
    assert_eq!(compared.status, 200, "{}", compared.body);
    assert!(compared.body.contains("one experiment with other seeds") && compared.body.contains("full-seed0"));

    // Another shown image: named on both pages, the others are compared.
    let third = copy("other-images");
    let manifest = std::fs::read_to_string(third.join("run.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["outputs"] = json!({});
    std::fs::write(third.join("run.json"), manifest.to_string()).unwrap();
    let _ = std::fs::remove_file(third.join("run.outputs.jsonl"));
    std::fs::copy(third.join("shown/0001.png"), third.join("shown/0000.png")).unwrap();
    drop(server);
    let server = Served::start(&desk.path("."), &[seeds[0], seeds[1], "runs/other-images"]);
    let compared = server.get("/compare");
    assert_eq!(compared.status, 200, "{}", compared.body);
    assert!(compared.body.contains("other-images is not shown here: "), "{}", compared.body);
    let refused = server.get("/compare?reference=other-images");
    assert_eq!(
        (refused.status, refused.body.contains("images of the same name differ")),
        (409, true),
        "{}",
        refused.body
    );
    assert!(!server.get("/?reference=other-images").body.contains("/compare?"));
}

/// More than may wait is told so at once, and what was taken on is answered.
#[test]
fn a_full_queue_says_so_and_a_stop_finishes_what_was_begun() {
    let desk = Desk::with_scores();
    desk.rename_run("runs/full");
    let mut server = Served::start(&desk.path("."), &["runs/full", "--waiting", "256"]);
    let rows = vec![vec![0.0_f32; 60]; 200];
    let body = json!({ "responses": rows }).to_string();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..12)
            .map(|_| {
                scope.spawn(|| {
                    server.post("/api/v1/decode?force_units=true", &[("content-type", "application/json")], &body)
                })
            })
            .collect();
        let answers = asked.into_iter().map(|one| one.join().unwrap());
        answers
            .inspect(|r| assert!(r.status != 503 || r.header("retry-after") == Some("1")))
            .map(|r| r.status)
            .collect()
    });
    assert!(statuses.iter().all(|status| [200, 503].contains(status)) && statuses.contains(&200), "{statuses:?}");
    // SIGTERM amid a request: it is answered, and the program ends well.
    let address = server.address;
    let asked = std::thread::spawn(move || {
        Client::new(address)
            .send("POST", "/api/v1/decode?force_units=true", &[("content-type", "application/json")], &body)
            .unwrap()
            .status
    });
    while !server.get("/metrics").body.contains("afterimage_waiting 200") && !asked.is_finished() {}
    assert!(Command::new("kill").arg(server.process.id().to_string()).status().unwrap().success());
    assert_eq!(asked.join().unwrap(), 200);
    assert!(server.process.wait().unwrap().success());
}

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
