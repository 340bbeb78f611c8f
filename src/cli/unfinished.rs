//! A file that is being written when SIGINT or SIGTERM comes: it is taken away, and the program ends as a shell expects.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Where the unfinished file is, if it is anywhere. Who holds the lock is not interrupted.
#[derive(Clone, Debug, Default)]
pub(super) struct Unfinished(Arc<Mutex<Option<PathBuf>>>);

impl Unfinished {
    /// Listens for as long as the program lives; on a signal takes the file away and ends it.
    pub(super) fn watch() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let signals = {
            let _inside = runtime.enter();
            [(130, signal(SignalKind::interrupt())?), (143, signal(SignalKind::terminate())?)]
        };
        let unfinished = Self::default();
        let watched = unfinished.clone();
        let listen = move || {
            let code = runtime.block_on(first(signals));
            // Kept until the program is over, so that nobody begins another.
            let mut file = watched.lock();
            if let Some(path) = file.take() {
                let _ = fs::remove_file(path);
            }
            std::process::exit(code);
        };
        thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(unfinished)
    }

    /// Makes the file, and remembers where it is.
    pub(super) fn begin<F>(&self, make: impl FnOnce() -> io::Result<F>, path: impl Fn(&F) -> &Path) -> io::Result<F> {
        let mut file = self.lock();
        let begun = make()?;
        *file = Some(path(&begun).to_owned());
        Ok(begun)
    }

    /// Puts it in its place, after which it is a file like others.
    pub(super) fn finish<T>(&self, put: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        let mut file = self.lock();
        *file = None;
        put()
    }

    fn lock(&self) -> MutexGuard<'_, Option<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exit code of the first signal that comes.
async fn first([(interrupted, mut interrupt), (terminated, mut terminate)]: [(i32, Signal); 2]) -> i32 {
    tokio::select! {
        _ = interrupt.recv() => interrupted,
        _ = terminate.recv() => terminated,
    }
}
