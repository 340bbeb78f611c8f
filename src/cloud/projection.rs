//! What a runtime is given to boot from: a snapshot, or what changed.

use mock_runtime::wire::cloud::{BootstrapRequest, Chunk, Projection};
use mock_runtime::wire::environment::{ORG_ONLY, ORG_USER};

use super::memory::Learned;
use super::projects::Project;
use super::refusal::Refusal;
use super::seeded::Seeds;
use super::token::{Binding, Versions};

/// Checks what a runtime asks for; true where it wants the organisation's knowledge only.
pub(super) fn is_org_only(request: &BootstrapRequest) -> Result<bool, Refusal> {
    if request.user_id.trim().is_empty() {
        return Err(Refusal::bad_field("userId", "is blank: name the caller, or __org__"));
    }
    match request.mode.as_deref() {
        Some(ORG_ONLY) => Ok(true),
        None => Ok(request.user_id == ORG_USER),
        Some(_) => Err(Refusal::bad_field("mode", "is unknown: use org_only, or leave it out")),
    }
}

/// Everything a projection is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sources<'a> {
    pub(super) seeds: Seeds,
    pub(super) project_id: &'a str,
    pub(super) project: &'a Project,
    pub(super) user: &'a str,
    pub(super) org_only: bool,
}

impl Sources<'_> {
    /// The projection for the bearer of `token`.
    pub(super) fn projection(self, binding: Binding, token: Option<&str>) -> Projection {
        let held = token.and_then(|token| binding.read(token)).filter(|held| self.can_tell_since(*held));
        // Versions start at 1, so that everything changed since 0.
        let since = held.unwrap_or(Versions { permanent: 0, org: 0 });
        let versions = self.versions();
        let mut projection = Projection {
            snapshot: held.is_none(),
            sync_token: binding.token(versions),
            permanent_manifest_version: versions.permanent,
            org_manifest_version: versions.org,
            org: self.org_since(since.org),
            ..Projection::default()
        };
        if !self.org_only {
            self.add_caller_since(since.permanent, &mut projection);
        }
        projection
    }

    fn versions(self) -> Versions {
        let permanent = if self.org_only { 0 } else { self.learned().map_or(1, Learned::version) };
        Versions { permanent, org: self.project.library.version() }
    }

    fn can_tell_since(self, held: Versions) -> bool {
        self.project.library.has_only_grown_since(held.org) && held.permanent <= self.versions().permanent
    }

    fn org_since(self, version: u64) -> Vec<Chunk> {
        let seeded = if version == 0 { self.seeds.org(self.project_id, &self.project.name) } else { Vec::new() };
        seeded.into_iter().chain(self.project.library.chunks_since(version)).collect()
    }

    fn add_caller_since(self, version: u64, projection: &mut Projection) {
        let learned = self.learned();
        if version == 0 || learned.is_some_and(|learned| learned.profile_changed_since(version)) {
            projection.profile = self.seeds.profile(self.project_id, self.user, learned);
        }
        if version == 0 {
            projection.permanent = self.seeds.facts(self.project_id, self.user);
        }
        projection.permanent.extend(learned.into_iter().flat_map(|learned| learned.facts_since(version)));
    }

    fn learned(&self) -> Option<&Learned> {
        self.project.callers.get(self.user)
    }
}
