//! Everything that has to stand before the first call rings.

use std::io::Write;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mock_runtime::behaviour::Behaviour;
use mock_runtime::wire::environment;
use tempfile::TempDir;
use uuid::Uuid;

use super::alarm::Alarm;
use super::clock::Clock;
use super::driver::{Driver, Troubles};
use super::engine::stopped;
use super::error::RunError;
use super::hiring::{Hiring, Position};
use super::performance::{CastMember, Crew, Performance};
use super::pool_watch::{PoolWatch, SiteLevels, TenantLevels};
use super::progress::Progress;
use super::score::Score;
use super::witness::{Post, Witness};
use super::worker::{Builtin, Hired, Worker};
use super::{EMBEDDED_RUNTIME, Options, RUNTIME_NAME, Stop};
use crate::base::{Canary, Span, TenantIndex};
use crate::client::{Executable, PartnerClient, VoiceClient, VoiceClientBuilder};
use crate::cloud::{CloudSettings, MockCloud};
use crate::scenario::{Lease, Program, Scenario};
use crate::workload::Route;

/// A raised stage. Dropping it takes everything down again.
pub(super) struct Stage {
    pub(super) performance: Arc<Performance>,
    pub(super) witness: Witness,
    pub(super) cloud: MockCloud,
    pub(super) folder: WorkFolder,
}

/// Where a run keeps its projections and logs; removed at the end where it is temporary.
pub(super) struct WorkFolder {
    path: PathBuf,
    _temporary: Option<TempDir>,
}

impl WorkFolder {
    pub(super) fn open(wanted: Option<&Path>) -> Result<Self, RunError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| RunError::Folder { path, source }
        };
        if let Some(path) = wanted {
            std::fs::create_dir_all(path).and_then(|()| try_to_fill(path)).map_err(failed(path))?;
            let path = path.canonicalize().map_err(failed(path))?;
            return Ok(Self { path, _temporary: None });
        }
        let temporary = tempfile::Builder::new().prefix("busyhour-").tempdir();
        let temporary = temporary.and_then(|folder| try_to_fill(folder.path()).map(|()| folder));
        let temporary = temporary.map_err(failed(&std::env::temp_dir()))?;
        Ok(Self { path: temporary.path().to_owned(), _temporary: Some(temporary) })
    }

    /// Where a host keeps its callers' projections. Workers that take calls of the same callers in turn cannot share
    /// one: a folder belongs to one process.
    pub(super) fn storage(&self, host: u16, apart: Option<u16>) -> PathBuf {
        let host = self.path.join(format!("host-{host}"));
        apart.map_or_else(|| host.clone(), |worker| host.join(format!("worker-{worker}")))
    }

    /// Where the trial's runtime keeps its projection; of no use after it.
    pub(super) fn trial(&self) -> PathBuf {
        self.path.join("trial")
    }

    /// Where drivers that come with this program are written.
    pub(super) fn drivers(&self) -> PathBuf {
        self.path.join("drivers")
    }

    /// The built-in runtime as a file that takes no arguments: by its name this program knows what to be.
    pub(super) fn runtime_binary(&self) -> Result<PathBuf, RunError> {
        let link = self.path.join(RUNTIME_NAME);
        let made = std::env::current_exe().and_then(|program| {
            let _ = std::fs::remove_file(&link);
            std::os::unix::fs::symlink(program, &link)
        });
        made.map(|()| link.clone()).map_err(|source| RunError::Folder { path: link, source })
    }

    pub(super) fn runtime_log(&self) -> PathBuf {
        self.path.join("runtimes.log")
    }
}

/// Writes as much as a few runtimes do, and takes it away again: a full disk is better met before the run.
fn try_to_fill(folder: &Path) -> std::io::Result<()> {
    tempfile::NamedTempFile::new_in(folder)?.write_all(&vec![0; 256 * 1024])
}

/// The account under which everything happens; the mock cloud knows no other.
pub(super) const ACCOUNT_KEY: &str = "memoair_pk_busyhour";

