//! A page of a run, opened in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser;
use crate::devtools::Devtools;

/// How a page is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) of: Of,
    pub(crate) scheme: &'static str,
    pub(crate) size: Size,
}

/// What the page tells of.
#[derive(Clone, Copy)]
pub(crate) enum Of {
    Run,
    Plan,
    /// A run that a driver ended.
    Trouble,
}

#[derive(Clone, Copy)]
pub(crate) enum Size {
    Desk,
    Phone,
    Paper,
}

/// Nobody has to scroll sideways to read the page. Keeps a picture of it.
pub(crate) fn fits(name: &str, look: &Look) {
    let mut page = Page::open(look);
    let (wide, room) = (page.number("document.documentElement.scrollWidth"), page.number("innerWidth"));
    assert!(wide <= room, "{name}: {wide} pixels in {room}");
    page.keep(name);
    page.close();
}

/// A page that is open.
pub(crate) struct Page {
    tools: Devtools,
    address: String,
}

impl Page {
    /// Opens the page and waits until it is there.
    pub(crate) fn open(look: &Look) -> Self {
        let mut tools = Devtools::start();
        let (width, height, media) = match look.size {
            Size::Desk => (1_280, 900, ""),
            Size::Phone => (390, 844, ""),
            // A4 at 96 dots an inch, less the margins.
            Size::Paper => (688, 1_000, "print"),
        };
        let phone = width < 500;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone });
        tools.ask("Emulation.setDeviceMetricsOverride", &metrics);
        let scheme = json!([{ "name": "prefers-color-scheme", "value": look.scheme }]);
        tools.ask("Emulation.setEmulatedMedia", &json!({ "media": media, "features": scheme }));
        let address = format!("file://{}", file(look.of).display());
        tools.ask("Page.navigate", &json!({ "url": address }));
        tools.until("Page.loadEventFired");
        let mut page = Self { tools, address };
        page.run(INK);
        if matches!(look.size, Size::Paper) {
            page.run("dispatchEvent(new Event('beforeprint'))");
        }
        assert_eq!(page.text("document.documentElement.dataset.drawn"), "true");
        page
    }

    pub(crate) fn run(&mut self, script: &str) -> Value {
        let asked = json!({ "expression": script, "returnByValue": true, "awaitPromise": true });
        let answer = self.tools.ask("Runtime.evaluate", &asked);
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    #[track_caller]
    pub(crate) fn text(&mut self, script: &str) -> String {
        let value = self.run(script);
        value.as_str().unwrap_or_else(|| panic!("{script} is {value}")).to_owned()
    }

    #[track_caller]
    pub(crate) fn number(&mut self, script: &str) -> f64 {
        let value = self.run(script);
        value.as_f64().unwrap_or_else(|| panic!("{script} is {value}"))
    }

    /// Puts the pointer into the middle of it.
    pub(crate) fn point_at(&mut self, selector: &str) {
        self.run(&format!("document.querySelector('{selector}').scrollIntoView({{ block: 'center' }})"));
        let middle = format!(
            "{{ const box = document.querySelector('{selector}').getBoundingClientRect(); \
             [box.x + box.width / 2, box.y + box.height / 2] }}"
        );
        let middle = self.run(&middle);
        // It comes from somewhere: a pointer that is there all along moves nowhere.
        for (x, y) in [(1.0, 1.0), (middle[0].as_f64().unwrap(), middle[1].as_f64().unwrap())] {
            self.tools.ask("Input.dispatchMouseEvent", &json!({ "type": "mouseMoved", "x": x, "y": y }));
        }
        self.frame();
    }

    pub(crate) fn press(&mut self, key: &str) {
        for kind in ["keyDown", "keyUp"] {
            self.tools.ask("Input.dispatchKeyEvent", &json!({ "type": kind, "key": key }));
        }
        self.frame();
    }

    /// What is drawn, as a picture to look at.
    pub(crate) fn keep(&mut self, name: &str) {
        self.frame();
        let shot = self.tools.ask("Page.captureScreenshot", &json!({ "format": "png", "captureBeyondViewport": true }));
        let shot = base64::prelude::BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        let shots = Path::new(browser::FOLDER).join("shots");
        fs::create_dir_all(&shots).unwrap();
        fs::write(shots.join(name).with_extension("png"), shot).unwrap();
    }

    /// Nothing went wrong, and nothing but the page itself was asked for.
    pub(crate) fn close(mut self) {
        self.frame();
        let wrong: Vec<&Value> = ["Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"]
            .into_iter()
            .flat_map(|method| self.tools.told_of(method))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let asked: Vec<&str> = self
            .tools
            .told_of("Network.requestWillBeSent")
            .map(|told| told["params"]["request"]["url"].as_str().unwrap())
            .collect();
        assert_eq!(asked, [self.address.as_str()]);
    }

    /// Waits until what has changed is drawn.
    fn frame(&mut self) {
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    }
}

