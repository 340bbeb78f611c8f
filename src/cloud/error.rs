//! Why a mock cloud did not start.

use std::io;
use std::net::SocketAddr;

use thiserror::Error;

/// Why a mock cloud did not start.
#[derive(Debug, Error)]
pub enum CloudError {
    /// It would be reachable from other machines.
    #[error("the mock cloud may listen on loopback only, not on {bind}: use 127.0.0.1")]
    NotLoopback {
        /// What was asked for.
        bind: SocketAddr,
    },
    /// No call could be told from a stranger's.
    #[error("the account key is blank: give the mock cloud a key such as memoair_pk_test")]
    BlankAccountKey,
    /// The address is taken, or is not this machine's.
    #[error("cannot listen on {bind} ({source}): choose a free port, or port 0 for any")]
    Bind {
        /// What was asked for.
        bind: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No thread, or no event loop for it.
    #[error("cannot start the mock cloud's thread ({source}): raise the limits on threads and open files")]
    Thread {
        /// What the system said.
        source: io::Error,
    },
}
