//! What the cloud has learned about one caller, beyond what it knew from the start.

use std::collections::VecDeque;

use mock_runtime::wire::cloud::Fact;

/// What calls have taught the cloud about a caller, and what it was told of him before. Bounded: the newest [`NEWEST`]
/// turns heard and as many facts.
#[derive(Debug)]
pub(super) struct Learned {
    told: Acquaintance,
    version: u64,
    name: Option<String>,
    profile_version: u64,
    /// [`Self::version`] at which the profile last changed.
    profile_since: u64,
    /// Turns delivered since the last session ended, oldest first.
    heard: VecDeque<String>,
    /// Facts in their slots; a fact's slot is its number modulo [`NEWEST`].
    facts: Vec<LearnedFact>,
    /// Facts there ever were; [`Self::facts`] holds the newest.
    numbered: usize,
}

/// What the cloud is told of a caller before anybody calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Acquaintance {
    /// What the caller is called.
    pub name: Option<String>,
    /// Who the caller is, in a sentence or two.
    pub profile: Option<String>,
    /// Facts about the caller.
    pub facts: Vec<String>,
}

#[derive(Debug)]
struct LearnedFact {
    since: u64,
    text: String,
}

impl Learned {
    /// Of a caller the cloud was told of.
    pub(super) fn told(told: Acquaintance) -> Self {
        Self { name: told.name.clone(), told, ..Self::default() }
    }

    /// The profile the cloud was told.
    pub(super) fn profile(&self) -> Option<&str> {
        self.told.profile.as_deref()
    }

    /// Version of the caller's memory. That of a caller nothing was learned about is 1.
    pub(super) fn version(&self) -> u64 {
        self.version
    }

    /// The caller's name, once a session told it.
    pub(super) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Version of the caller's profile.
    pub(super) fn profile_version(&self) -> u64 {
        self.profile_version
    }

    /// Whether the profile changed after `version`.
    pub(super) fn profile_changed_since(&self, version: u64) -> bool {
        self.profile_since > version
    }

    /// Facts learned after `version`. A newer fact has the id of the one it displaced, so that a runtime that adds
    /// these to its own holds what a snapshot would give it.
    pub(super) fn facts_since(&self, version: u64) -> impl Iterator<Item = Fact> {
        let told = if version < FIRST_VERSION { &self.told.facts[..] } else { &[] };
        let told = told.iter().enumerate().map(|(index, text)| (format!("told_{index:02}"), text));
        let learned = self.facts.iter().enumerate().filter(move |(_, fact)| fact.since > version);
        let learned = learned.map(|(slot, fact)| (format!("call_{slot:02}"), &fact.text));
        told.chain(learned).map(|(memory_id, text)| Fact { memory_id, text: text.clone() })
    }

    /// A session told the caller's name.
    pub(super) fn introduce(&mut self, name: &str) {
        if self.name.as_deref() == Some(name) {
            return;
        }
        self.name = Some(name.to_owned());
        self.version += 1;
        self.profile_version += 1;
        self.profile_since = self.version;
    }

    /// A turn was delivered.
    pub(super) fn hear(&mut self, text: String) {
        if self.heard.len() == NEWEST {
            self.heard.pop_front();
        }
        self.heard.push_back(text);
    }

    /// A session ended: what was heard becomes permanent, turns of sessions that never ended included.
    pub(super) fn consolidate(&mut self) {
        if self.heard.is_empty() {
            return;
        }
        self.version += 1;
        for text in self.heard.drain(..) {
            let fact = LearnedFact { since: self.version, text };
            match self.facts.get_mut(self.numbered % NEWEST) {
                Some(slot) => *slot = fact,
                None => self.facts.push(fact),
            }
            self.numbered += 1;
        }
    }
}

impl Default for Learned {
    fn default() -> Self {
        Self {
            told: Acquaintance::default(),
            version: FIRST_VERSION,
            name: None,
            profile_version: 1,
            profile_since: FIRST_VERSION,
            heard: VecDeque::new(),
            facts: Vec::new(),
            numbered: 0,
        }
    }
}

/// Of a memory nothing was learned for.
const FIRST_VERSION: u64 = 1;

/// Turns and facts kept per caller.
pub(super) const NEWEST: usize = 32;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn as_map(facts: impl Iterator<Item = Fact>) -> BTreeMap<String, String> {
        facts.map(|fact| (fact.memory_id, fact.text)).collect()
    }

    #[test]
    fn adding_every_delta_to_an_empty_store_gives_the_snapshot() {
        let mut memory = Learned::default();
        let mut store = BTreeMap::new();
        for call in 0..20 {
            let held = memory.version();
            (0..=call % 5).for_each(|turn| memory.hear(format!("call {call}, turn {turn}")));
            memory.consolidate();
            store.extend(as_map(memory.facts_since(held)));
            assert_eq!(store, as_map(memory.facts_since(0)), "after call {call}");
        }
        assert_eq!(store.len(), NEWEST);
    }

    #[test]
    fn only_the_newest_turns_survive_a_session_that_never_ends() {
        let mut memory = Learned::default();
        (0..NEWEST + 3).for_each(|turn| memory.hear(format!("{turn}")));
        memory.consolidate();
        let texts: Vec<String> = memory.facts_since(0).map(|fact| fact.text).collect();
        assert_eq!(texts.first().map(String::as_str), Some("3"));
        assert_eq!(texts.len(), NEWEST);
    }

    #[test]
    fn hearing_the_same_name_again_changes_nothing() {
        let mut memory = Learned::default();
        memory.introduce("Ada");
        let version = memory.version();
        memory.introduce("Ada");
        assert_eq!(memory.version(), version);
        assert!(!memory.profile_changed_since(version));
    }
}
