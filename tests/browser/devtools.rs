//! The browser's own protocol, spoken through a pipe: JSON messages, each with a zero byte behind it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::browser;

/// A browser with one page.
pub(crate) struct Devtools {
    child: Child,
    messages: Receiver<Value>,
    session: Value,
    number: u64,
    /// What it told without having been asked.
    told: Vec<Value>,
    _profile: TempDir,
}

impl Devtools {
    pub(crate) fn start() -> Self {
        let profile = tempfile::Builder::new().prefix("bh-test-").tempdir().unwrap();
        let mut child = started(profile.path());
        let reader = BufReader::new(child.stdout.take().unwrap());
        let (to, messages) = channel();
        std::thread::spawn(move || {
            let parts = reader.split(0).map_while(Result::ok);
            parts.for_each(|part| drop(to.send(serde_json::from_slice::<Value>(&part).unwrap())));
        });
        let mut tools = Self { child, messages, session: Value::Null, number: 0, told: Vec::new(), _profile: profile };
        let target = tools.ask("Target.createTarget", &json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = tools.ask("Target.attachToTarget", &json!({ "targetId": target, "flatten": true }));
        tools.session = attached["sessionId"].clone();
        for what in ["Page", "Runtime", "Log", "Network"] {
            tools.ask(&format!("{what}.enable"), &json!({}));
        }
        tools
    }

    /// Asks, and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.number += 1;
        let mut message = json!({ "id": self.number, "method": method, "params": parameters });
        if self.session.is_string() {
            message["sessionId"] = self.session.clone();
        }
        let stdin = self.child.stdin.as_mut().unwrap();
        stdin.write_all(&[message.to_string().as_bytes(), b"\0"].concat()).unwrap();
        stdin.flush().unwrap();
        loop {
            let heard = self.hear(method);
            if heard["id"] == self.number {
                assert!(heard.get("error").is_none(), "{method}: {heard}");
                return heard["result"].clone();
            }
        }
    }

    /// Waits until it is told so.
    pub(crate) fn until(&mut self, event: &str) {
        while !self.told.iter().any(|told| told["method"] == event) {
            self.hear(event);
        }
    }

    /// What it has told of that kind.
    pub(crate) fn told_of<'t>(&'t self, method: &'t str) -> impl Iterator<Item = &'t Value> {
        self.told.iter().filter(move |told| told["method"] == *method)
    }

    fn hear(&mut self, for_what: &str) -> Value {
        let heard = self.messages.recv_timeout(PATIENCE);
        let heard = heard.unwrap_or_else(|_| panic!("the browser did not answer in time: {for_what}"));
        if heard.get("id").is_none() {
            self.told.push(heard.clone());
        }
        heard
    }
}

impl Drop for Devtools {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The protocol's pipe is files 3 and 4, which a shell can give it.
fn started(profile: &Path) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>&2"#]).arg(browser::program()).args(ARGUMENTS);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command.env("TMPDIR", profile).env("HOME", profile);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().expect("a shell can be started")
}

/// As root, and in containers, there is no sandbox; what is shown is our own.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];
const PATIENCE: Duration = Duration::from_mins(1);
