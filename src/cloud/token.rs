//! Sync tokens: what a runtime already holds, in a form only this cloud reads.

use std::fmt;

use super::fingerprint::Fingerprint;

/// Versions of what a runtime holds after a bootstrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    /// Of the caller's memory; 0 in org-only mode.
    pub(super) permanent: u64,
    /// Of the organisation's knowledge.
    pub(super) org: u64,
}

/// Ties a token to one caller of one project on one life of the cloud, so that nobody else's is honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binding(Fingerprint);

impl Binding {
    /// For `user` of `project`; `life` differs with every start of a cloud, `org_only` with the kind of projection.
    pub(super) fn new(life: u128, project: &str, user: &str, org_only: bool) -> Self {
        Self(Fingerprint::of(&[&life.to_le_bytes(), project.as_bytes(), user.as_bytes(), &[u8::from(org_only)]]))
    }

    /// The token to hand out.
    pub(super) fn token(self, versions: Versions) -> String {
        format!("{self}.{}.{}", versions.permanent, versions.org)
    }

    /// What the bearer of `token` holds; nothing where the token was not handed out under this binding.
    pub(super) fn read(self, token: &str) -> Option<Versions> {
        let mut parts = token.split('.');
        if parts.next()? != self.to_string() {
            return None;
        }
        let versions = Versions { permanent: parts.next()?.parse().ok()?, org: parts.next()?.parse().ok()? };
        parts.next().is_none().then_some(versions)
    }
}

impl fmt::Display for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_by_the_caller_it_was_handed_to_and_by_no_other() {
        let held = Versions { permanent: 3, org: 7 };
        let token = Binding::new(1, "p", "me", false).token(held);
        assert_eq!(Binding::new(1, "p", "me", false).read(&token), Some(held));
        for stranger in [
            Binding::new(2, "p", "me", false),
            Binding::new(1, "q", "me", false),
            Binding::new(1, "p", "you", false),
            Binding::new(1, "p", "me", true),
        ] {
            assert_eq!(stranger.read(&token), None);
        }
    }

    #[test]
    fn garbage_is_no_token() {
        let binding = Binding::new(1, "p", "me", false);
        for garbage in
            ["", ".", "a.1.2", &format!("{binding}.1"), &format!("{binding}.1.2.3"), &format!("{binding}.x.1")]
        {
            assert_eq!(binding.read(garbage), None, "{garbage:?}");
        }
    }
}
