//! Chromium by WebDriver, at the size of a phone or of a desk.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};

/// What a test is skipped for where [`Browser::start`] gives none.
pub const NO_BROWSER: &str = "Chromium and chromedriver are not installed (Debian: chromium, chromium-driver)";

/// A browser under way; it ends with this.
pub struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    _profile: tempfile::TempDir,
}

/// The key under which the standard names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The first of these programs that is installed.
fn installed(names: &[&str]) -> Option<PathBuf> {
    let places = ["/usr/bin", "/usr/local/bin", "/snap/bin"];
    places.iter().flat_map(|p| names.iter().map(move |n| Path::new(p).join(n))).find(|p| p.is_file())
}

impl Browser {
    /// Starts Chromium with a window of this size; none where it or its driver is not installed.
    pub fn start(width: u32, height: u32, dark: bool) -> Option<Self> {
        let chromium = installed(&["chromium", "chromium-browser", "google-chrome"])?;
        let driver = installed(&["chromedriver"])?;
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut driver = Command::new(driver);
        driver.arg(format!("--port={}", address.port())).stdout(Stdio::null()).stderr(Stdio::null());
        let driver = driver.spawn().unwrap();
        wait_for(address);
        let profile = tempfile::tempdir().unwrap();
        let options = chrome(&chromium, profile.path(), (width, height), dark);
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let made = ask(address, "POST", "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }));
        let session = format!("/session/{}", made["sessionId"].as_str().unwrap());
        Some(Self { driver, address, session, _profile: profile })
    }

    /// Opens an address.
    pub fn open(&mut self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    /// Keeps addresses of this form (`*` stands for anything) from being loaded from now on.
    ///
    /// The driver needs scripts for its own commands: a page without scripts is one whose scripts do not arrive.
    pub fn block(&mut self, form: &str) {
        for (command, params) in [("Network.enable", json!({})), ("Network.setBlockedURLs", json!({ "urls": [form] }))]
        {
            self.post("goog/cdp/execute", &json!({ "cmd": command, "params": params }));
        }
    }

    /// Reloads the page.
    pub fn reload(&mut self) {
        self.post("refresh", &json!({}));
    }

    /// The value of an expression of the page.
    pub fn value(&mut self, expression: &str) -> Value {
        self.post("execute/sync", &json!({ "script": format!("return ({expression})"), "args": [] }))
    }

    /// Waits until an expression of the page is true.
    pub fn until(&mut self, expression: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while self.value(expression) != json!(true) {
            assert!(Instant::now() < end, "waited in vain for {expression}: {:?}", self.complaints());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses and releases a key, as a keyboard does.
    pub fn press(&mut self, key: char) {
        let strokes = ["keyDown", "keyUp"].map(|stroke| json!({ "type": stroke, "value": key }));
        self.post("actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }));
    }

    /// Clicks an element, as a finger or mouse does.
    pub fn click(&mut self, selector: &str) {
        self.to_element(selector, "click", &json!({}));
    }

    /// Chooses a file in a field for files.
    pub fn choose(&mut self, selector: &str, file: &Path) {
        let file = file.canonicalize().unwrap().display().to_string();
        self.to_element(selector, "value", &json!({ "text": file }));
    }

    /// What the browser complained about since the last call.
    pub fn complaints(&mut self) -> Vec<String> {
        let log = self.post("se/log", &json!({ "type": "browser" }));
        log.as_array().into_iter().flatten().map(|entry| entry["message"].to_string()).collect()
    }

    /// Writes a picture of the window, PNG.
    pub fn picture(&mut self, path: &Path) {
        let encoded = ask(self.address, "GET", &format!("{}/screenshot", self.session), &Value::Null);
        let png = base64::engine::general_purpose::STANDARD.decode(encoded.as_str().unwrap()).unwrap();
        std::fs::write(path, png).unwrap();
    }

    /// Gives the session a command; the value of the answer.
    fn post(&self, command: &str, body: &Value) -> Value {
        ask(self.address, "POST", &format!("{}/{command}", self.session), body)
    }

    fn to_element(&self, selector: &str, command: &str, body: &Value) {
        let found = self.post("element", &json!({ "using": "css selector", "value": selector }));
        self.post(&format!("element/{}/{command}", found[ELEMENT].as_str().unwrap()), body);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = crate::Client::new(self.address).send("DELETE", &self.session, &[], "");
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The value of the driver's answer, which is not an error.
fn ask(driver: SocketAddr, method: &str, path: &str, body: &Value) -> Value {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let headers = [("content-type", "application/json")];
    let response = crate::Client::new(driver).send(method, path, &headers, body).unwrap();
    assert_eq!(response.status, 200, "{path}: {}", response.body);
    serde_json::from_str::<Value>(&response.body).unwrap()["value"].take()
}

fn wait_for(driver: SocketAddr) {
    let until = Instant::now() + Duration::from_secs(30);
    while crate::Client::new(driver).get("/status").is_err() {
        assert!(Instant::now() < until, "chromedriver does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Options of Chromium. Headless windows have a least width: a phone is emulated.
fn chrome(program: &Path, profile: &Path, (width, height): (u32, u32), dark: bool) -> Value {
    let phone = width < 700;
    let metrics = json!({ "width": width, "height": height, "pixelRatio": if phone { 2 } else { 1 }, "touch": phone, "mobile": phone });
    let args = [
        "--headless".to_owned(),
        "--no-sandbox".into(),
        "--disable-gpu".into(),
        "--disable-quic".into(),
        "--disable-background-networking".into(),
        "--disable-component-update".into(),
        "--disable-sync".into(),
        "--no-first-run".into(),
        "--disable-dev-shm-usage".into(),
        "--hide-scrollbars".into(),
        format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)),
        format!("--user-data-dir={}", profile.display()),
    ];
    json!({ "binary": program, "args": args, "mobileEmulation": { "deviceMetrics": metrics } })
}