/// Starts the cloud, onboards the tenants, and builds one client per worker.
pub(super) async fn raise(scenario: &Arc<Scenario>, options: &Options, progress: &Progress) -> Result<Stage, RunError> {
    let folder = WorkFolder::open(options.work_dir.as_deref())?;
    let cloud = MockCloud::start(CloudSettings {
        account_key: ACCOUNT_KEY.to_owned(),
        latency: scenario.cloud.latency.clone(),
        facts_per_caller: scenario.cloud.facts_per_caller,
        org_chunks: scenario.cloud.org_chunks,
        seed: scenario.seed,
        ..CloudSettings::default()
    })?;
    super::trial::play(scenario, &cloud, &folder, options.stop.clone()).await?;
    let hiring = Hiring::prepare(scenario, &folder)?;
    let mark = hiring.as_ref().map(|hiring| hiring.mark().clone());
    let mut stop = options.stop.clone();
    let raised = tokio::select! {
        raised = furnish(scenario, cloud, folder, hiring, progress) => raised,
        () = stopped(&mut stop, Stop::Soon) => Err(RunError::Interrupted),
    };
    if let (Err(_), Some(mark)) = (&raised, mark) {
        // Drivers are killed as they are let go; whom they had started by then is not known to anybody.
        mark.sweep().await;
    }
    raised
}

/// Whoever is on the stage, when that is open. Drivers may take long to say hello and to build their clients; dropped
/// meanwhile, this lets them go.
async fn furnish(
    scenario: &Arc<Scenario>,
    cloud: MockCloud,
    folder: WorkFolder,
    hiring: Option<Hiring>,
    progress: &Progress,
) -> Result<Stage, RunError> {
    let identities = onboard(scenario, &cloud).await?;
    let troubles = Arc::new(Troubles::default());
    let began = Instant::now();
    let drivers = match &hiring {
        Some(hiring) => hiring.recruit(scenario, &troubles).await?,
        None => Vec::new(),
    };
    // Whoever is slow to start may be slow to open.
    let countdown = if drivers.is_empty() { COUNTDOWN } else { OPENING + began.elapsed() / 4 };
    let clock = Clock::starting(countdown);
    let witness = Witness::start(posts(scenario), scenario.tenants.len(), clock)?;
    let score = Arc::new(Score::new(scenario));
    progress.counts(&score);
    let projects: Vec<&str> = identities.iter().map(|identity| identity.project.as_str()).collect();
    let behaviour = scenario.behaviour(clock.origin_ns(), &projects);
    let casting = Casting {
        scenario,
        cloud: &cloud,
        folder: &folder,
        witness: &witness,
        clock,
        score: &score,
        behaviour,
        hiring: hiring.as_ref(),
    };
    let cast = casting.cast(identities, drivers, progress).await?;
    let hired = hiring.map(|hiring| Crew { command: hiring.command(), mark: hiring.mark().clone() });
    let alarm = Alarm::start(clock).map_err(|source| RunError::System { what: "a timer", source })?;
    let (scenario, progress) = (Arc::clone(scenario), progress.clone());
    let performance =
        Arc::new(Performance { id: Uuid::new_v4(), scenario, clock, alarm, score, progress, troubles, hired, cast });
    Ok(Stage { performance, witness, cloud, folder })
}

/// What a runtime of the scenario is started with.
pub(super) fn executable(scenario: &Scenario, behaviour: &Behaviour, witness: Option<&Path>) -> Executable {
    let behaviour = serde_json::to_string(behaviour).expect("a behaviour is JSON");
    let mut variables = vec![(environment::BEHAVIOUR.into(), behaviour.into())];
    variables.extend(witness.map(|socket| (environment::WITNESS.into(), socket.into())));
    match &scenario.runtime.program {
        Program::Binary(path) => Executable { variables, ..Executable::file(path) },
        Program::Mock => Executable {
            path: std::env::current_exe().expect("a running program knows its file"),
            arguments: vec![EMBEDDED_RUNTIME.into()],
            variables,
        },
    }
}

/// A client builder with what all clients of the scenario have in common.
pub(super) fn client(scenario: &Scenario, cloud: &MockCloud) -> VoiceClientBuilder {
    VoiceClient::builder().api_key(ACCOUNT_KEY).base_url(cloud.base_url()).pool(scenario.pool.clone())
}

