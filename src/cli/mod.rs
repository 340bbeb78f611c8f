//! The front door: what was typed becomes what it means, facts become words, verdicts become exit codes.

use std::process::ExitCode;

use crate::run::EMBEDDED_RUNTIME;

/// The whole program.
pub fn main() -> ExitCode {
    // Before anything else: a runtime starts hundreds of times and must not pay for a command line it does not have.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == EMBEDDED_RUNTIME) {
        return mock_runtime::main_from_environment();
    }
    ExitCode::FAILURE
}
