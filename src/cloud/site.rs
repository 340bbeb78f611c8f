//! What the calls of one running cloud share.

use std::time::Duration;

use mock_runtime::wire::cloud::{
    BootstrapRequest, EventBatch, EventReceipt, IndexCreate, IndexInfo, IndexList, Projection,
};
use parking_lot::Mutex;
use uuid::Uuid;

use super::conditions::Conditions;
use super::hearing::Ear;
use super::identity::Identity;
use super::ledger::Tally;
use super::projection::{Sources, is_org_only};
use super::projects::Registry;
use super::refusal::Refusal;
use super::seeded::Seeds;
use super::settings::CloudSettings;
use super::token::Binding;
use super::{events, index};
use crate::base::{Distribution, Span, Stream};

/// One running cloud, without its sockets. Its server is a single thread; the locks are for the harness, which reads
/// the ledger meanwhile, and are held for microseconds and never across an await.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) account_key: String,
    pub(super) conditions: Conditions,
    pub(super) registry: Mutex<Registry>,
    pub(super) tally: Mutex<Tally>,
    /// Somebody to tell of every call.
    pub(super) ear: Option<Ear>,
    /// Differs with every start, so that no sync token of an earlier life is honoured.
    life: u128,
    seeds: Seeds,
    latency: Distribution,
    draws: Mutex<Stream>,
}

impl Site {
    pub(super) fn new(settings: CloudSettings, ear: Option<Ear>) -> Self {
        let CloudSettings { account_key, latency, facts_per_caller, org_chunks, profiles, seed, bind: _ } = settings;
        Self {
            account_key,
            conditions: Conditions::default(),
            registry: Mutex::new(Registry::new(seed)),
            tally: Mutex::default(),
            life: Uuid::new_v4().as_u128(),
            ear,
            seeds: Seeds { seed, facts_per_caller, org_chunks, profiles },
            latency,
            draws: Mutex::new(Stream::named(seed, "cloud.latency", 0)),
        }
    }

    /// How late the next answer is to be.
    pub(super) fn draw_latency(&self) -> Duration {
        let drawn = Span::from_ns(self.latency.draw(&mut self.draws.lock()));
        (drawn + self.conditions.extra_latency()).into()
    }

    pub(super) fn bootstrap(&self, identity: &Identity, request: &BootstrapRequest) -> Result<Projection, Refusal> {
        let org_only = is_org_only(request)?;
        let (project_id, user) = (identity.project(), request.user_id.as_str());
        identity.demand_user(user)?;
        let binding = Binding::new(self.life, project_id, user, org_only);
        let mut registry = self.registry.lock();
        let sources =
            Sources { seeds: self.seeds, project_id, project: registry.project_mut(project_id), user, org_only };
        Ok(sources.projection(binding, request.sync_token.as_deref()))
    }

    pub(super) fn take_events(&self, identity: &Identity, batch: EventBatch) -> Result<EventReceipt, Refusal> {
        let EventBatch { user_id, events } = batch;
        identity.demand_user(&user_id)?;
        let checked = events::check(events)?;
        Ok(events::take(self.registry.lock().project_mut(identity.project()), &user_id, checked))
    }

    /// Of a project the account has.
    pub(super) fn create_index(&self, project: &str, batch: &IndexCreate) -> Result<IndexInfo, Refusal> {
        let checked = index::check(batch)?;
        Ok(self.registry.lock().project_mut(project).library.create(checked))
    }

    pub(super) fn list_indexes(&self, identity: &Identity) -> IndexList {
        self.registry.lock().project_mut(identity.project()).library.list()
    }
}
