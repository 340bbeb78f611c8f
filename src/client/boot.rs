//! One boot, from the order to spawn to a runtime that serves, and then the watch over its process.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_runtime::wire::environment;
use mock_runtime::wire::loopback::{BootKind, Health};
use parking_lot::Mutex;
use reqwest::Client;
use tokio::process::Command;
use tokio::sync::watch;

use super::error::VoiceError;
use super::launch::{self, Ending, Executable, PortClaim, PortError, Process};
use super::live_runtime::LiveRuntime;
use super::runtime_api::RuntimeApi;
use super::shell::PoolShell;
use crate::base::DrainReason;
use crate::pool::RuntimeId;

/// What every runtime of a client is started with.
#[derive(Debug)]
pub(super) struct LaunchPlan {
    pub(super) executable: Executable,
    /// The loopback address runtimes listen on.
    pub(super) host: Ipv4Addr,
    pub(super) api_key: String,
    pub(super) project_id: String,
    pub(super) agent_id: String,
    pub(super) base_url: String,
    pub(super) storage_root: Option<std::path::PathBuf>,
    pub(super) runtime_token: Option<String>,
    pub(super) runtime_log: Option<std::path::PathBuf>,
    pub(super) org_only: bool,
    pub(super) http: Client,
}

/// A boot under way.
pub(super) struct Boot {
    pub(super) shell: Arc<PoolShell>,
    pub(super) id: RuntimeId,
    pub(super) user: Arc<str>,
    pub(super) address: SocketAddrV4,
    /// Set where the pool wants the boot gone.
    pub(super) unwanted: watch::Receiver<Option<DrainReason>>,
    /// What the last probe saw, in words; the pool's timeout quotes it.
    pub(super) seen: Arc<Mutex<String>>,
}

/// How the wait for readiness ended.
enum Awaited {
    /// With what it says of its boot, if anything.
    Ready(Option<BootKind>),
    Exited(String),
    Impostor(VoiceError),
    Unwanted(DrainReason),
}

impl Boot {
    pub(super) async fn play(mut self) {
        let began = Instant::now();
        let claim = match PortClaim::take(self.address).await {
            Ok(claim) => claim,
            Err(PortError::InUse) => return self.shell.port_taken(self.id),
            Err(PortError::Unusable(error)) => {
                return self.fail(self.start_refused(format!("{} cannot be used: {error}", self.address), &error));
            }
        };
        let on_disk = self.shell.plan.kind_by_disk(&self.user);
        let process = match self.start().await {
            Ok(process) => process,
            Err(error) => {
                drop(claim);
                return self.fail(error);
            }
        };
        let api = RuntimeApi::new(self.shell.plan.http.clone(), self.address, self.shell.plan.runtime_token.clone());
        match self.until_ready(&api, &process).await {
            Awaited::Ready(kind) => {
                let identity = (self.shell.plan.project_id.clone(), Arc::clone(&self.user));
                let runtime = LiveRuntime::new(api, process, claim, identity, self.shell.plan.org_only);
                self.serve(Arc::new(runtime), kind.unwrap_or(on_disk), began).await;
            }
            Awaited::Exited(how) => {
                let error = self.start_failed(format!("it ended before it was ready ({how})"));
                drop(claim);
                self.fail(error);
            }
            Awaited::Impostor(error) => self.expel(error, &process, claim).await,
            Awaited::Unwanted(reason) => self.withdraw(reason, &process, began, claim).await,
        }
    }

    /// Starts the process under the environment contract. Standard output goes nowhere, standard error to the log.
    async fn start(&self) -> Result<Process, VoiceError> {
        let command = self.command().map_err(|error| self.start_refused(error.to_string(), &error))?;
        launch::start(command).await.map_err(|error| {
            let path = self.shell.plan.executable.path.display();
            self.start_refused(format!("{path} cannot be executed: {error}"), &error)
        })
    }

    fn command(&self) -> std::io::Result<Command> {
        let plan = &self.shell.plan;
        let mut command = Command::new(&plan.executable.path);
        command.args(&plan.executable.arguments);
        command.stdin(launch::standard_input()?).stdout(Stdio::null()).stderr(plan.standard_error()?);
        // A host's own settings must not make a runtime want a token this client does not send.
        command.env_remove(environment::TOKEN).env_remove(environment::MODE);
        command.envs(plan.variables());
        command.envs(plan.storage_root.iter().map(|root| (environment::STORAGE_ROOT, root)));
        command.envs(plan.executable.variables.iter().map(|(name, value)| (name, value)));
        command.env(environment::USER_ID, &*self.user);
        command.env(environment::BIND_ADDR, self.address.to_string());
        Ok(command)
    }

    async fn until_ready(&mut self, api: &RuntimeApi, process: &Process) -> Awaited {
        let mut unwanted = self.unwanted.clone();
        tokio::select! {
            biased;
            reason = unwanted.wait_for(Option::is_some) => {
                // The sender lives in the shell's entry, which is replaced only when this boot has ended.
                Awaited::Unwanted(reason.ok().and_then(|reason| *reason).unwrap_or(DrainReason::Close))
            }
            how = process.exited() => Awaited::Exited(how),
            answer = self.probe(api) => answer,
        }
    }

