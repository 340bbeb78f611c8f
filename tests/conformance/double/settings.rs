//! The settings that are printed, pasted where they say.

use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use super::{Desk, Ended, replaced};
use crate::python::sdk_python;
use crate::rig::Ports;

/// The lines between two headings.
fn part<'s>(said: &'s str, from: &str, to: &str) -> &'s str {
    let (_, rest) = said.split_once(from).expect("the heading is there");
    rest.split_once(to).expect("the next heading is there").0
}

#[test]
fn the_variables_can_be_pasted_into_a_shell() {
    let desk = Desk::on(Ports::of_the_sdk());
    let serving = desk.serve(&[]);
    let exports = part(&serving.said, "your bot is to run:\n", "# Or,");
    let script = format!("{exports}\nexec {} examples/mock/bot.py", sdk_python().display());
    let bot = Ended::of(&Command::new("sh").args(["-c", &script]).output().expect("there is a shell"));
    assert!(bot.code == Some(0) && bot.stdout.contains("order 1042"), "{bot:?}");
    let ended = serving.end(Signal::INT);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.stderr.contains("2 requests reached the cloud"), "{ended:?}");
    desk.assert_clean();
}

#[test]
fn the_snippet_can_be_pasted_into_a_program() {
    let desk = Desk::new();
    let serving = desk.serve(&[]);
    let snippet = part(&serving.said, "does not read its environment:\n", "# It knows:");
    let ports = format!("MemoAirVoiceClient(runtime_port_range=({0}, {0} + 99),", desk.ports.first);
    let snippet = replaced(snippet, "MemoAirVoiceClient(", &ports);
    let use_it = "import asyncio\n\n\nasync def main():\n    print((await client.search_memory(\"boots\", user_id=\"ann\")).contextText)\n    \
                  print((await client.create_index(\"faq\", [{\"text\": \"Open.\"}])).chunk_count)\n    await client.aclose()\n\n\n\
                  asyncio.run(main())\n";
    let program = desk.file("program.py", &format!("{snippet}\n{use_it}"));
    let bot = Ended::of(&Command::new(sdk_python()).arg(program).output().expect("a Python can be started"));
    assert!(bot.code == Some(0) && bot.stdout.contains("order 1042") && bot.stdout.ends_with("\n1\n"), "{bot:?}");
    assert_eq!(serving.end(Signal::TERM).code, Some(0));
    desk.assert_clean();
}

#[test]
fn programs_get_json_with_everything_that_is_known() {
    let desk = Desk::new();
    let serving = desk.serve(&["--format", "json"]);
    let settings: Value = serde_json::from_str(&serving.said).expect("it is JSON");
    assert_eq!(settings["environment"]["MEMOAIR_BASE_URL"], settings["base_url"]);
    assert_eq!(settings["environment"]["MEMOAIR_RUNTIME_BINARY"], settings["runtime_binary"]);
    assert_eq!(settings["projects"][0]["callers"], serde_json::json!(["ann", "bob"]));
    assert_eq!(serving.end(Signal::TERM).code, Some(0));
}

#[test]
fn where_a_proxy_is_set_loopback_is_spared() {
    let desk = Desk::new();
    // An address where nobody is: whoever asks it gets nowhere.
    let bot = desk.bot("import asyncio", "import asyncio");
    let mut mock = desk.mock(&["--"]);
    mock.arg(sdk_python()).arg(bot).env("HTTP_PROXY", "http://127.0.0.1:9").env("NO_PROXY", "example.org");
    let ended = Ended::of(&mock.output().expect("it can be started"));
    assert!(ended.code == Some(0) && ended.stdout.contains("order 1042"), "{ended:?}");
}
