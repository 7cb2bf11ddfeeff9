//! Who can set a cookie in somebody's browser, or tries to keep the right one out, gains nothing by it.

use crate::common::visitor::value;
use crate::common::{options, served, study, wide};
use afterimage_probe::{Client, Response};
use afterimage_study::store;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// A browser whose cookie is told by the test.
struct Browser {
    client: Client,
    link: String,
}

impl Browser {
    fn consent(&mut self, cookie: &str) -> Response {
        self.client.send("GET", &self.link, &[("cookie", cookie)], "").unwrap()
    }

    fn begin(&mut self, cookie: &str, proof: &str) -> Response {
        let form = format!("proof={proof}&agree=yes");
        self.client.send("POST", &self.link, &[FORM, ("cookie", cookie)], form).unwrap()
    }

    fn status(&mut self, path: &str) -> u16 {
        self.client.send("GET", path, &[], "").unwrap().status
    }
}

fn cookie(response: &Response) -> String {
    let cookie = response.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

fn path(response: &Response) -> String {
    assert_eq!(response.status, 303, "{}", response.body);
    response.header("location").unwrap().to_owned()
}

#[test]
fn token_that_somebody_else_chose_never_becomes_a_participants() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (address, link) = served(&created.study, wide());
    // The probe keeps the last cookie as a browser does; here each request tells its own, so that a client serves one request.
    let browser = || Browser { client: Client::new(address), link: link.clone() };

    // Made up: the server gives another.
    let planted = "afterimage=00112233445566778899aabbccddeeff";
    let consent = browser().consent(planted);
    let given = cookie(&consent);
    assert!(!given.contains("00112233445566778899aabbccddeeff"), "{given}");
    let proof = value(&consent.body, "proof");
    assert_eq!(browser().begin(planted, &proof).status, 403);
    let forged = format!("{planted}.{}", "0".repeat(32));
    assert!(!cookie(&browser().consent(&forged)).contains(planted));

    // Of the attacker's own visit: the victim's participant has a token that the attacker does not know.
    let begun = browser().begin(&given, &proof);
    let victim = path(&begun);
    let token = victim.trim_start_matches("/p/").to_owned();
    assert!(!given.contains(&token) && cookie(&begun) == format!("afterimage={token}"));
    assert_eq!(browser().status(&victim), 200);
    // Sent again by the attacker, it begins another participant and leaves the victim's alone.
    let attacker = path(&browser().begin(&given, &proof));
    assert_ne!(attacker, victim);
    assert_eq!((browser().status(&victim), browser().status(&attacker)), (200, 200));
    // The victim's own link leads on, and beginning once more changes nothing.
    assert_eq!(path(&browser().consent(&format!("other=1; afterimage={token}"))), victim);
    assert_eq!(path(&browser().begin(&format!("afterimage={token}"), "")), victim);
    let connection = store::open(&created.study.database_file()).unwrap();
    assert_eq!(store::participants(&connection).unwrap().len(), 2);
}

#[test]
fn visit_sent_twice_because_the_response_was_lost_begins_once() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (address, link) = served(&created.study, wide());
    let browser = || Browser { client: Client::new(address), link: link.clone() };
    let consent = browser().consent("");
    let (given, proof) = (cookie(&consent), value(&consent.body, "proof"));
    // A reload of the consent page keeps the visit.
    assert_eq!(cookie(&browser().consent(&given)), given);
    let lost = path(&browser().begin(&given, &proof));
    let received = path(&browser().begin(&given, &proof));
    assert_eq!((browser().status(&lost), browser().status(&received)), (404, 200));
    let connection = store::open(&created.study.database_file()).unwrap();
    assert_eq!(store::participants(&connection).unwrap().len(), 1);
}

#[test]
fn right_admin_token_passes_whatever_others_try() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (address, _) = served(&created.study, wide());
    let tried = |token: &str| Client::new(address).post("/admin", &[("token", token)]).unwrap().status;
    let wrong: Vec<u16> = (0..8).map(|_| tried("0123456789abcdef0123456789abcdef")).collect();
    assert_eq!((wrong[0], wrong[7]), (403, 429));
    assert_eq!(tried(&created.admin_token), 200);
    assert_eq!(tried("0123456789abcdef0123456789abcdef"), 429);

    // A study of an earlier version knows the slow hash alone: another address is not kept out by this one.
    let keys = std::fs::read_to_string(created.study.keys_file()).unwrap();
    let earlier: Vec<&str> = keys.lines().filter(|line| !line.starts_with("admin_proof")).collect();
    std::fs::write(created.study.keys_file(), earlier.join("\n")).unwrap();
    let options = afterimage_study::server::ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        behind_proxy: true,
        hosts: Vec::new(),
        limits: wide(),
        pilot: false,
    };
    let (send, receive) = std::sync::mpsc::channel();
    let folder = created.study.clone();
    std::thread::spawn(move || {
        afterimage_study::server::serve(&folder, &options, |address, _| send.send(address).unwrap()).unwrap()
    });
    let address = receive.recv().unwrap();
    let from = |address_of: &str, token: &str| {
        let headers = [FORM, ("x-forwarded-for", address_of)];
        Client::new(address).send("POST", "/admin", &headers, format!("token={token}")).unwrap().status
    };
    let wrong: Vec<u16> = (0..7).map(|_| from("192.0.2.1", "0123456789abcdef0123456789abcdef")).collect();
    assert_eq!((wrong[0], wrong[6]), (403, 429));
    assert_eq!(from("192.0.2.2", &created.admin_token), 200);
    // From here on it is known.
    assert_eq!(from("192.0.2.1", &created.admin_token), 200);
}

#[test]
fn page_of_another_name_learns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (address, link) = served(&created.study, wide());
    let response = Client::new(address).exchange(format!("GET {link} HTTP/1.1\r\nhost: evil.example\r\n\r\n")).unwrap();
    assert_eq!(response.status, 421);
    assert!(response.body.contains("--host evil.example") && response.header("set-cookie").is_none());
}
