//! Runs compared with each other.

use super::*;

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
    assert!(page.contains("full-seed1 and full-seed0: The runs are one experiment with other seeds"), "{page}");
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
