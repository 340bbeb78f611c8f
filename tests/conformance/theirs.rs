//! The official SDK plays.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::python::sdk_python;
use crate::script::{MadeBy, Script};
use crate::stage::{Seen, Stage};

/// What the Python player says.
#[derive(Deserialize)]
struct Said {
    outcomes: Vec<Value>,
    /// Methods that were called.
    called: BTreeSet<String>,
    /// Methods there are.
    public: BTreeSet<String>,
}

/// Which methods the SDK has, and which of them were called.
#[derive(Clone, Debug, Default)]
pub(crate) struct Coverage {
    pub(crate) called: BTreeSet<String>,
    pub(crate) public: BTreeSet<String>,
}

/// Plays a list of steps with the official SDK.
pub(crate) fn play(script: &Script) -> (Seen, Coverage) {
    let stage = Stage::raise(&script.client);
    let mut command = Command::new(sdk_python());
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/player.py"));
    command.envs(stage.double.environment()).envs(stage.variables.iter().map(|(name, value)| (name, value)));
    command.env("NO_PROXY", "127.0.0.1").env("PYTHONDONTWRITEBYTECODE", "1");
    command.envs(script.client.org_only.then_some(("MEMOAIR_ORG_ONLY", "yes")));
    if let Some(user) = script.client.user_id.as_ref().filter(|_| script.client.made_by == MadeBy::Agent) {
        command.env("MEMOAIR_USER_ID", user);
    }
    let complaints = stage.file("complaints");
    command.stderr(File::create(&complaints).expect("the folder is ours"));
    let mut player = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a Python can be started");
    let mut ear = player.stdin.take().expect("it is a pipe");
    writeln!(ear, "{}", order(script, &stage)).expect("it listens");
    let mut line = String::new();
    let mut mouth = BufReader::new(player.stdout.take().expect("it is a pipe"));
    mouth.read_line(&mut line).expect("it speaks");
    let said: Said = serde_json::from_str(&line).unwrap_or_else(|error| {
        let complaints = std::fs::read_to_string(&complaints).unwrap_or_default();
        panic!("{}: {error}: {line}\n{complaints}", script.name)
    });
    let seen = stage.look_back(said.outcomes, script.may_leave);
    drop(ear);
    player.wait().expect("it is our child");
    (seen, Coverage { called: said.called, public: said.public })
}

/// What the Python player is told. Its upper end of a port range is never used.
fn order(script: &Script, stage: &Stage) -> Value {
    let (client, project) = (&script.client, &stage.double.seed().projects[0]);
    let steps = script
        .steps
        .iter()
        .map(|step| json!({ "do": step.what, "at_once": step.at_once, "arguments": step.arguments }));
    json!({
        "settings": {
            "made_by": client.made_by,
            "api_key": client.api_key.as_ref().unwrap_or(&stage.double.seed().api_key),
            "project_id": project.id,
            "agent_id": project.agents[0],
            "base_url": stage.base_url(client),
            "user_id": client.user_id,
            "org_only": client.org_only,
            "max_concurrent_users": client.max_concurrent_users,
            "ports": [stage.ports.first, stage.ports.first + client.ports],
            "binary": stage.binary,
            "storage_root": stage.storage(),
            "top_k": client.top_k,
        },
        "steps": steps.collect::<Vec<_>>(),
    })
}
