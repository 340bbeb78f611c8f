//! SIGINT and SIGTERM: the first ends the arrivals, the second everything.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::run::Stop;

/// Listens for as long as it lives.
pub(super) struct Interruptions {
    /// 128 and the number of the first signal; 0 before one came.
    code: Arc<AtomicU8>,
    listener: JoinHandle<()>,
}

impl Interruptions {
    pub(super) fn listen(ask: watch::Sender<Stop>, quiet: bool) -> io::Result<Self> {
        let code = Arc::new(AtomicU8::new(0));
        let (interrupt, terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let listener = tokio::spawn(pass_on(interrupt, terminate, ask, Arc::clone(&code), quiet));
        Ok(Self { code, listener })
    }

    /// The exit code of an interrupted run.
    pub(super) fn exit_code(&self) -> Option<u8> {
        Some(self.code.load(Ordering::Relaxed)).filter(|code| *code != 0)
    }
}

impl Drop for Interruptions {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn pass_on(
    mut interrupt: Signal,
    mut terminate: Signal,
    ask: watch::Sender<Stop>,
    code: Arc<AtomicU8>,
    quiet: bool,
) {
    loop {
        let received = tokio::select! {
            _ = interrupt.recv() => SIGINT,
            _ = terminate.recv() => SIGTERM,
        };
        let first = code.compare_exchange(0, 128 + received, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        ask.send_replace(if first { Stop::Soon } else { Stop::AtOnce });
        if !quiet {
            let what = if first { "hanging up and draining; once more to stop at once" } else { "stopping at once" };
            super::tell(&format!("busyhour: {what}"));
        }
    }
}

const SIGINT: u8 = 2;
const SIGTERM: u8 = 15;