/// The pages that all tests look at, each written once by the program.
fn file(of: Of) -> PathBuf {
    static RUN: OnceLock<TempDir> = OnceLock::new();
    static PLAN: OnceLock<TempDir> = OnceLock::new();
    static TROUBLE: OnceLock<TempDir> = OnceLock::new();
    let folder = match of {
        Of::Run => RUN.get_or_init(|| written(SCENARIO, &["sim"])),
        Of::Plan => PLAN.get_or_init(|| written(TALKERS, &PLANNED)),
        Of::Trouble => TROUBLE.get_or_init(|| written(SCENARIO, &["run", "--quiet", "--client", DYING])),
    };
    folder.path().join("page.html")
}

/// A folder with the page that a command makes of a scenario.
fn written(scenario: &str, command: &[&str]) -> TempDir {
    let folder = tempfile::Builder::new().prefix("bh-test-").tempdir().unwrap();
    let file = folder.path().join("hostile.toml");
    fs::write(&file, scenario.replace("HOSTILE", HOSTILE)).unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_busyhour"));
    program.args(command).arg(&file).arg("--html").arg(folder.path().join("page.html"));
    let played = program.current_dir(folder.path()).output().unwrap();
    assert!(folder.path().join("page.html").is_file(), "{played:?}");
    folder
}

/// What would run if a name were more than text.
pub(crate) const HOSTILE: &str = "</script><img src=x onerror=pwned=1>&lt;b&gt;";
/// A driver that ends before it has said a word, but for what stands in the way of everybody.
const DYING: &str =
    "sh -c 'for n in 1 2 3; do echo \"  line $n of </pre><img src=x onerror=pwned=1>$(printf %0200d 7)\" >&2; done'";
/// More callers than slots: reuse, warm and cold boots, evictions and refusals.
const SCENARIO: &str = r#"
name = "hostile"
seed = 3
duration = "300s"
warm_up = "30s"
thresholds = ["recall.p99 <= 250ms", "budget.met >= 50%"]
[pool]
max_concurrent_users = 6
[[tenant]]
name = 'HOSTILE'
callers = { population = 60, popularity = { zipf = 0.9 } }
arrivals = { model = "stages", stages = [{ until = "0s", rate = "20/min" }, { until = "300s", rate = "90/min" }] }
call = { turns = 6 }
turn_gap = "4s"
[[tenant]]
name = "Ämter & Söhne"
callers = { population = 30 }
arrivals = { model = "poisson", rate = "30/min" }
call = { turns = 5 }
turn_gap = "5s"
lease = "call"
"#;
/// More callers than the smallest caps have slots for, who speak at regular intervals: a cliff.
const TALKERS: &str = r#"
name = "hostile"
duration = "4min"
warm_up = "30s"
thresholds = ["budget.met >= 80%"]
[runtime]
boot_cold = "400ms"
boot_warm = "400ms"
rss = "90MB"
[[tenant]]
name = 'HOSTILE'
arrivals = { model = "closed", callers = 12, redial = "1s" }
call = { length = "1h" }
turn_gap = { dist = "gamma", mean = "5s", cv = 0.25 }
"#;
const PLANNED: [&str; 8] =
    ["plan", "--replications", "4", "--max-turns", "100000", "--vary", "evict=lru,gdsf", "--vary=prewarm=off,6s"];
const INK: &str = "globalThis.ink = (chart) => { \
    const canvas = document.querySelector(`[data-chart=${chart}] canvas`); \
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height); \
    let drawn = 0; \
    for (let at = 3; at < data.length; at += 4) drawn += data[at] > 0; \
    return drawn; }; 1";
