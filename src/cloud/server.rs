//! The cloud's thread: listening, serving, stopping.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

use axum::serve::ListenerExt;
use mock_runtime::wire::cloud::{IndexCreate, IndexInfo};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::conditions::Conditions;
use super::error::CloudError;
use super::hearing::{CloudCall, Ear};
use super::ledger::Ledger;
use super::memory::Acquaintance;
use super::routes::router;
use super::settings::CloudSettings;
use super::site::Site;

/// A running mock cloud. It has a thread and an event loop of its own, so that load elsewhere in the process does not
/// delay it. Stopping it, or dropping it, ends the thread and gives the port back before the call returns.
pub struct MockCloud {
    address: SocketAddr,
    site: Arc<Site>,
    /// Dropped to stop.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl MockCloud {
    /// Starts a cloud. It serves when this returns.
    pub fn start(settings: CloudSettings) -> Result<Self, CloudError> {
        Self::start_with(settings, None)
    }

    /// Starts a cloud that tells of every call. `ear` is called on the cloud's thread: it should be quick.
    pub fn start_heard(
        settings: CloudSettings,
        ear: impl Fn(CloudCall) + Send + Sync + 'static,
    ) -> Result<Self, CloudError> {
        Self::start_with(settings, Some(Ear::new(ear)))
    }

    fn start_with(settings: CloudSettings, ear: Option<Ear>) -> Result<Self, CloudError> {
        settings.check()?;
        let bind = settings.bind;
        let site = Arc::new(Site::new(settings, ear));
        let (running, stopped) = oneshot::channel();
        let (announcing, announced) = mpsc::channel();
        let served = Arc::clone(&site);
        let thread = thread::Builder::new()
            .name("mock-cloud".to_owned())
            .spawn(move || live(bind, served, &announcing, stopped))
            .map_err(thread_error)?;
        let address = announced.recv().expect("the thread's first act is to say how listening went")?;
        Ok(Self { address, site, running: Some(running), thread: Some(thread) })
    }

    /// Where clients and runtimes find it, without a trailing slash.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Takes a customer in whose ids are given, without the partner API. Of a project there is already, the agents
    /// are added and the name stays.
    pub fn add_project(&self, id: &str, name: &str, agents: &[&str]) {
        self.site.registry.lock().add(id, name, agents);
    }

    /// Tells of a caller of a project there is, in the place of whatever is known of him.
    pub fn acquaint(&self, project: &str, user: &str, told: Acquaintance) {
        self.site.registry.lock().acquaint(project, user, told);
    }

    /// Creates or replaces an index of a project there is, as a client would; else says why that cannot be.
    pub fn add_index(&self, project: &str, index: &IndexCreate) -> Result<IndexInfo, String> {
        self.site.create_index(project, index).map_err(|refusal| refusal.message())
    }

    /// The cloud's weather.
    pub fn conditions(&self) -> Conditions {
        self.site.conditions.clone()
    }

    /// What arrived. It can still be read after the cloud has stopped.
    pub fn ledger(&self) -> Ledger {
        Ledger::new(Arc::clone(&self.site))
    }

    /// Stops serving. Calls under way are cut off, as when a machine goes away.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for MockCloud {
    fn drop(&mut self) {
        drop(self.running.take());
        // A panic on that thread has been printed there; there is nothing to add and nothing to save.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl fmt::Debug for MockCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockCloud").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The life of the thread: listen, say how that went, serve until told to stop. The event loop is made and dropped
/// here, because dropping one on a thread that runs another is a panic, and whoever starts a cloud may be on such.
fn live(bind: SocketAddr, site: Arc<Site>, announcing: &Announcing, stopped: oneshot::Receiver<()>) {
    let opened = Builder::new_current_thread().enable_all().build().map_err(thread_error).and_then(|runtime| {
        let (listener, address) =
            runtime.block_on(async { listen(bind) }).map_err(|source| CloudError::Bind { bind, source })?;
        Ok((runtime, listener, address))
    });
    let (announcement, serving) = match opened {
        Ok((runtime, listener, address)) => (Ok(address), Some((runtime, listener))),
        Err(error) => (Err(error), None),
    };
    announcing.send(announcement).expect("whoever started this thread waits for the announcement");
    if let Some((runtime, listener)) = serving {
        runtime.block_on(serve(listener, site, stopped));
    }
}

type Announcing = mpsc::Sender<Result<SocketAddr, CloudError>>;

fn listen(bind: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = if bind.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A port whose last connections still linger may be listened on again.
    socket.set_reuseaddr(true)?;
    socket.bind(bind)?;
    let listener = socket.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until the sender is gone. Dropping the runtime afterwards closes what connections are left.
async fn serve(listener: TcpListener, site: Arc<Site>, stopped: oneshot::Receiver<()>) {
    let listener = listener.tap_io(|stream| {
        // Without it an answer in two segments may wait for an acknowledgement that the peer delays.
        stream.set_nodelay(true).ok();
    });
    tokio::select! {
        // It never returns: failures to accept are waited out inside.
        _ = axum::serve(listener, router(site)).into_future() => {}
        _ = stopped => {}
    }
}

fn thread_error(source: io::Error) -> CloudError {
    CloudError::Thread { source }
}

/// Connections that may wait to be accepted. A thousand runtimes boot at once; one that finds the usual backlog of 128
/// full tries again a second later, and its boot would be measured a second too long.
const BACKLOG: u32 = 4096;
