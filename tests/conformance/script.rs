//! Lists of steps, as they are written in `steps/`.

use std::collections::BTreeSet;
use std::path::Path;

use mock_runtime::behaviour::Behaviour;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One list of steps, for one client after the other.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    /// By its file.
    #[serde(skip)]
    pub(crate) name: String,
    /// What it is about, for its readers.
    #[serde(rename = "about")]
    _about: String,
    /// Whether runtimes may live on when all is done, as with one of the clients they do.
    #[serde(default)]
    pub(crate) may_leave: bool,
    #[serde(default)]
    pub(crate) client: ClientSettings,
    pub(crate) steps: Vec<Step>,
}

/// How the client is built.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClientSettings {
    pub(crate) made_by: MadeBy,
    /// Whom the client is pinned to.
    pub(crate) user_id: Option<String>,
    pub(crate) org_only: bool,
    pub(crate) max_concurrent_users: u32,
    /// Ports it can use.
    pub(crate) ports: u16,
    /// Another key than the account's.
    pub(crate) api_key: Option<String>,
    /// Beyond the cloud's address.
    pub(crate) cloud_path: String,
    /// Documents a Vapi adapter may give.
    pub(crate) top_k: u32,
    pub(crate) runtime: Runtime,
    pub(crate) behaviour: Behaviour,
    /// A token in the environment the client runs in.
    pub(crate) runtime_token: Option<String>,
}

/// What the Python player builds. Ours builds a `VoiceClient` in any case, pinned and in a session for the memories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MadeBy {
    #[default]
    Client,
    Agent,
    Memory,
    MemorySync,
    Vapi,
}

/// What is started for a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Runtime {
    /// The mock, by the executable that `busyhour mock` gives out.
    #[default]
    Mock,
    /// A file that does not exist.
    Missing,
    /// A program that ends at once.
    Dies,
    /// A mock that serves somebody else.
    Stranger,
}

/// One thing that is done with the client.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Step {
    /// Unique within its list.
    pub(crate) name: String,
    /// A method of both players.
    #[serde(rename = "do")]
    pub(crate) what: String,
    /// So many times side by side.
    #[serde(default = "once")]
    pub(crate) at_once: usize,
    /// What must be in the official SDK's result, among other things.
    pub(crate) expect: Option<Value>,
    /// Everything else is what it is done with.
    #[serde(flatten)]
    pub(crate) arguments: Map<String, Value>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            made_by: MadeBy::default(),
            user_id: None,
            org_only: false,
            max_concurrent_users: 20,
            ports: 20,
            api_key: None,
            cloud_path: String::new(),
            top_k: 5,
            runtime: Runtime::default(),
            behaviour: Behaviour::default(),
            runtime_token: None,
        }
    }
}

/// All lists there are.
pub(crate) fn scripts() -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/steps");
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("it is there").flatten().map(|file| file.path()).collect();
    files.sort();
    files.iter().map(|file| read(file)).collect()
}

fn read(file: &Path) -> Script {
    let text = std::fs::read_to_string(file).expect("it is text");
    let script: Script = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let names: BTreeSet<&str> = script.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names.len(), script.steps.len(), "{}: two steps have one name", file.display());
    let steps = script.steps.into_iter().map(|step| Step { arguments: with_nulls(step.arguments), ..step }).collect();
    let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
    Script { name, steps, ..script }
}

/// TOML has no null, and callers of the SDK have `None`.
fn with_nulls(fields: Map<String, Value>) -> Map<String, Value> {
    let value = |value| match value {
        Value::Object(fields) => Value::Object(with_nulls(fields)),
        Value::String(text) if text == NULL => Value::Null,
        other => other,
    };
    fields.into_iter().map(|(name, field)| (name, value(field))).collect()
}

/// How a list of steps writes it.
const NULL: &str = "<null>";

const fn once() -> usize {
    1
}
