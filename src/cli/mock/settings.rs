//! How a bot finds the double: ready to paste.

use std::fmt::{self, Write};

use serde_json::{Map, json};

use crate::mock::Double;

/// Lines for a shell, and lines for Python.
pub(super) fn text(double: &Double) -> String {
    let mut text = String::new();
    write_all(&mut text, double).expect("writing to a string cannot fail");
    text
}

/// The same for programs, with every project that is known.
pub(super) fn json(double: &Double) -> String {
    let variables = variables(double).into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    let environment: Map<_, _> = variables.collect();
    let projects = double.seed().projects.iter().map(|project| {
        let callers: Vec<&str> = project.callers.iter().map(|caller| caller.id.as_str()).collect();
        json!({ "id": project.id, "agents": project.agents, "callers": callers })
    });
    let settings = json!({
        "base_url": double.base_url(),
        "runtime_binary": double.executable(),
        "environment": environment,
        "projects": projects.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&settings).expect("texts are JSON") + "\n"
}

/// What a bot needs in its environment. Where a proxy is set, clients would ask it for loopback, too.
pub(super) fn variables(double: &Double) -> Vec<(&'static str, String)> {
    let mut variables = double.environment();
    let set = |name: &&str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    if ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].iter().any(set) {
        let known = ["NO_PROXY", "no_proxy"].iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
        let hosts = known.split(',').filter(|host| !host.is_empty()).chain(["127.0.0.1"]);
        let hosts = hosts.collect::<Vec<_>>().join(",");
        variables.extend([("NO_PROXY", hosts.clone()), ("no_proxy", hosts)]);
    }
    variables
}

fn write_all(text: &mut String, double: &Double) -> fmt::Result {
    writeln!(text, "# A mock MemoAir cloud is up; Ctrl-C ends it. In the shell in which your bot is to run:\n")?;
    for (name, value) in variables(double) {
        writeln!(text, "export {name}={}", for_shell(&value))?;
    }
    let project = &double.seed().projects[0];
    writeln!(text, "\n# Or, where the bot does not read its environment:\n")?;
    writeln!(text, "from memoair_voice import MemoAirVoiceClient\n\nclient = MemoAirVoiceClient(")?;
    for (name, value) in [
        ("api_key", double.seed().api_key.as_str()),
        ("project_id", &project.id),
        ("agent_id", &project.agents[0]),
        ("cloud_base_url", &double.base_url()),
        ("runtime_binary", &double.executable().to_string_lossy()),
    ] {
        // A text of JSON is one of Python, too.
        writeln!(text, "    {name}={},", json!(value))?;
    }
    writeln!(text, ")\n\n# It knows:\n")?;
    double.seed().projects.iter().try_for_each(|project| {
        let callers: Vec<&str> = project.callers.iter().map(|caller| caller.id.as_str()).collect();
        let callers = if callers.is_empty() { "no caller yet".to_owned() } else { callers.join(", ") };
        writeln!(text, "# {} ({}): {callers}", project.id, project.agents.join(", "))
    })
}

/// As one word of a shell.
fn for_shell(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:,@".contains(&byte);
    if !value.is_empty() && value.bytes().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}
