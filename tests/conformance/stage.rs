//! Where a list of steps is played once: a fresh double, ports, a folder, and what was seen.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use busyhour::mock::{Double, Event, Seed, Settings};
use busyhour::run::EMBEDDED_RUNTIME;
use mock_runtime::wire::environment::{BEHAVIOUR, TOKEN, USER_ID};
use parking_lot::Mutex;
use serde_json::Value;
use tempfile::TempDir;

use crate::rig::Ports;
use crate::script::{ClientSettings, Runtime};
use crate::scripts;

/// Where a list of steps is played once.
pub(crate) struct Stage {
    pub(crate) double: Double,
    pub(crate) ports: Ports,
    pub(crate) binary: PathBuf,
    pub(crate) variables: Vec<(String, String)>,
    folder: TempDir,
    events: Arc<Mutex<Vec<Event>>>,
}

/// What was seen while it was played.
pub(crate) struct Seen {
    /// What each step gave.
    pub(crate) outcomes: Vec<Value>,
    /// Everything the double saw.
    pub(crate) events: Vec<Event>,
    /// Runtimes that lived on when all steps were done.
    pub(crate) left: usize,
    /// The first port of those that could be used.
    pub(crate) first_port: u16,
}

impl Stage {
    pub(crate) fn raise(client: &ClientSettings) -> Self {
        let events: Arc<Mutex<Vec<Event>>> = Arc::default();
        let heard = Arc::clone(&events);
        let runtime = vec![PathBuf::from(env!("CARGO_BIN_EXE_busyhour")), PathBuf::from(EMBEDDED_RUNTIME)];
        let bind = ([127, 0, 0, 1], 0).into();
        let double =
            Double::start(Settings { bind, seed: Seed::shop(), runtime }, move |event| heard.lock().push(event));
        let double = double.expect("loopback has a free port");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let binary = binary(client.runtime, &folder, &double);
        let behaviour = serde_json::to_string(&client.behaviour).expect("a behaviour is JSON");
        let mut variables = vec![(BEHAVIOUR.to_owned(), behaviour)];
        variables.extend(client.runtime_token.clone().map(|token| (TOKEN.to_owned(), token)));
        Self { double, ports: Ports::claim(), binary, variables, folder, events }
    }

    /// Where runtimes keep callers' memories.
    pub(crate) fn storage(&self) -> PathBuf {
        self.file("memory")
    }

    /// A file of this stage's own.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the client looks for the cloud.
    pub(crate) fn base_url(&self, client: &ClientSettings) -> String {
        format!("{}{}", self.double.base_url(), client.cloud_path)
    }

    /// All steps are done. Runtimes that were told to end are given the time to.
    pub(crate) fn look_back(&self, outcomes: Vec<Value>, may_leave: bool) -> Seen {
        let patience = Duration::from_secs(if may_leave { 1 } else { 10 });
        let began = Instant::now();
        while !self.double.living().is_empty() && began.elapsed() < patience {
            std::thread::sleep(Duration::from_millis(5));
        }
        let left = self.double.living().len();
        Seen { outcomes, events: self.events.lock().clone(), left, first_port: self.ports.first }
    }
}

fn binary(runtime: Runtime, folder: &TempDir, double: &Double) -> PathBuf {
    let mock = double.executable();
    let script = match runtime {
        Runtime::Mock => return mock.to_owned(),
        Runtime::Missing => return folder.path().join("nowhere"),
        Runtime::Dies => "exit 1".to_owned(),
        Runtime::Stranger => format!("export {USER_ID}=somebody-else\nexec '{}'", mock.display()),
    };
    let file = folder.path().join("voice-runtime");
    scripts::write(&file, &script);
    file
}