    /// Asks who is there until somebody answers. A runtime that listens early holds the question until it is ready,
    /// which costs nothing; one that does not listen yet is asked again after a pause in proportion to its age, so
    /// that the question comes at most a sixteenth of the boot time late.
    async fn probe(&self, api: &RuntimeApi) -> Awaited {
        let began = Instant::now();
        loop {
            match api.health(PROBE_TIMEOUT).await {
                Ok(health) => return self.identify(api, &health),
                Err(error) => *self.seen.lock() = format!("the last health probe said: {error}"),
            }
            tokio::time::sleep((began.elapsed() / 16).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)).await;
        }
    }

    /// A runtime that serves somebody else is not asked twice.
    fn identify(&self, api: &RuntimeApi, health: &Health) -> Awaited {
        let plan = &self.shell.plan;
        if health.workspace_id == plan.project_id && health.user_id == *self.user {
            return Awaited::Ready(health.boot);
        }
        Awaited::Impostor(VoiceError::IdentityMismatch {
            runtime_url: api.url(),
            served: format!("{}/{}", health.workspace_id, health.user_id),
            wanted: format!("{}/{}", plan.project_id, self.user),
        })
    }

    /// Hands the runtime to the pool and watches over its process from then on.
    async fn serve(&self, runtime: Arc<LiveRuntime>, kind: BootKind, began: Instant) {
        if let Err(reason) = self.shell.started(self.id, &runtime, kind) {
            return super::farewell::say_farewell(Arc::clone(&self.shell), self.id, runtime, reason).await;
        }
        self.shell.observer.booted(kind, began, began.elapsed());
        runtime.process.exited().await;
        self.shell.ended(self.id, &runtime);
    }

    /// The boot has failed and there is no process: slot and port are free.
    fn fail(&self, error: VoiceError) {
        self.shell.boot_failed(self.id, error, true);
        self.shell.drained(self.id);
    }

    /// Whoever waits hears at once that it is somebody else; slot and port are given back when the process is gone.
    async fn expel(&self, error: VoiceError, process: &Process, claim: PortClaim) {
        self.shell.boot_failed(self.id, error, false);
        process.end(Ending::Prompt).await;
        drop(claim);
        self.shell.drained(self.id);
    }

    /// The pool does not want the boot any more: it took too long, or its slot is needed, or the pool is closing.
    async fn withdraw(&self, reason: DrainReason, process: &Process, began: Instant, claim: PortClaim) {
        if reason == DrainReason::Crash {
            self.shell.observer.boot_failed(&self.start_failed(self.seen.lock().clone()));
            process.end(Ending::Prompt).await;
        } else {
            process.end(Ending::Gentle).await;
            self.shell.observer.drained(reason, began, began.elapsed());
        }
        drop(claim);
        self.shell.drained(self.id);
    }

    fn start_failed(&self, reason: String) -> VoiceError {
        VoiceError::StartFailed { runtime_url: format!("http://{}", self.address), reason, os_error: None }
    }

    /// The same, where the system refused something.
    fn start_refused(&self, reason: String, error: &std::io::Error) -> VoiceError {
        let os_error = error.raw_os_error();
        VoiceError::StartFailed { runtime_url: format!("http://{}", self.address), reason, os_error }
    }
}

impl LaunchPlan {
    /// What all runtimes of the client have in common.
    fn variables(&self) -> Vec<(&'static str, &str)> {
        let mut variables = vec![
            (environment::API_KEY, self.api_key.as_str()),
            (environment::WORKSPACE_ID, &self.project_id),
            (environment::PROJECT_ID, &self.project_id),
            (environment::AGENT_ID, &self.agent_id),
            (environment::CLOUD_BASE_URL, &self.base_url),
            (environment::LIFELINE, "stdin"),
        ];
        variables.extend(self.org_only.then_some((environment::MODE, environment::ORG_ONLY)));
        variables.extend(self.runtime_token.as_deref().map(|token| (environment::TOKEN, token)));
        variables
    }

    /// Whether the documented folder of the caller's projection exists, for runtimes that do not say how they booted.
    fn kind_by_disk(&self, user: &str) -> BootKind {
        let plain = |id: &str| !id.contains(['/', '\\']) && id != "." && id != "..";
        let folder = self.storage_root.as_ref().filter(|_| plain(user) && plain(&self.project_id));
        match folder.map(|root| root.join(&self.project_id).join(user)) {
            Some(folder) if folder.is_dir() => BootKind::Warm,
            _ => BootKind::Cold,
        }
    }

    fn standard_error(&self) -> std::io::Result<Stdio> {
        let Some(path) = &self.runtime_log else { return Ok(Stdio::null()) };
        Ok(std::fs::File::options().create(true).append(true).open(path)?.into())
    }
}

const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// Half a process start. The timer rounds up to whole milliseconds.
const SHORTEST_PAUSE: Duration = Duration::from_micros(500);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