/// Who a tenant is to the cloud.
struct Identity {
    project: String,
    agents: Vec<String>,
}

/// Tenants that name their ids are known to the cloud from the start; the others go through the partner API.
async fn onboard(scenario: &Scenario, cloud: &MockCloud) -> Result<Vec<Identity>, RunError> {
    let mut identities = Vec::new();
    for (index, tenant) in scenario.tenants.iter().enumerate() {
        let failed = |error| RunError::Onboarding { tenant: tenant.name.clone(), error };
        let partner = PartnerClient::new(&cloud.base_url(), ACCOUNT_KEY).map_err(failed)?;
        let workers = usize::from(scenario.traffic.tenants[index].workers);
        let (project, mut agents) = match &tenant.project {
            Some(project) => (project.clone(), tenant.agents.clone()),
            None => (partner.create_project(&tenant.name, &slug(index), "").await.map_err(failed)?, Vec::new()),
        };
        if tenant.project.is_some() && agents.is_empty() {
            agents = vec![format!("agent_{project}")];
        }
        if tenant.project.is_some() {
            let known: Vec<&str> = agents.iter().map(String::as_str).collect();
            cloud.add_project(&project, &tenant.name, &known);
        }
        let missing = if agents.is_empty() { workers } else { 0 };
        for worker in 0..missing {
            let name = format!("{} {}", tenant.name, worker + 1);
            agents.push(partner.create_agent(&project, &name).await.map_err(failed)?);
        }
        identities.push(Identity { project, agents });
    }
    Ok(identities)
}

/// Unique whatever the tenants are called.
fn slug(index: usize) -> String {
    format!("tenant-{}", index + 1)
}

/// One post per worker, in the order in which clients are built.
fn posts(scenario: &Scenario) -> Vec<Post> {
    let pool = &scenario.pool;
    let unused = pool.runtime_idle_ttl + pool.reap_interval + Span::from(LONGEST_DRAIN);
    let workers = scenario.traffic.tenants.iter().zip(&scenario.tenants).enumerate();
    workers
        .flat_map(|(index, (traffic, tenant))| (0..traffic.workers).map(move |worker| (index, worker, tenant.lease)))
        .enumerate()
        .map(|(number, (tenant, _, lease))| Post {
            tenant: TenantIndex(u16::try_from(tenant).expect("a scenario has fewer than 65,536 tenants")),
            host: scenario.host_of(number),
            cap: pool.max_concurrent_users,
            ttl: pool.runtime_idle_ttl,
            idle_limit: (lease == Lease::Turn).then_some(unused),
        })
        .collect()
}

/// Hosts have a loopback address each, and with it ports of their own.
pub(super) fn address_of(host: u16) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::LOCALHOST) + u32::from(host))
}

/// What building the clients takes.
struct Casting<'s> {
    scenario: &'s Arc<Scenario>,
    cloud: &'s MockCloud,
    folder: &'s WorkFolder,
    witness: &'s Witness,
    clock: Clock,
    score: &'s Arc<Score>,
    behaviour: Behaviour,
    hiring: Option<&'s Hiring>,
}

