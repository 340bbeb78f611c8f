//! One runtime, tried out before the curtain rises: what cannot work at all is said at once, and with its reason.

use std::path::Path;
use std::time::Duration;

use mock_runtime::behaviour::Behaviour;
use tokio::sync::watch;

use super::engine::stopped;
use super::error::RunError;
use super::options::Stop;
use super::stage::{WorkFolder, client, executable};
use crate::client::{SearchOptions, User, VoiceError};
use crate::cloud::MockCloud;
use crate::scenario::{Program, Scenario};

/// Boots one runtime of a project of its own, asks it something, and ends it.
pub(super) async fn play(
    scenario: &Scenario,
    cloud: &MockCloud,
    folder: &WorkFolder,
    stop: watch::Receiver<Stop>,
) -> Result<(), RunError> {
    cloud.add_project(PROJECT, "trial", &[AGENT]);
    let log = folder.runtime_log();
    let already_logged = std::fs::metadata(&log).map_or(0, |metadata| metadata.len());
    let tried = try_out(scenario, cloud, folder, &log, stop).await;
    // What a runtime without manners has made of it is nobody's business: the folder is not used again.
    let _ = std::fs::remove_dir_all(folder.trial());
    match tried {
        Ok(Some(())) => Ok(()),
        Ok(None) => Err(RunError::Interrupted),
        Err(error) => {
            let (program, remedy, log) = (program(scenario), remedy(&error), quote(&log, already_logged));
            Err(RunError::Trial { program, error: Box::new(error), remedy, log })
        }
    }
}

fn program(scenario: &Scenario) -> String {
    match &scenario.runtime.program {
        Program::Mock => "the built-in mock runtime".to_owned(),
        Program::Binary(path) => path.display().to_string(),
    }
}

fn remedy(error: &VoiceError) -> &'static str {
    match error {
        VoiceError::Pool { .. } => "see what holds them, for example with `ss -ltnp`",
        VoiceError::NotFound(_) => "name another with --runtime-binary or `[runtime] binary`",
        VoiceError::StartFailed { .. } => {
            "start it by hand to see why, raise boot_timeout if it only needs longer, or name another with \
             --runtime-binary"
        }
        _ => "it must honour the environment contract and the wire protocol of a voice-runtime",
    }
}

/// `None` where the run was stopped meanwhile.
async fn try_out(
    scenario: &Scenario,
    cloud: &MockCloud,
    folder: &WorkFolder,
    log: &Path,
    mut stop: watch::Receiver<Stop>,
) -> Result<Option<()>, VoiceError> {
    // The mock without its delays and faults: what is tried is whether it works, not how long it takes.
    let prompt = Behaviour { before_ready: scenario.runtime.behaviour.before_ready, ..Behaviour::default() };
    let client = client(scenario, cloud)
        .project_id(PROJECT)
        .agent_id(AGENT)
        .storage_root(folder.trial())
        .runtime_log(log)
        .executable(executable(scenario, &prompt, None))
        .build()?;
    let options = SearchOptions { timeout: PATIENCE, ..SearchOptions::default() };
    let user = User::new("trial")?;
    let answered = tokio::select! {
        answered = client.search_memory("is anybody there?", &user, &options) => answered.map(|_| Some(())),
        () = stopped(&mut stop, Stop::Soon) => Ok(None),
    };
    client.close().await;
    answered
}

/// What was written to the log since, as a paragraph for an error message.
fn quote(log: &Path, already_logged: u64) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let new = text.get(usize::try_from(already_logged).unwrap_or(usize::MAX)..).unwrap_or_default();
    let lines: Vec<String> = String::from_utf8_lossy(new).lines().map(|line| format!("\n  {line}")).collect();
    match lines.len() {
        0 => String::new(),
        count => format!("\nIts last words:{}", lines[count.saturating_sub(MOST_LINES)..].concat()),
    }
}

const PROJECT: &str = "proj_busyhour_trial";
const AGENT: &str = "agent_busyhour_trial";
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_LINES: usize = 10;
