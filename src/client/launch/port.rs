//! A loopback port belongs to one runtime on this host.
//!
//! Testing a port and then starting a process on it leaves a gap in which a second client may test it too. So a port
//! is claimed as well, by a socket in Linux' abstract name space: the kernel grants the name once per host (network
//! name space, as for the ports themselves) and takes it back when this process ends, however it ends. The test finds
//! strangers who know nothing of claims.

use std::net::Ipv4Addr;
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
    pub(crate) async fn take(port: u16) -> Result<Self, PortInUse> {
        for pause_ms in PAUSES_MS {
            is_unheard(port)?;
            if let Ok(name) = claim_name(port) {
                return Ok(Self { _name: name });
            }
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
        Err(PortInUse)
    }
}

/// Someone else has the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortInUse;

/// Fails where somebody listens on the port. Binding without listening, and with `SO_REUSEADDR`, is in nobody's way: not
/// in that of a runtime that binds at the same moment, and connections of a former one in `TIME_WAIT` are not in ours.
fn is_unheard(port: u16) -> Result<(), PortInUse> {
    let bound = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None).and_then(|socket| {
        sockopt::set_socket_reuseaddr(&socket, true)?;
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
    });
    bound.map_err(|_| PortInUse)
}

#[cfg(target_os = "linux")]
fn claim_name(port: u16) -> std::io::Result<Option<UnixListener>> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::SocketAddr;

    let name = SocketAddr::from_abstract_name(format!("memoair-voice-runtime-port-{port}"))?;
    UnixListener::bind_addr(&name).map(Some)
}

/// Elsewhere only the bind test tells.
#[cfg(not(target_os = "linux"))]
fn claim_name(_port: u16) -> std::io::Result<Option<UnixListener>> {
    Ok(None)
}

const PAUSES_MS: [u64; 5] = [1, 2, 4, 8, 16];

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn a_free_port() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        listener.local_addr().expect("it is bound").port()
    }

    #[tokio::test]
    async fn a_port_is_claimed_once_and_free_again_after_the_drop() {
        let port = a_free_port();
        let claim = PortClaim::take(port).await.expect("it is free");
        assert_eq!(PortClaim::take(port).await.err(), Some(PortInUse));
        drop(claim);
        PortClaim::take(port).await.expect("it is free again");
    }

    #[tokio::test]
    async fn a_strangers_port_cannot_be_claimed() {
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = stranger.local_addr().expect("it is bound").port();
        assert_eq!(PortClaim::take(port).await.err(), Some(PortInUse));
    }
}
