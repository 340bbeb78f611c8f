//! The error codes that are counted one by one.

/// A dotted error code, for example `pool.exhausted`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(u8);

impl ErrorCode {
    /// How many there are: codes come from outside, and a counter per invented name would let a broken peer fill
    /// the memory.
    pub const COUNT: usize = NAMES.len();

    /// The search took longer than its timeout.
    pub const TIMEOUT: Self = Self(7);

    /// The known code of that name, or `other`.
    pub fn named(name: &str) -> Self {
        let place = NAMES.iter().position(|known| *known == name).unwrap_or(Self::COUNT - 1);
        Self(u8::try_from(place).expect("fewer than 256 names stand below"))
    }

    /// Every code, `other` last.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|name| Self::named(name))
    }

    /// The dotted name.
    pub fn as_str(self) -> &'static str {
        NAMES[self.index()]
    }

    /// Whether the pool refused: there was no room, or it was closed.
    pub fn is_refusal(self) -> bool {
        self.0 < 3
    }

    /// Whether a call router may shed the call or try again: the pool was full, the caller did nothing wrong.
    pub fn may_be_shed(self) -> bool {
        self.0 < 2
    }

    /// For indexing arrays of [`ErrorCode::COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

const NAMES: [&str; 18] = [
    "pool.exhausted",
    "pool.port_exhausted",
    "pool.closed",
    "runtime.unauthorized",
    "runtime.bad_request",
    "runtime.internal",
    "runtime.identity_mismatch",
    "runtime.timeout",
    "runtime.not_found",
    "runtime.start_failed",
    "runtime.unknown_session",
    "runtime.unreachable",
    "cloud.unauthorized",
    "cloud.internal",
    "client.exception",
    "client.cancelled",
    "client.save_dropped",
    "other",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_name_stays_and_an_invented_one_is_other() {
        assert_eq!(ErrorCode::named("runtime.start_failed").as_str(), "runtime.start_failed");
        assert_eq!(ErrorCode::named("runtime.made_up").as_str(), "other");
        assert_eq!(ErrorCode::TIMEOUT.as_str(), "runtime.timeout");
        assert_eq!(ErrorCode::all().count(), ErrorCode::COUNT);
    }

    #[test]
    fn the_pools_own_codes_are_refusals() {
        assert!(ErrorCode::all().all(|code| code.is_refusal() == code.as_str().starts_with("pool.")));
    }
}
