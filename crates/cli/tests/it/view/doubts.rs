//! Responses whose unit is wrong or open.

use super::*;

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
