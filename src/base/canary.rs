//! Canaries: marked facts that betray memory turning up where it does not belong.
//!
//! Every project and every caller owns one. The mock cloud plants them in its projections, callers speak their own
//! in every turn, and whoever reads an answer looks for canaries that are not the asking caller's. A canary is a
//! function of its owner, so that planting and looking need no shared table.

use sha2::{Digest, Sha256};

/// The mark of one owner: `canary-` and sixteen hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Canary(String);

impl Canary {
    /// The mark of a project's shared knowledge.
    pub fn of_project(project: &str) -> Self {
        Self::of(&[b"project", project.as_bytes()])
    }

    /// The mark of one caller of a project.
    pub fn of_caller(project: &str, user: &str) -> Self {
        Self::of(&[b"caller", project.as_bytes(), user.as_bytes()])
    }

    /// The mark as it stands in texts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let head = digest.iter().take(DIGITS / 2).fold(0_u64, |head, byte| (head << 8) | u64::from(*byte));
        Self(format!("{PREFIX}{head:0DIGITS$x}"))
    }
}

/// Every canary in `text` that is none of `own`, in order of appearance.
pub fn foreign_canaries<'t>(text: &'t str, own: &[Canary]) -> Vec<&'t str> {
    text.match_indices(PREFIX)
        .filter_map(|(start, _)| text.get(start..start + PREFIX.len() + DIGITS))
        .filter(|mark| mark[PREFIX.len()..].bytes().all(|byte| byte.is_ascii_hexdigit()))
        .filter(|mark| own.iter().all(|canary| canary.as_str() != *mark))
        .collect()
}

const PREFIX: &str = "canary-";
const DIGITS: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_apart_even_where_their_names_run_together() {
        assert_ne!(Canary::of_caller("a", "bc"), Canary::of_caller("ab", "c"));
        assert_ne!(Canary::of_project("a"), Canary::of_caller("a", ""));
        assert_eq!(Canary::of_caller("a", "b"), Canary::of_caller("a", "b"));
    }

    #[test]
    fn finds_a_stranger_and_passes_over_its_own() {
        let (own, stranger) = (Canary::of_caller("p", "me"), Canary::of_caller("p", "you"));
        let text = format!("é {} then ({}) and canary-short é", own.as_str(), stranger.as_str());
        assert_eq!(foreign_canaries(&text, std::slice::from_ref(&own)), [stranger.as_str()]);
        assert!(foreign_canaries(own.as_str(), std::slice::from_ref(&own)).is_empty());
    }
}
