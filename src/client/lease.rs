//! The right to use a runtime, given back on drop.

use std::sync::Arc;

use super::live_runtime::LiveRuntime;
use super::shell::PoolShell;
use crate::base::Admission;
use crate::pool::LeaseId;

/// While it is held, its runtime is busy and never a victim.
#[derive(Debug)]
pub(super) struct Lease {
    shell: Arc<PoolShell>,
    id: LeaseId,
    pub(super) runtime: Arc<LiveRuntime>,
    pub(super) admission: Admission,
}

impl Lease {
    pub(super) fn new(shell: Arc<PoolShell>, id: LeaseId, runtime: Arc<LiveRuntime>, admission: Admission) -> Self {
        Self { shell, id, runtime, admission }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shell.give(|pool, now| pool.released(now, self.id));
    }
}
