//! Chromium by WebDriver, at the size of a phone or of a desk.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use url::{ParseError, Url};

/// What a test is skipped for where [`Browser::start`] gives none.
pub const NO_BROWSER: &str = "Chromium and chromedriver are not installed (Debian: chromium, chromium-driver)";

/// A browser under way; it ends with this.
pub struct Browser {
    driver: Child,
    runtime: Runtime,
    client: Client,
    _profile: tempfile::TempDir,
}

/// A command of chromedriver that the standard does not have.
#[derive(Debug)]
struct Vendor(&'static str, Value);

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.0))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.1.to_string()))
    }
}

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
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut wanted = serde_json::Map::new();
        wanted.insert("goog:chromeOptions".into(), chrome(&chromium, profile.path(), (width, height), dark));
        wanted.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL" }));
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(wanted);
        let client = runtime.block_on(builder.connect(&format!("http://{address}"))).unwrap();
        Some(Self { driver, runtime, client, _profile: profile })
    }

    /// Opens an address.
    pub fn open(&mut self, url: &str) {
        self.runtime.block_on(self.client.goto(url)).unwrap();
    }

    /// Keeps addresses of this form (`*` stands for anything) from being loaded from now on.
    ///
    /// The driver needs scripts for its own commands: a page without scripts is one whose scripts do not arrive.
    pub fn block(&mut self, form: &str) {
        for (command, params) in [("Network.enable", json!({})), ("Network.setBlockedURLs", json!({ "urls": [form] }))]
        {
            self.vendor("goog/cdp/execute", json!({ "cmd": command, "params": params }));
        }
    }

    /// Reloads the page.
    pub fn reload(&mut self) {
        self.runtime.block_on(self.client.refresh()).unwrap();
    }

    /// The value of an expression of the page.
    pub fn value(&mut self, expression: &str) -> Value {
        self.runtime.block_on(self.client.execute(&format!("return ({expression})"), Vec::new())).unwrap()
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
        let keys = KeyActions::new("keyboard".into());
        let keys = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        self.runtime.block_on(self.client.perform_actions(keys)).unwrap();
    }

    /// Clicks an element, as a finger or mouse does.
    pub fn click(&mut self, selector: &str) {
        self.runtime.block_on(async {
            self.client.find(Locator::Css(selector)).await.unwrap().click().await.unwrap();
        });
    }

    /// Chooses a file in a field for files.
    pub fn choose(&mut self, selector: &str, file: &Path) {
        let file = file.canonicalize().unwrap().display().to_string();
        self.runtime.block_on(async {
            self.client.find(Locator::Css(selector)).await.unwrap().send_keys(&file).await.unwrap();
        });
    }

    /// What the browser complained about since the last call.
    pub fn complaints(&mut self) -> Vec<String> {
        let log = self.vendor("se/log", json!({ "type": "browser" }));
        log.as_array().into_iter().flatten().map(|entry| entry["message"].to_string()).collect()
    }

    /// Writes a picture of the window, PNG.
    pub fn picture(&mut self, path: &Path) {
        std::fs::write(path, self.runtime.block_on(self.client.screenshot()).unwrap()).unwrap();
    }

    fn vendor(&mut self, command: &'static str, body: Value) -> Value {
        self.runtime.block_on(self.client.issue_cmd(Vendor(command, body))).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
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
