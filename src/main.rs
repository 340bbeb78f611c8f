//! The binary: everything is in the library's front door.

use std::process::ExitCode;

fn main() -> ExitCode {
    busyhour::cli::main()
}
