//! Everything a call needs to be played.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinSet;
use uuid::Uuid;

use super::alarm::Alarm;
use super::clock::Clock;
use super::driver::{Driver, Mark, Troubles};
use super::progress::Progress;
use super::score::Score;
use super::worker::Worker;
use crate::base::{Canary, TenantIndex, WorkerIndex};
use crate::scenario::{Lease, Scenario};
use crate::workload::Call;

/// A run under way: shared by all its calls.
pub(super) struct Performance {
    /// Tells this run's turns from those of another that left its projections in the same folder.
    pub(super) id: Uuid,
    pub(super) scenario: Arc<Scenario>,
    pub(super) clock: Clock,
    pub(super) alarm: Alarm,
    pub(super) score: Arc<Score>,
    pub(super) progress: Progress,
    /// What went wrong with drivers.
    pub(super) troubles: Arc<Troubles>,
    /// Who was hired, where anybody was.
    pub(super) hired: Option<Crew>,
    /// In the order of the scenario's tenants.
    pub(super) cast: Vec<CastMember>,
}

/// What drivers of a run have in common.
pub(super) struct Crew {
    pub(super) command: Vec<String>,
    pub(super) mark: Mark,
}

/// One tenant on the stage.
pub(super) struct CastMember {
    pub(super) name: String,
    pub(super) project: String,
    pub(super) canary: Canary,
    pub(super) lease: Lease,
    /// One client each.
    pub(super) workers: Vec<Arc<Worker>>,
    /// Where each worker's runtimes keep their callers' memory.
    pub(super) storage: Vec<PathBuf>,
}

impl Performance {
    pub(super) fn tenant(&self, tenant: TenantIndex) -> &CastMember {
        &self.cast[tenant.index()]
    }

    /// The id under which a turn is saved.
    pub(super) fn turn_id(&self, tenant: TenantIndex, call: u64, turn: u32) -> String {
        format!("{}-t{}-c{call}-{turn}", self.id.simple(), tenant.0)
    }

    /// The worker that takes a call.
    pub(super) fn worker(&self, call: &Call) -> &Arc<Worker> {
        let WorkerIndex(worker) = call.worker;
        &self.tenant(call.tenant).workers[usize::from(worker)]
    }

    /// The runtimes that serve, as their clients know them.
    pub(super) fn processes(&self) -> impl Iterator<Item = (TenantIndex, u32)> {
        let of_member = |(index, member): (u16, &CastMember)| {
            let pids: Vec<u32> = member.workers.iter().flat_map(|worker| worker.runtime_pids()).collect();
            pids.into_iter().map(move |pid| (TenantIndex(index), pid))
        };
        (0..).zip(&self.cast).flat_map(of_member)
    }

    /// Every worker.
    pub(super) fn workers(&self) -> impl Iterator<Item = &Arc<Worker>> {
        self.cast.iter().flat_map(|member| &member.workers)
    }

    /// Every driver.
    pub(super) fn drivers(&self) -> impl Iterator<Item = &Driver> {
        self.workers().filter_map(|worker| worker.driver())
    }

    /// Ends every driver, and whatever they started.
    pub(super) async fn dismiss_drivers(&self) {
        let Some(crew) = &self.hired else { return };
        let workers = self.workers().cloned();
        let mut leaving: JoinSet<()> = workers
            .map(|worker| async move {
                if let Some(driver) = worker.driver() {
                    driver.dismiss().await;
                }
            })
            .collect();
        while leaving.join_next().await.is_some() {}
        crew.mark.sweep().await;
    }
}
