//! The runtime's end of the witness socket.

use std::io::{self, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UnixStream as AsyncStream;
use tokio::sync::Notify;

use super::{Fact, Record};
use crate::clock;

/// Tells the harness facts, in order and without a gap, or nobody where there is no harness.
///
/// A fact is in the socket when [`Witness::tell`] returns, unless the harness is so far behind that the socket is full:
/// then it waits in memory and [`Witness::gone`] sends it on, so that serving never waits for the harness.
#[derive(Debug)]
pub(crate) struct Witness {
    line: Option<Mutex<Line>>,
    overflowing: Notify,
}

#[derive(Debug)]
struct Line {
    socket: UnixStream,
    sequence: u64,
    unsent: Vec<u8>,
}

impl Witness {
    /// Connects to the harness's socket; without a path there is no harness.
    pub(crate) fn connect(path: Option<&Path>) -> io::Result<Self> {
        let line = path.map(|path| {
            let socket = UnixStream::connect(path)?;
            socket.set_nonblocking(true)?;
            Ok(Mutex::new(Line { socket, sequence: 0, unsent: Vec::new() }))
        });
        Ok(Self { line: line.transpose().map_err(|error: io::Error| error)?, overflowing: Notify::new() })
    }

    /// Whether a harness listens.
    pub(crate) fn listens(&self) -> bool {
        self.line.is_some()
    }

    /// Tells one fact.
    pub(crate) fn tell(&self, fact: Fact) {
        let Some(mut line) = self.line() else { return };
        let record = Record { sequence: line.sequence, at_ns: clock::now_ns(), fact };
        line.sequence += 1;
        serde_json::to_writer(&mut line.unsent, &record).expect("a record of texts and numbers is JSON");
        line.unsent.push(b'\n');
        if line.send().is_err() {
            self.overflowing.notify_one();
        }
    }

    /// Returns when the harness has closed its end; never where there is none. Sends on what did not fit into the
    /// socket meanwhile.
    pub(crate) async fn gone(&self) -> io::Result<()> {
        let Some(socket) = self.line().map(|line| line.socket.try_clone()) else {
            return std::future::pending().await;
        };
        let socket = AsyncStream::from_std(socket?)?;
        loop {
            tokio::select! {
                readable = socket.readable() => {
                    readable?;
                    match socket.try_read(&mut [0; 64]) {
                        Ok(0) => return Ok(()),
                        Err(error) if error.kind() != ErrorKind::WouldBlock => return Err(error),
                        _ => {}
                    }
                }
                () = self.overflowing.notified() => self.send_on(&socket).await?,
            }
        }
    }

    /// Waits until the harness has everything, for as long as a second.
    pub(crate) fn finish(&self) {
        let Some(mut line) = self.line() else { return };
        let patience = Some(Duration::from_secs(1));
        let waiting = line.socket.set_nonblocking(false).and_then(|()| line.socket.set_write_timeout(patience));
        // A harness that is gone, or that does not read for a second, misses the end.
        drop(waiting.and_then(|()| line.send()));
    }

    async fn send_on(&self, socket: &AsyncStream) -> io::Result<()> {
        loop {
            socket.writable().await?;
            let sent = socket.try_io(Interest::WRITABLE, || self.line().map_or(Ok(()), |mut line| line.send()));
            match sent {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                sent => return sent,
            }
        }
    }

    fn line(&self) -> Option<MutexGuard<'_, Line>> {
        // A panic inside `tell` leaves whole records behind, so a poisoned line is still good.
        self.line.as_ref().map(|line| line.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Line {
    /// Sends everything, or as much as the socket takes.
    fn send(&mut self) -> io::Result<()> {
        while !self.unsent.is_empty() {
            match self.socket.write(&self.unsent) {
                Ok(bytes) => drop(self.unsent.drain(..bytes)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::unix::net::UnixListener;
    use std::sync::Arc;

    use super::*;

    fn fact(number: usize) -> Fact {
        Fact::BootFailed { reason: format!("{number} {}", "x".repeat(1_000)) }
    }

    fn socket() -> (tempfile::TempDir, UnixListener, Witness) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("witness");
        let listener = UnixListener::bind(&path).expect("bound");
        let witness = Witness::connect(Some(&path)).expect("connected");
        (folder, listener, witness)
    }

    #[tokio::test]
    async fn a_harness_that_reads_late_still_gets_every_record_and_nobody_waits_for_it() {
        let (_folder, listener, witness) = socket();
        let witness = Arc::new(witness);
        (0..2_000).for_each(|number| witness.tell(fact(number)));
        assert!(!witness.line().expect("connected").unsent.is_empty(), "2 MB must not fit into a socket");
        let reader = std::thread::spawn(move || {
            let (socket, _) = listener.accept().expect("accepted");
            let lines = BufReader::new(socket).lines().take(2_000);
            lines.map(|line| serde_json::from_str(&line.expect("text")).expect("a record")).collect::<Vec<Record>>()
        });
        witness.gone().await.ok();
        let records = reader.join().expect("read");
        assert!(records.iter().enumerate().all(|(place, record)| record.sequence == place as u64));
        assert_eq!(records.len(), 2_000);
    }

    #[tokio::test]
    async fn notices_that_the_harness_is_gone() {
        let (_folder, listener, witness) = socket();
        witness.tell(fact(0));
        drop(listener);
        witness.gone().await.ok();
    }

    #[test]
    fn without_a_harness_there_is_nobody_to_tell() {
        let witness = Witness::connect(None).expect("nothing to connect to");
        witness.tell(fact(0));
        witness.finish();
        assert!(!witness.listens());
    }
}
