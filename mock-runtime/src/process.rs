//! One whole life of the process.
//!
//! | exit code | what ended it |
//! |---|---|
//! | 0 | SIGTERM, or the parent or the harness was gone |
//! | 1 | the boot failed because the behaviour said so |
//! | 2 | the environment does not say who to be |
//! | 3 | the port is taken |
//! | 4 | the caller's folder is another process's, or cannot be written |
//! | 5 | the cloud refuses this runtime |
//!
//! Whatever is not 0 has said why on standard error and, in a sentence, to the witness.

mod ballast;
mod boot;
mod ending;
mod lifeline;
mod live;

use std::io::{self, Write};
use std::net::TcpListener;
use std::process::ExitCode;
use std::sync::Arc;

use crate::behaviour::BeforeReady;
use crate::clock;
use crate::configuration::{Configuration, Lifeline};
use crate::wire::environment as names;
use crate::witness::{Fact, Witness};
use ending::Ending;
use lifeline::Parent;

/// Lives one life of a runtime as the environment describes it. Everything is read and done here, so a larger binary
/// can call it before anything else and be a runtime.
pub fn main_from_environment() -> ExitCode {
    let parent = Parent::now();
    let started_ns = clock::now_ns();
    let ending = match prepare() {
        Ok((configuration, witness)) => {
            let ending = begin(configuration, &witness, parent, started_ns).unwrap_or_else(|ending| ending);
            ending.tell(&witness);
            ending
        }
        Err(ending) => ending,
    };
    if let Some(complaint) = ending.complaint() {
        complain(complaint);
    }
    ending.exit_code()
}

/// Tells a person. A log on a full disk must not end the process in a panic, so failing to tell is nobody's concern.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr(), "voice-runtime: {text}");
}

fn prepare() -> Result<(Configuration, Arc<Witness>), Ending> {
    let configuration = Configuration::from_environment().map_err(|error| Ending::Misconfigured(error.to_string()))?;
    let witness = Witness::connect(configuration.witness.as_deref()).map_err(|error| {
        Ending::Misconfigured(format!("{}: cannot connect: {error}; is the harness still there?", names::WITNESS))
    })?;
    witness.tell(Fact::Started {
        pid: std::process::id(),
        project: configuration.project.clone(),
        user: configuration.user.clone(),
        agent: configuration.agent.clone(),
        port: configuration.bind.port(),
    });
    Ok((configuration, Arc::new(witness)))
}

/// Binds before anything else, so that a client's first probe finds a listener.
fn begin(
    configuration: Configuration,
    witness: &Arc<Witness>,
    parent: Parent,
    started_ns: u64,
) -> Result<Ending, Ending> {
    let late = configuration.behaviour.before_ready == BeforeReady::Refuse;
    let listener = if late { None } else { Some(bind(&configuration)?) };
    let lifeline = configuration.lifeline;
    if lifeline == Lifeline::Stdin {
        lifeline::check_stdin().map_err(Ending::Misconfigured)?;
    }
    let _ballast = ballast::hold(configuration.behaviour.ballast_bytes)?;
    let app = boot::assemble(configuration, witness.clone(), started_ns)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Ending::Misconfigured(format!("cannot start: {error}")))?;
    let ending = runtime.block_on(live::live(app, listener, parent));
    // A name that is still being resolved must not keep the process.
    runtime.shutdown_background();
    Ok(ending)
}

fn bind(configuration: &Configuration) -> Result<TcpListener, Ending> {
    TcpListener::bind(configuration.bind)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|error| {
            Ending::NotBound(format!("cannot listen on {}: {error}; choose another port", configuration.bind))
        })
}
