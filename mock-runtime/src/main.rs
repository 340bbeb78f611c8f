//! The front door of `voice-runtime`: no arguments, everything comes from the environment.

use std::process::ExitCode;

fn main() -> ExitCode {
    mock_runtime::main_from_environment()
}
