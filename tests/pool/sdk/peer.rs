//! The official pool, in a Python process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::play::Outcome;
use super::trace::Trace;
use crate::python::sdk_python;

/// Plays one trace after the other.
pub(crate) struct Peer {
    child: Child,
    traces: ChildStdin,
    outcomes: BufReader<ChildStdout>,
}

impl Peer {
    pub(crate) fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/sdk_pool.py");
        let mut command = Command::new(sdk_python());
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it was found just before");
        let traces = child.stdin.take().expect("it is a pipe");
        let outcomes = BufReader::new(child.stdout.take().expect("it is a pipe"));
        Self { child, traces, outcomes }
    }

    /// What the official pool does.
    pub(crate) fn play(&mut self, trace: &Trace, mistake: Option<&'static str>) -> Outcome {
        let trace = serde_json::to_string(&trace.with_mistake(mistake)).expect("a trace has only string keys");
        writeln!(self.traces, "{trace}").expect("the official pool listens");
        let mut line = String::new();
        self.outcomes.read_line(&mut line).expect("the official pool says what it did");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}, from {trace}; see above"))
    }
}

impl Drop for Peer {
    /// It ends with its last line, too, but not where it is stuck.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
