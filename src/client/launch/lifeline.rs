//! A pipe that ends when this process does.
//!
//! Every runtime gets its reading end as standard input; nothing is ever written. The writing end is closed by the
//! kernel when this process is gone, which a cooperative runtime sees at once. One pipe serves all runtimes, so it
//! costs no descriptor per runtime.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::OnceLock;

use rustix::pipe::{PipeFlags, pipe_with};

/// Standard input for a runtime.
pub(crate) fn standard_input() -> io::Result<Stdio> {
    static PIPE: OnceLock<(OwnedFd, OwnedFd)> = OnceLock::new();
    let (reading, _writing) = if let Some(pipe) = PIPE.get() {
        pipe
    } else {
        let pipe = pipe_with(PipeFlags::CLOEXEC)?;
        PIPE.get_or_init(|| pipe)
    };
    reading.try_clone().map(Stdio::from)
}
