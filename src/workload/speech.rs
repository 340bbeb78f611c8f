//! What is said: who the caller says he is, what he asks, what the agent answers.
//!
//! Speech is a function of caller and turn, made only where somebody listens: a simulator never calls it. Everything a
//! caller says carries his [`Canary`], so that a turn saved to the wrong memory is seen wherever it comes up.

use crate::base::{CallerIndex, Canary, TOPICS, Topic};

/// The text of one turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What memory is asked.
    pub query: &'static str,
    /// What the caller said: the question, and his canary.
    pub user: String,
    /// What the assistant said.
    pub assistant: &'static str,
}

/// The end-user id of a caller, unique within the tenant: `caller-000123`.
pub fn user_id(caller: CallerIndex) -> String {
    format!("caller-{:06}", caller.0)
}

/// The caller who has that end-user id, if it is one of ours.
pub fn caller_of(user_id: &str) -> Option<CallerIndex> {
    user_id.strip_prefix("caller-")?.parse().ok().map(CallerIndex)
}

/// The name of a caller, not unique: `Mira Okafor`.
pub fn display_name(caller: CallerIndex) -> String {
    let (given, family) = (pick(&GIVEN_NAMES, caller.0), pick(&FAMILY_NAMES, caller.0 / GIVEN_NAMES.len() as u64));
    format!("{given} {family}")
}

/// What is said in a caller's turn number `turn` of a call, from 0. Subjects come round in turn, each caller starting
/// with another.
pub fn said(project: &str, caller: CallerIndex, turn: u32) -> Said {
    let topic: &Topic = pick(&TOPICS, caller.0.wrapping_add(u64::from(turn)));
    let canary = Canary::of_caller(project, &user_id(caller));
    Said {
        query: topic.question,
        user: format!("{} My reference is {}.", topic.question, canary.as_str()),
        assistant: topic.reply,
    }
}

fn pick<T>(list: &[T], number: u64) -> &T {
    let index = usize::try_from(number % list.len() as u64).expect("a remainder by a length fits");
    &list[index]
}

const GIVEN_NAMES: [&str; 12] =
    ["Mira", "Jonas", "Aisha", "Luca", "Ingrid", "Tomás", "Yuki", "Noor", "Pavel", "Chloé", "Emeka", "Sofia"];
const FAMILY_NAMES: [&str; 11] =
    ["Okafor", "Lindqvist", "Moreau", "Tanaka", "Brandt", "Silva", "Kovács", "Haddad", "O'Brien", "Novak", "Rossi"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::foreign_canaries;

    #[test]
    fn callers_are_told_apart_by_their_ids() {
        assert_eq!(user_id(CallerIndex(123)), "caller-000123");
        assert_eq!(user_id(CallerIndex(12_345_678)), "caller-12345678");
        for number in [0, 123, 12_345_678, u64::MAX] {
            assert_eq!(caller_of(&user_id(CallerIndex(number))), Some(CallerIndex(number)));
        }
        assert_eq!(caller_of("somebody"), None);
    }

    #[test]
    fn names_are_readable_for_the_first_and_the_last_caller() {
        assert_eq!(display_name(CallerIndex(0)), "Mira Okafor");
        assert_eq!(display_name(CallerIndex(13)), "Jonas Lindqvist");
        assert!(!display_name(CallerIndex(u64::MAX)).is_empty());
    }

    #[test]
    fn a_caller_speaks_his_own_canary_and_no_other() {
        let own = Canary::of_caller("proj_acme", "caller-000007");
        let said = said("proj_acme", CallerIndex(7), 3);
        assert!(said.user.contains(own.as_str()));
        assert!(foreign_canaries(&said.user, &[own]).is_empty());
        assert!(foreign_canaries(said.query, &[]).is_empty(), "a query with a canary would find it by its own words");
    }

    #[test]
    fn the_subject_changes_from_turn_to_turn() {
        let caller = CallerIndex(u64::MAX);
        assert_ne!(said("p", caller, 0).query, said("p", caller, 1).query);
    }
}
