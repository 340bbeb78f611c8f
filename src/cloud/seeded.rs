//! What the cloud knows from the start, as functions of (seed, project, user): nothing is stored for a caller nobody
//! has heard of, so that hundreds of tenants with thousands of callers each cost nothing until they call.

use mock_runtime::wire::cloud::{Chunk, Fact};
use mock_runtime::wire::loopback::Profile;

use super::fingerprint::Fingerprint;
use super::memory::Learned;
use crate::base::{Canary, TOPICS, Topic};

/// Where a caller's knowledge comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seeds {
    /// Seed of everything.
    pub(super) seed: u64,
    /// Facts about each caller.
    pub(super) facts_per_caller: u32,
    /// Chunks of each organisation.
    pub(super) org_chunks: u32,
    /// Whether everybody has a profile.
    pub(super) profiles: bool,
}

impl Seeds {
    /// Facts about `user` of `project`, each with the caller's canary.
    pub(super) fn facts(&self, project: &str, user: &str) -> Vec<Fact> {
        let canary = Canary::of_caller(project, user);
        self.topics(self.facts_per_caller, &[b"facts", project.as_bytes(), user.as_bytes()])
            .map(|(index, topic)| Fact {
                memory_id: format!("fact_{index:04}"),
                text: format!("{} Filed under {}, entry {}.", topic.fact, canary.as_str(), index + 1),
            })
            .collect()
    }

    /// Chunks of `project`, whose name is `name`, each with the project's canary.
    pub(super) fn org(&self, project: &str, name: &str) -> Vec<Chunk> {
        let canary = Canary::of_project(project);
        self.topics(self.org_chunks, &[b"org", project.as_bytes()])
            .map(|(index, topic)| Chunk {
                doc_id: format!("handbook_{}", topic.name),
                chunk_id: format!("handbook_{index:04}"),
                text: format!(
                    "Handbook of {name} ({}), page {}, on {}. Where it applies, say: {}",
                    canary.as_str(),
                    index + 1,
                    topic.name,
                    topic.reply
                ),
            })
            .collect()
    }

    /// Who `user` of `project` is: what was told of him, or else what is on file, or else his name.
    pub(super) fn profile(&self, project: &str, user: &str, learned: Option<&Learned>) -> Option<Profile> {
        let name = learned.and_then(Learned::name);
        let told = learned.and_then(Learned::profile).map(str::to_owned);
        let filed = || self.profiles.then(|| filed(project, user, name));
        let summary = told.or_else(filed).or_else(|| name.map(|name| format!("A caller known as {name}.")));
        summary.map(|summary| Profile { version: learned.map_or(1, Learned::profile_version), summary })
    }

    /// So many topics in turn, from a place that depends on whose they are.
    fn topics(&self, count: u32, owner: &[&[u8]]) -> impl Iterator<Item = (u32, &'static Topic)> {
        let seed = self.seed.to_le_bytes();
        let parts: Vec<&[u8]> = std::iter::once(&seed[..]).chain(owner.iter().copied()).collect();
        let start = Fingerprint::of(&parts).short() % TOPICS.len() as u64;
        let start = usize::try_from(start).expect("an index below a length fits");
        (0..count).zip(TOPICS.iter().cycle().skip(start))
    }
}

/// Who `user` of `project` is, with the caller's canary; `name` once a session told it.
fn filed(project: &str, user: &str, name: Option<&str>) -> String {
    let canary = Canary::of_caller(project, user);
    let known_as = name.map_or_else(String::new, |name| format!(" known as {name},"));
    format!("A returning caller,{known_as} whose file is {}.", canary.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEEDS: Seeds = Seeds { seed: 1, facts_per_caller: 20, org_chunks: 20, profiles: true };

    #[test]
    fn the_same_caller_is_always_the_same_and_another_differs() {
        assert_eq!(SEEDS.facts("p", "me"), SEEDS.facts("p", "me"));
        assert_ne!(SEEDS.facts("p", "me"), SEEDS.facts("p", "you"));
        assert_ne!(SEEDS.facts("p", "me"), SEEDS.facts("q", "me"));
    }

    #[test]
    fn another_seed_tells_another_story() {
        let stories: std::collections::BTreeSet<String> =
            (0..32).map(|seed| Seeds { seed, ..SEEDS }.facts("p", "me")[0].text.clone()).collect();
        assert!(stories.len() > 1, "{stories:?}");
    }

    #[test]
    fn ids_are_unique_however_many_there_are() {
        let ids: std::collections::BTreeSet<String> =
            SEEDS.facts("p", "me").into_iter().map(|fact| fact.memory_id).collect();
        assert_eq!(ids.len(), 20);
    }
}
