//! Who is hired: from the scenario's driver to a job for each worker.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mock_runtime::wire::environment;
use tokio::task::JoinSet;

use super::driver::{Driver, Job, Mark, Settings, ShippedDriver, Troubles};
use super::error::RunError;
use super::stage::WorkFolder;
use crate::client::Executable;
use crate::scenario::{self, Program, Scenario};

/// What all workers of a run are hired by.
pub(super) struct Hiring {
    command: Vec<OsString>,
    folder: Option<PathBuf>,
    name: String,
    /// The runtime as a file without arguments.
    runtime: PathBuf,
    mark: Mark,
}

/// One worker's particulars.
pub(super) struct Position<'p> {
    pub(super) api_key: &'p str,
    pub(super) project: &'p str,
    pub(super) agent: &'p str,
    pub(super) base_url: &'p str,
    pub(super) host: String,
    pub(super) storage: &'p Path,
    pub(super) executable: Executable,
}

impl Hiring {
    /// Nothing where the client under test is the built-in one.
    pub(super) fn prepare(scenario: &Scenario, work: &WorkFolder) -> Result<Option<Self>, RunError> {
        let (command, folder) = match &scenario.client.driver {
            scenario::Driver::Builtin => return Ok(None),
            scenario::Driver::MemoairVoice => (ShippedDriver::MEMOAIR_VOICE.command(&work.drivers())?, None),
            scenario::Driver::Command { words, folder } => (words.iter().map(OsString::from).collect(), folder.clone()),
        };
        let name = scenario.client.driver.name();
        let runtime = match &scenario.runtime.program {
            Program::Binary(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
            Program::Mock => work.runtime_binary()?,
        };
        Ok(Some(Self { command, folder, name, runtime, mark: Mark::new() }))
    }

    pub(super) fn mark(&self) -> &Mark {
        &self.mark
    }

    /// Hires a driver for each worker, all at once.
    pub(super) async fn recruit(&self, scenario: &Scenario, troubles: &Arc<Troubles>) -> Result<Vec<Driver>, RunError> {
        let workers: usize = scenario.traffic.tenants.iter().map(|tenant| usize::from(tenant.workers)).sum();
        let mut hired = JoinSet::new();
        for post in 0..workers {
            let (job, troubles) = (self.job(scenario), Arc::clone(troubles));
            hired.spawn(async move { job.hire(&troubles).await.map(|driver| (post, driver)) });
        }
        let mut drivers = BTreeMap::new();
        while let Some(joined) = hired.join_next().await {
            let (post, driver) = joined.expect("hiring does not panic")?;
            drivers.insert(post, driver);
        }
        Ok(drivers.into_values().collect())
    }

    fn job(&self, scenario: &Scenario) -> Job {
        Job {
            command: self.command.clone(),
            folder: self.folder.clone(),
            name: self.name.clone(),
            patience: Duration::from(scenario.client.patience),
            mark: self.mark.clone(),
        }
    }

    /// What a worker's client is built from.
    pub(super) fn settings(&self, scenario: &Scenario, position: &Position<'_>) -> Settings {
        let pool = &scenario.pool;
        let ms = |span: crate::base::Span| span.ns() / 1_000_000;
        let (first, last) = pool.runtime_port_range.clone().into_inner();
        Settings {
            api_key: position.api_key.to_owned(),
            project_id: position.project.to_owned(),
            agent_id: position.agent.to_owned(),
            base_url: position.base_url.to_owned(),
            max_concurrent_users: pool.max_concurrent_users,
            runtime_idle_ttl_ms: ms(pool.runtime_idle_ttl),
            reap_interval_ms: ms(pool.reap_interval),
            boot_timeout_ms: ms(pool.boot_timeout),
            runtime_port_range: [first, last],
            runtime_host: position.host.clone(),
            runtime_binary: self.runtime.to_string_lossy().into_owned(),
            storage_root: position.storage.to_string_lossy().into_owned(),
            environment: environment(position),
        }
    }

    /// The command as it is told in a summary.
    pub(super) fn command(&self) -> Vec<String> {
        self.command.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }
}

/// What runtimes must find in their environment: how to behave, whom to report to, where to keep memories should the
/// client not say so.
fn environment(position: &Position<'_>) -> BTreeMap<String, String> {
    let text = |word: &OsString| word.to_string_lossy().into_owned();
    let variables = position.executable.variables.iter().map(|(name, value)| (text(name), text(value)));
    let storage = (environment::STORAGE_ROOT.to_owned(), position.storage.to_string_lossy().into_owned());
    variables.chain([storage]).collect()
}
