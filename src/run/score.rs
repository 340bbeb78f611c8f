//! What the engine writes down while it plays.

use parking_lot::Mutex;

use crate::base::{CallerIndex, TenantIndex, WorkerIndex};
use crate::measure::{Breach, Event, Recorder};

/// What the engine writes down while it plays: events, broken laws, and which saves were acknowledged.
pub(super) struct Score {
    recorder: Mutex<Recorder>,
    breaches: Mutex<Vec<Breach>>,
    /// By tenant.
    saves: Vec<Mutex<Vec<AckedSave>>>,
}

/// A save a runtime has acknowledged, to be looked up in the cloud at the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct AckedSave {
    /// Number of its call.
    pub(super) call: u64,
    /// Number of its turn in the call.
    pub(super) turn: u32,
    pub(super) caller: CallerIndex,
    pub(super) worker: WorkerIndex,
}

impl Score {
    pub(super) fn new(recorder: Recorder, tenants: usize) -> Self {
        let saves = (0..tenants).map(|_| Mutex::default()).collect();
        Self { recorder: Mutex::new(recorder), breaches: Mutex::default(), saves }
    }

    pub(super) fn note(&self, event: &Event) {
        self.recorder.lock().observe(event);
    }

    /// Keeps the first of them: a law that breaks a million times must not fill the memory.
    pub(super) fn breach(&self, breach: Breach) {
        let mut breaches = self.breaches.lock();
        if breaches.len() < MOST_BREACHES {
            breaches.push(breach);
        }
    }

    pub(super) fn acknowledged(&self, tenant: TenantIndex, save: AckedSave) {
        self.saves[tenant.index()].lock().push(save);
    }

    /// The acknowledged saves of a tenant.
    pub(super) fn saves(&self, tenant: TenantIndex) -> Vec<AckedSave> {
        self.saves[tenant.index()].lock().clone()
    }

    pub(super) fn breaches(&self) -> Vec<Breach> {
        self.breaches.lock().clone()
    }

    /// The recorder as it is now; what comes later is not in it.
    pub(super) fn recorder(&self) -> Recorder {
        self.recorder.lock().clone()
    }
}

const MOST_BREACHES: usize = 1000;
