//! The API against the commands that do the same.

use super::*;

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
