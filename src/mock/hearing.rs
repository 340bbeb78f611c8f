//! Listening to the runtimes: connections, lines, ends.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use mock_runtime::witness::{Fact, HARNESS_GONE, PARENT_GONE, Record};
use parking_lot::Mutex;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::call::{Call, Event, Place};
use super::double::Living;

/// Whom everything is told.
pub(super) type Audience = Arc<dyn Fn(Event) + Send + Sync>;

/// Listens on a thread of its own until it is dropped; then no runtime lives.
pub(super) struct Hearing {
    register: Register,
    over: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Who lives, by the order in which they connected.
type Register = Arc<Mutex<BTreeMap<u64, Living>>>;

impl Hearing {
    pub(super) fn start(socket: &Path, audience: Audience) -> io::Result<Self> {
        let listener = std::os::unix::net::UnixListener::bind(socket)?;
        listener.set_nonblocking(true)?;
        let register = Register::default();
        let (over, is_over) = watch::channel(false);
        let room = Room { register: Arc::clone(&register), audience, is_over };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = std::thread::Builder::new()
            .name("mock-hearing".to_owned())
            .spawn(move || runtime.block_on(room.hold(listener)))?;
        Ok(Self { register, over, thread: Some(thread) })
    }

    pub(super) fn living(&self) -> Vec<Living> {
        self.register.lock().values().filter(|life| life.pid != 0).cloned().collect()
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.over.send_replace(true);
        // A panic on that thread has been printed there.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

#[derive(Clone)]
struct Room {
    register: Register,
    audience: Audience,
    is_over: watch::Receiver<bool>,
}

impl Room {
    /// Hears everybody out, until it is over and they are gone.
    async fn hold(mut self, listener: std::os::unix::net::UnixListener) {
        let listener = UnixListener::from_std(listener).expect("an event loop takes a socket");
        let mut lives = JoinSet::new();
        for number in 0.. {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = over(&mut self.is_over) => break,
            };
            match accepted {
                Ok((line, _)) => drop(lives.spawn(self.clone().hear_out(number, line))),
                // Out of descriptors for a moment: whoever wants to report waits in the backlog.
                Err(_) => sleep(Duration::from_millis(10)).await,
            }
        }
        // Nobody new can report now, and a runtime that cannot report does not start.
        drop(listener);
        let patience = Instant::now() + PATIENCE;
        while let Ok(Some(_)) = timeout_at(patience, lives.join_next()).await {}
        if lives.is_empty() {
            return;
        }
        // Its line is still open, so the process id is still its own.
        self.register.lock().values().for_each(|life| kill(life.pid));
        let patience = Instant::now() + PATIENCE;
        while let Ok(Some(_)) = timeout_at(patience, lives.join_next()).await {}
    }

    /// One runtime's report, from its first line to the end of its life.
    async fn hear_out(mut self, number: u64, line: UnixStream) {
        let (reading, mut writing) = line.into_split();
        let mut lines = BufReader::new(reading).lines();
        self.register.lock().insert(number, Living::default());
        let (mut last_words, mut dismissed) = (None, false);
        loop {
            let line = tokio::select! {
                line = lines.next_line() => line,
                // It takes the end of the line for the end of the harness, and ends.
                () = over(&mut self.is_over), if !dismissed => {
                    dismissed = true;
                    writing.shutdown().await.ok();
                    continue;
                }
            };
            let Ok(Some(line)) = line else { break };
            // A line that was torn by SIGKILL is the last.
            let Ok(record) = serde_json::from_str::<Record>(&line) else { continue };
            self.take(number, record.fact, &mut last_words);
        }
        let gone = self.register.lock().remove(&number).unwrap_or_default();
        let forsaken = last_words.as_deref().is_some_and(|reason| [PARENT_GONE, HARNESS_GONE].contains(&reason));
        (self.audience)(Event::Gone { port: gone.port, caller: gone.caller, reason: last_words, forsaken });
    }

    fn take(&self, number: u64, fact: Fact, last_words: &mut Option<String>) {
        let life = self.register.lock().get(&number).cloned().unwrap_or_default();
        let Living { port, caller, .. } = life.clone();
        match fact {
            Fact::Started { pid, project, user, agent, port } => {
                let caller = user.clone();
                self.register
                    .lock()
                    .insert(number, Living { pid, port, project: project.clone(), agent, caller: user });
                (self.audience)(Event::Started { port, pid, project, caller });
            }
            Fact::Ready { boot, took_ns, .. } => {
                // Far below 2^52 ns: a boot that took a month would not be waited for.
                (self.audience)(Event::Ready { port, caller, boot, took_ms: took_ns as f64 / 1e6 });
            }
            Fact::Answered { method, path, headers, body, status } => {
                let some = |id: String| Some(id).filter(|id| !id.is_empty());
                let (project, agent, caller) = (some(life.project), some(life.agent), some(life.caller));
                let place = Place::Runtime(port);
                (self.audience)(Event::Called(Call {
                    place,
                    method,
                    path,
                    project,
                    agent,
                    caller,
                    headers,
                    body,
                    status,
                }));
            }
            Fact::BootFailed { reason } | Fact::Exited { reason } => *last_words = Some(reason),
            Fact::SessionStarted { .. }
            | Fact::SessionEnded { .. }
            | Fact::Requested { .. }
            | Fact::Served { .. }
            | Fact::StrayEnd { .. }
            | Fact::Saved { .. }
            | Fact::IdentityRefused { .. }
            | Fact::Draining
            | Fact::Drained { .. }
            | Fact::Terminating => {}
        }
    }
}

/// Returns when the hearing is over, which it also is when nobody holds it any more.
async fn over(is_over: &mut watch::Receiver<bool>) {
    drop(is_over.wait_for(|over| *over).await);
}

fn kill(pid: u32) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // It may have gone this very moment.
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// For runtimes to end themselves, and then for the kernel to end them.
const PATIENCE: Duration = Duration::from_secs(2);
