//! From a claimed folder to a runtime that serves.

use std::sync::Arc;
use std::sync::Mutex;

use tokio::sync::watch;

use super::ending::Ending;
use crate::behaviour::{BootOutcome, Conduct};
use crate::clock;
use crate::configuration::Configuration;
use crate::memory::{self, Folder, Outbox};
use crate::server::App;
use crate::sync::{Bootstrap, CloudClient, EventSource, News, Outgoing};
use crate::wire::cloud::Projection;
use crate::wire::loopback::BootKind;
use crate::witness::{Fact, Witness};

/// Takes possession of the caller's folder and puts together everything that needs no waiting. What the disk holds
/// decides what kind of boot it will be.
pub(super) fn assemble(
    configuration: Configuration,
    witness: Arc<Witness>,
    started_ns: u64,
) -> Result<Arc<App>, Ending> {
    let Configuration { project, user, storage_root, behaviour, .. } = &configuration;
    let folder = Folder::claim(storage_root, project, user).map_err(|error| Ending::NoFolder(error.to_string()))?;
    let outbox = Outbox::open(folder.path()).map_err(|error| Ending::NoFolder(error.to_string()))?;
    let known = memory::load(folder.path());
    let conduct = Conduct::new(behaviour, project);
    let app = App {
        started_ns,
        witness,
        kind: if known.is_some() { BootKind::Warm } else { BootKind::Cold },
        life: Mutex::new(conduct.life(project, user, folder.life())),
        conduct,
        folder,
        library: Mutex::default(),
        sessions: Mutex::default(),
        events: EventSource::new(project, user),
        outgoing: Outgoing::new(outbox, user),
        cloud: configuration.cloud.as_ref().map(|cloud| CloudClient::new(cloud, &configuration)),
        ready: watch::Sender::new(false),
        configuration,
    };
    app.library().replace_projection(known.unwrap_or_default());
    Ok(Arc::new(app))
}

/// Boots: the real work and the drawn time run side by side, whichever is longer counts. Returns the sync token to ask
/// with again where a warm boot had to do without the cloud.
pub(super) async fn boot(app: &App) -> Result<Option<String>, Ending> {
    let redelivering = app.outgoing.waiting();
    let outcome = app.conduct.boot(&app.life(), app.kind, app.started_ns);
    let behind = match outcome {
        BootOutcome::Ready { after_ns } => {
            let (behind, ()) = tokio::join!(bring_memory(app), clock::sleep_until_ns(app.started_ns + after_ns));
            behind?
        }
        BootOutcome::Exit { after_ns } => {
            clock::sleep_until_ns(app.started_ns + after_ns).await;
            return Err(Ending::BootFailed);
        }
        BootOutcome::Hang => std::future::pending().await,
    };
    app.witness.tell(Fact::Ready { boot: app.kind, took_ns: clock::now_ns() - app.started_ns, redelivering });
    app.ready.send_replace(true);
    Ok(behind)
}

/// Follows up a warm boot that had to do without the cloud.
pub(super) async fn catch_up(app: &App, sync_token: &str) {
    let Some(bootstrap) = bootstrap(app) else { return };
    // A cloud that refuses this runtime now will refuse its next boot, which can say so.
    if let Ok(news) = bootstrap.late(sync_token).await {
        drop(take(app, news));
    }
}

/// Brings the caller's memory: from the cloud, or up to date. Without a cloud what is on disk is all there is.
async fn bring_memory(app: &App) -> Result<Option<String>, Ending> {
    let Some(bootstrap) = bootstrap(app) else { return Ok(None) };
    let refused = |error: crate::sync::CloudError| Ending::Refused(error.to_string());
    match app.kind {
        BootKind::Cold => take(app, bootstrap.cold().await.map_err(refused)?)?,
        BootKind::Warm => {
            let sync_token = app.library().projection().sync_token.clone();
            match bootstrap.warm(&sync_token).await.map_err(refused)? {
                News::Arrived(news) => take(app, news)?,
                News::Late(error) => {
                    app.remark(&format!("{error}; going on with the memory on disk"));
                    return Ok(Some(sync_token));
                }
            }
        }
    }
    Ok(None)
}

fn bootstrap(app: &App) -> Option<Bootstrap<'_>> {
    let (user, org_only) = (&app.configuration.user, app.configuration.org_only);
    app.cloud.as_ref().map(|cloud| Bootstrap { cloud, user, org_only })
}

/// Keeps what came from the cloud, on disk and in memory.
fn take(app: &App, news: Projection) -> Result<(), Ending> {
    let mut library = app.library();
    let known = (app.kind == BootKind::Warm).then(|| library.projection().clone());
    let merged = memory::merge(known, news);
    if merged == *library.projection() {
        return Ok(());
    }
    memory::store(app.folder.path(), &merged).map_err(|error| {
        Ending::NoFolder(format!("cannot write into {}: {error}; see to its disk", app.folder.path().display()))
    })?;
    library.replace_projection(merged);
    Ok(())
}
