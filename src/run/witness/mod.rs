//! What the runtimes themselves say: the evidence by which laws are judged.
//!
//! Every worker's runtimes report to a Unix socket of that worker's own, one line per fact. A thread of its own listens,
//! so that a busy engine delays no testimony. Nothing here believes the client under test: who lives, who was started
//! for whom, which sessions a process knows and when it is gone come from the processes and from the kernel, which
//! closes a process' line when it ends, however it ends.

mod book;
mod finder;
mod hearing;
mod life;
mod memory;
mod shadow;
mod sighting;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use parking_lot::Mutex;
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::clock::Clock;
use super::error::RunError;
use crate::base::{Span, TenantIndex, Time};
use crate::client::Observer;
use crate::measure::{Breach, Finding, Law};

use book::Book;
pub(super) use book::Post;
pub(super) use finder::Slow;
use shadow::Shadow;
pub(super) use sighting::{Sighting, Sought};

/// Listens until it is asked for its [`Testimony`].
pub(super) struct Witness {
    book: Arc<Mutex<Book>>,
    sockets: Vec<PathBuf>,
    over: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

/// Who lives just now. Cheap to clone.
#[derive(Clone)]
pub(super) struct Register(Arc<Mutex<Book>>);

impl Register {
    /// Process ids of the runtimes that live, of one tenant or of all, in the order they were started.
    pub(super) fn living(&self, tenant: Option<TenantIndex>) -> Vec<u32> {
        self.0.lock().living(tenant)
    }

    /// What was seen of an operation so far.
    pub(super) fn sight(&self, sought: Sought<'_>) -> Option<Sighting> {
        self.0.lock().sight(sought)
    }

    /// Whether any runtime of a post has reported anything.
    pub(super) fn hears(&self, post: usize) -> bool {
        let book = self.0.lock();
        book.lives.values().chain(&book.gone).any(|life| life.post == post)
    }

    /// The caller has an operation under way, or a call held, until the answer is dropped.
    pub(super) fn hold(&self, post: usize, user: &str) -> Held {
        self.0.lock().hold(post, user, true);
        Held { register: self.clone(), post, user: user.to_owned(), is_over: false }
    }

    /// A caller hung up in the middle of an operation.
    fn hung_up(&self, post: usize, user: &str) {
        self.0.lock().hung_up(post, user);
    }

    /// An operation took long.
    pub(super) fn slow(&self, slow: Slow) {
        self.0.lock().slow(slow);
    }

    /// Clients are asked to close: whoever goes now goes for that.
    pub(super) fn closing(&self) {
        self.0.lock().closing();
    }
}

/// A caller who has an operation under way, or a call held. Dropped before that is over, he has hung up.
pub(super) struct Held {
    register: Register,
    post: usize,
    user: String,
    is_over: bool,
}

impl Held {
    /// What is dropped from now on is no operation under way.
    pub(super) fn is_over(&mut self) {
        self.is_over = true;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_over {
            self.register.hung_up(self.post, &self.user);
        }
        self.register.0.lock().hold(self.post, &self.user, false);
    }
}

/// Everything that was seen.
#[derive(Debug, Default)]
pub(super) struct Testimony {
    /// Broken laws.
    pub(super) breaches: Vec<Breach>,
    /// What the pools did wrong.
    pub(super) findings: Vec<Finding>,
    /// Runtimes that reported.
    pub(super) reported: u64,
    /// Lines that got lost.
    pub(super) gaps: u64,
    /// Runtimes that were still there at the end.
    pub(super) survivors: Vec<(TenantIndex, u32)>,
    /// Highest private memory of all runtimes together, in bytes.
    pub(super) rss_peak: Option<u64>,
    /// The same by tenant.
    pub(super) rss_peaks: Vec<u64>,
}

impl Witness {
    /// Starts listening on one socket per post. They lie in a temporary folder and not with the run's other files: the
    /// path of a socket may have some 100 characters only.
    pub(super) fn start(posts: Vec<Post>, tenants: usize, clock: Clock) -> Result<Self, RunError> {
        let refused = |source| RunError::Sockets { folder: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("busyhour-").tempdir().map_err(refused)?;
        let sockets: Vec<PathBuf> = (0..posts.len()).map(|post| folder.path().join(format!("w{post}"))).collect();
        let listeners: std::io::Result<Vec<_>> = sockets.iter().map(std::os::unix::net::UnixListener::bind).collect();
        let listeners = listeners.map_err(refused)?;
        let book = Arc::new(Mutex::new(Book::new(posts, tenants, clock)));
        let (over, is_over) = oneshot::channel();
        let hearing = hearing::Hearing { book: Arc::clone(&book), listeners };
        let thread = std::thread::Builder::new()
            .name("witness".to_owned())
            .spawn(move || hearing.hold(is_over))
            .map_err(refused)?;
        Ok(Self { book, sockets, over: Some(over), thread: Some(thread), _folder: folder })
    }

    /// Where the runtimes of a post report to.
    pub(super) fn socket(&self, post: usize) -> &Path {
        &self.sockets[post]
    }

    /// From now on, tells what the pool of a post must hold: nobody else can say.
    pub(super) fn shadow(&self, post: usize, watch: Arc<dyn Observer>, ttl: Span) {
        let mut book = self.book.lock();
        let clock = book.clock();
        book.cast_shadow(post, Shadow { watch, clock, ttl, victim: None, is_closing: false });
    }

    /// Who lives just now.
    pub(super) fn register(&self) -> Register {
        Register(Arc::clone(&self.book))
    }

    /// Waits a moment for those who are just leaving, and then tells everything. Who is still there has leaked.
    pub(super) async fn testify(mut self, patience: Duration) -> Testimony {
        let deadline = tokio::time::Instant::now() + patience;
        while !self.register().living(None).is_empty() && tokio::time::Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.stop();
        self.book.lock().close()
    }

    fn stop(&mut self) {
        drop(self.over.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the witness thread does not panic");
        }
    }
}

impl Testimony {
    /// Adds runtimes that never reported, and that only their clients knew: whoever of them is still there has leaked.
    pub(super) fn look_after(&mut self, served: &[(TenantIndex, u32)], now: Time) {
        for (tenant, pid) in served.iter().filter(|(_, pid)| exists(*pid)) {
            if self.survivors.iter().all(|(_, survivor)| survivor != pid) {
                let what = format!("process {pid} outlived its client");
                self.breaches.push(Breach { law: Law::Survivor, tenant: Some(*tenant), at: now, what });
                self.survivors.push((*tenant, *pid));
            }
        }
    }
}

fn exists(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.is_some_and(|pid| test_kill_process(pid).is_ok())
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.stop();
    }
}
