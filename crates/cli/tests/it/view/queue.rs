//! More requests than may wait, and a stop.

use super::*;

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
