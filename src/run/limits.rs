//! How many files the process may open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::error::RunError;
use crate::scenario::Scenario;

/// Raises the soft limit as far as the hard one allows, and says so where that is not enough.
pub(super) fn raise_open_files(scenario: &Scenario) -> Result<(), RunError> {
    let needed = open_files(scenario);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(allowed) = maximum.filter(|maximum| *maximum < needed) {
        return Err(RunError::OpenFiles { needed, allowed });
    }
    // Where there is no hard limit the kernel has one of its own, so infinity is not asked for.
    let raised = Rlimit { current: maximum.or(Some(needed)), maximum };
    setrlimit(Resource::Nofile, raised)
        .map_err(|error| RunError::System { what: "a higher limit of open files", source: error.into() })
}

/// Per runtime: our connections to it, its own to the mock cloud, its process handle, the claim on its port, and its line
/// to the witness; 5.2 were measured with 2,000 runtimes. Per tenant: what its workers hold to the cloud. A runtime beyond the callers there are is never started.
fn open_files(scenario: &Scenario) -> u64 {
    let workers = scenario.traffic.tenants.iter().map(|tenant| u64::from(tenant.workers));
    let pools = workers.map(|workers| workers * u64::from(scenario.pool.max_concurrent_users));
    let ports = scenario.pool.runtime_port_range.len() as u64 * u64::from(scenario.hosts);
    let runtimes = pools.sum::<u64>().min(ports);
    PER_RUNTIME * runtimes + PER_TENANT * scenario.tenants.len() as u64 + FOR_THE_HARNESS
}

const PER_RUNTIME: u64 = 6;
const PER_TENANT: u64 = 4;
const FOR_THE_HARNESS: u64 = 128;