impl Casting<'_> {
    /// `drivers` has one for each worker, where any are hired.
    async fn cast(
        &self,
        identities: Vec<Identity>,
        drivers: Vec<Driver>,
        progress: &Progress,
    ) -> Result<Vec<CastMember>, RunError> {
        let mut drivers = drivers.into_iter();
        let site = SiteLevels::new(progress.clone());
        let (mut post, mut members) = (0, Vec::with_capacity(identities.len()));
        for (index, identity) in identities.into_iter().enumerate() {
            members.push(self.member(index, identity, &site, (&mut post, &mut drivers)).await?);
        }
        Ok(members)
    }

    async fn member(
        &self,
        index: usize,
        identity: Identity,
        site: &Arc<SiteLevels>,
        (post, drivers): (&mut usize, &mut impl Iterator<Item = Driver>),
    ) -> Result<CastMember, RunError> {
        let tenant = &self.scenario.tenants[index];
        let workers = usize::from(self.scenario.traffic.tenants[index].workers);
        let levels = TenantLevels::new(workers, site);
        let (mut staff, mut storage) = (Vec::with_capacity(workers), Vec::with_capacity(workers));
        for worker in 0..workers {
            let watch = PoolWatch {
                tenant: TenantIndex(u16::try_from(index).expect("a scenario has fewer than 65,536 tenants")),
                worker,
                clock: self.clock,
                score: Arc::clone(self.score),
                levels: Arc::clone(&levels),
            };
            storage.push(self.storage(index, worker, *post));
            let seat = Seat { identity: &identity, worker, post: *post, storage: &storage[worker] };
            staff.push(Arc::new(match self.hiring.zip(drivers.next()) {
                None => self.builtin(&seat, watch, &tenant.name)?,
                Some(hired) => self.hired(&seat, watch, hired).await,
            }));
            *post += 1;
        }
        let canary = Canary::of_project(&identity.project);
        let (name, lease) = (tenant.name.clone(), tenant.lease);
        Ok(CastMember { name, project: identity.project, canary, lease, workers: staff, storage })
    }

    fn builtin(&self, seat: &Seat<'_>, watch: PoolWatch, tenant: &str) -> Result<Worker, RunError> {
        let built = client(self.scenario, self.cloud)
            .project_id(&seat.identity.project)
            .agent_id(seat.agent())
            .runtime_host(address_of(self.scenario.host_of(seat.post)))
            .runtime_log(self.folder.runtime_log())
            .executable(self.executable(seat.post))
            .observer(Arc::new(watch))
            .storage_root(seat.storage)
            .build();
        let client = built.map_err(|error| RunError::Client { tenant: tenant.to_owned(), error })?;
        let (clock, score, scenario) = (self.clock, Arc::clone(self.score), Arc::clone(self.scenario));
        let (post, register) = (seat.post, self.witness.register());
        Ok(Worker::Builtin(Builtin { client, clock, post, register, score, scenario }))
    }

    async fn hired(&self, seat: &Seat<'_>, watch: PoolWatch, (hiring, driver): (&Hiring, Driver)) -> Worker {
        self.witness.shadow(seat.post, Arc::new(watch), self.scenario.pool.runtime_idle_ttl);
        let position = Position {
            api_key: ACCOUNT_KEY,
            project: &seat.identity.project,
            agent: seat.agent(),
            base_url: &self.cloud.base_url(),
            host: address_of(self.scenario.host_of(seat.post)).to_string(),
            storage: seat.storage,
            executable: self.executable(seat.post),
        };
        driver.open(self.clock, &hiring.settings(self.scenario, &position)).await;
        let (post, register, score) = (seat.post, self.witness.register(), Arc::clone(self.score));
        Worker::Hired(Hired { driver, post, register, score })
    }

    fn executable(&self, post: usize) -> Executable {
        executable(self.scenario, &self.behaviour, Some(self.witness.socket(post)))
    }

    fn storage(&self, tenant: usize, worker: usize, post: usize) -> PathBuf {
        let apart = (self.scenario.traffic.tenants[tenant].route == Route::Spread)
            .then(|| u16::try_from(worker).expect("workers are counted in 16 bits"));
        self.folder.storage(self.scenario.host_of(post), apart)
    }
}

/// One worker's place.
struct Seat<'s> {
    identity: &'s Identity,
    /// Within its tenant.
    worker: usize,
    /// Among all.
    post: usize,
    storage: &'s Path,
}

impl Seat<'_> {
    fn agent(&self) -> &str {
        let agents = &self.identity.agents;
        &agents[self.worker % agents.len()]
    }
}

/// Between the end of the preparations and time zero.
const COUNTDOWN: Duration = Duration::from_millis(20);
/// The same, where drivers are to build their clients meanwhile.
const OPENING: Duration = Duration::from_millis(200);
/// Session end, flush, SIGTERM and SIGKILL, each at its timeout.
const LONGEST_DRAIN: Duration = Duration::from_secs(15);
