//! A loopback port belongs to one runtime on this host.
//!
//! Testing a port and then starting a process on it leaves a gap in which a second client may test it too. So a port
//! is claimed as well, by a socket in Linux' abstract name space: the kernel grants the name once per host (network
//! name space, as for the ports themselves) and takes it back when this process ends, however it ends. The test finds
//! strangers who know nothing of claims.

use std::io;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use rustix::net::{AddressFamily, SocketAddrV4, SocketFlags, SocketType, bind, socket_with, sockopt};

/// The right to start a runtime on a port; given back on drop.
#[derive(Debug)]
pub(crate) struct PortClaim {
    _name: Option<UnixListener>,
}

impl PortClaim {
    /// Claims the port, or says that someone else has it.
    ///
    /// A name that is taken while nobody listens is tried again for some milliseconds: whenever this process starts
    /// another, that one holds a copy of every claim until its `exec` is through, so a claim given back just then lives
    /// on for as long.
    pub(crate) async fn take(address: SocketAddrV4) -> Result<Self, PortError> {
        for pause_ms in PAUSES_MS {
            is_unheard(address)?;
            match claim_name(address).map_err(PortError::from) {
                Err(PortError::InUse) => tokio::time::sleep(Duration::from_millis(pause_ms)).await,
                claimed => return claimed.map(|name| Self { _name: name }),
            }
        }
        Err(PortError::InUse)
    }
}

/// Why a port cannot be had.
#[derive(Debug)]
pub(crate) enum PortError {
    /// Someone else has it.
    InUse,
    /// Nobody has it, and still: this process may not use it, or has no descriptor left.
    Unusable(io::Error),
}

impl From<io::Error> for PortError {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::AddrInUse { Self::InUse } else { Self::Unusable(error) }
    }
}

/// Fails where somebody listens on the port. Binding without listening, and with `SO_REUSEADDR`, is in nobody's way: not
/// in that of a runtime that binds at the same moment, and connections of a former one in `TIME_WAIT` are not in ours.
fn is_unheard(address: SocketAddrV4) -> io::Result<()> {
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    Ok(bind(&socket, &address)?)
}

#[cfg(target_os = "linux")]
fn claim_name(address: SocketAddrV4) -> io::Result<Option<UnixListener>> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    let name = SocketAddr::from_abstract_name(format!("memoair-voice-runtime-{address}"))?;
    UnixListener::bind_addr(&name).map(Some)
}

/// Elsewhere only the bind test tells.
#[cfg(not(target_os = "linux"))]
fn claim_name(_address: SocketAddrV4) -> io::Result<Option<UnixListener>> {
    Ok(None)
}

const PAUSES_MS: [u64; 5] = [1, 2, 4, 8, 16];

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    fn a_free_port() -> SocketAddrV4 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        at(listener.local_addr().expect("it is bound").port())
    }

    fn at(port: u16) -> SocketAddrV4 {
        SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)
    }

    #[tokio::test]
    async fn a_port_is_claimed_once_and_free_again_after_the_drop() {
        let port = a_free_port();
        let claim = PortClaim::take(port).await.expect("it is free");
        assert!(matches!(PortClaim::take(port).await, Err(PortError::InUse)));
        drop(claim);
        PortClaim::take(port).await.expect("it is free again");
    }

    #[tokio::test]
    async fn a_strangers_port_cannot_be_claimed() {
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = at(stranger.local_addr().expect("it is bound").port());
        assert!(matches!(PortClaim::take(port).await, Err(PortError::InUse)));
    }
}
