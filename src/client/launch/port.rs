//! A loopback port belongs to one runtime on this host.
//!
//! Testing a port and then starting a process on it leaves a gap in which a second client may test it too. So a port
//! is claimed first, by a socket in Linux' abstract name space: the kernel grants the name once per host (network
//! name space, as for the ports themselves) and takes it back when this process ends, however it ends. The test that
//! follows finds strangers who know nothing of claims.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixListener;

/// The right to start a runtime on a port; given back on drop.
#[derive(Debug)]
pub(crate) struct PortClaim {
    _name: Option<UnixListener>,
}

impl PortClaim {
    /// Claims the port, or says that someone else has it.
    pub(crate) fn take(port: u16) -> Result<Self, PortInUse> {
        let name = claim_name(port).map_err(|_| PortInUse)?;
        // The standard library sets SO_REUSEADDR, so connections of a former runtime in TIME_WAIT are no obstacle.
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|_| PortInUse)?;
        Ok(Self { _name: name })
    }
}

/// Someone else has the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PortInUse;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn a_free_port() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        listener.local_addr().expect("it is bound").port()
    }

    #[test]
    fn a_port_is_claimed_once_and_free_again_after_the_drop() {
        let port = a_free_port();
        let claim = PortClaim::take(port).expect("it is free");
        assert_eq!(PortClaim::take(port).err(), Some(PortInUse));
        drop(claim);
        PortClaim::take(port).expect("it is free again");
    }

    #[test]
    fn a_strangers_port_cannot_be_claimed() {
        let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = stranger.local_addr().expect("it is bound").port();
        assert_eq!(PortClaim::take(port).err(), Some(PortInUse));
    }
}
