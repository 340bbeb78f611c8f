//! Memory held for nothing, as a real runtime holds its models.

use super::ending::Ending;
use crate::wire::environment::BEHAVIOUR;

/// Holds `bytes` of memory, every page of it touched so that it is really there.
pub(super) fn hold(bytes: u64) -> Result<Vec<u8>, Ending> {
    let mut ballast = Vec::new();
    let reserved = usize::try_from(bytes).ok().and_then(|bytes| ballast.try_reserve_exact(bytes).ok().map(|()| bytes));
    let Some(bytes) = reserved else {
        return Err(Ending::Misconfigured(format!("{BEHAVIOUR}: cannot hold {bytes} bytes of ballast: ask for less")));
    };
    ballast.resize(bytes, 1);
    Ok(ballast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_there_is_and_refuses_what_there_cannot_be() {
        assert_eq!(hold(100_000).map(|ballast| ballast.len()), Ok(100_000));
        assert!(hold(u64::MAX).is_err());
    }
}
