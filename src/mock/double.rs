//! The double itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::call::{Call, Event};
use super::error::MockError;
use super::hearing::{Audience, Hearing};
use super::launcher::Launcher;
use super::seed::Seed;
use crate::cloud::{CloudSettings, MockCloud};

/// What can be set about a double.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the mock cloud listens; must be loopback. Port 0 lets the system choose.
    pub bind: SocketAddr,
    /// What is known from the start.
    pub seed: Seed,
    /// The mock runtime: a program and its arguments.
    pub runtime: Vec<PathBuf>,
}

/// A mock cloud, and runtimes for whoever starts them. Dropping it ends both.
pub struct Double {
    // In this order: a cloud that goes before its runtimes would make them complain, and the folder is theirs.
    hearing: Hearing,
    cloud: MockCloud,
    executable: PathBuf,
    seed: Seed,
    _folder: TempDir,
}

/// A runtime that lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Living {
    /// Process id.
    pub pid: u32,
    /// Where it listens.
    pub port: u16,
    /// Its project.
    pub project: String,
    /// Its agent; may be empty.
    pub agent: String,
    /// Its caller.
    pub caller: String,
}

impl Double {
    /// Starts one. Everything that happens is told to `audience`, on threads of the double's own: it should be quick.
    pub fn start(settings: Settings, audience: impl Fn(Event) + Send + Sync + 'static) -> Result<Self, MockError> {
        let Settings { bind, seed, runtime } = settings;
        let audience: Audience = Arc::new(audience);
        let unusable = |source| MockError::Folder { folder: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("busyhour-mock-").tempdir().map_err(unusable)?;
        let cloud = cloud(bind, &seed, Arc::clone(&audience))?;
        let (witness, storage) = (folder.path().join("runtimes"), folder.path().join("memory"));
        let hearing = Hearing::start(&witness, audience).map_err(unusable)?;
        let launcher = Launcher { program: &runtime, cloud: &cloud.base_url(), witness: &witness, storage: &storage };
        let executable = launcher.write(folder.path())?;
        Ok(Self { hearing, cloud, executable, seed, _folder: folder })
    }

    /// Where the mock cloud listens.
    pub fn base_url(&self) -> String {
        self.cloud.base_url()
    }

    /// What a client starts for a caller.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// What was known from the start.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The variables with which an official client finds its way here: in the name of the first project and its first
    /// agent.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let project = &self.seed.projects[0];
        vec![
            ("MEMOAIR_API_KEY", self.seed.api_key.clone()),
            ("MEMOAIR_PROJECT_ID", project.id.clone()),
            ("MEMOAIR_AGENT_ID", project.agents[0].clone()),
            ("MEMOAIR_BASE_URL", self.base_url()),
            ("MEMOAIR_RUNTIME_BINARY", self.executable.to_string_lossy().into_owned()),
        ]
    }

    /// The runtimes that live.
    pub fn living(&self) -> Vec<Living> {
        self.hearing.living()
    }
}

fn cloud(bind: SocketAddr, seed: &Seed, audience: Audience) -> Result<MockCloud, MockError> {
    let settings = CloudSettings {
        account_key: seed.api_key.clone(),
        bind,
        // What is known is what the seed says: nothing else turns up in answers.
        facts_per_caller: 0,
        org_chunks: 0,
        profiles: false,
        ..CloudSettings::default()
    };
    let cloud = MockCloud::start_heard(settings, move |call| audience(Event::Called(Call::from(call))))?;
    seed.plant(&cloud)?;
    Ok(cloud)
}
