//! Booting, serving, delivering, and listening for the end, side by side.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;

use axum::serve::ListenerExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Notify;

use super::ending::Ending;
use super::lifeline::Parent;
use super::{bind, boot};
use crate::behaviour::Work;
use crate::clock;
use crate::server::{App, router};
use crate::witness::Fact;

/// Lives until something ends it. The listener is there from the start, unless the behaviour wants connections
/// refused until the boot is over.
pub(super) async fn live(app: Arc<App>, listener: Option<TcpListener>, parent: Parent) -> Ending {
    let Ok(terminate) = signal(SignalKind::terminate()) else {
        return Ending::Misconfigured("cannot listen for SIGTERM".to_owned());
    };
    let stopping = Arc::new(Notify::new());
    tokio::select! {
        ending = terminated(&app, terminate, &stopping) => ending,
        () = parent.gone(app.configuration.lifeline) => Ending::ParentGone,
        _ = app.witness.gone() => Ending::HarnessGone,
        Err(ending) = serve(&app, listener, &stopping) => ending,
    }
}

/// Serves from the start or from the end of the boot on; delivers the outbox from the end of the boot on.
async fn serve(app: &Arc<App>, listener: Option<TcpListener>, stopping: &Arc<Notify>) -> Result<Infallible, Ending> {
    let early = listener.is_some();
    if let Some(listener) = listener {
        listen(app, listener, stopping)?;
    }
    let behind = boot::boot(app).await?;
    if !early {
        listen(app, bind(&app.configuration)?, stopping)?;
    }
    announce(app);
    let catch_up = async {
        if let Some(sync_token) = behind {
            boot::catch_up(app, &sync_token).await;
        }
    };
    let deliver = async {
        if let Some(cloud) = &app.cloud {
            app.outgoing.deliver(cloud).await;
        }
    };
    tokio::join!(catch_up, deliver);
    std::future::pending().await
}

/// Serves in the background until it is told to stop: then nobody is let in any more, and who is in is served.
fn listen(app: &Arc<App>, listener: TcpListener, stopping: &Arc<Notify>) -> Result<(), Ending> {
    let listener = tokio::net::TcpListener::from_std(listener)
        .map_err(|error| Ending::NotBound(format!("cannot serve on {}: {error}", app.configuration.bind)))?;
    let listener = listener.tap_io(|connection| {
        // Without it an answer may wait for the client's delayed acknowledgement. It fails on dead connections only.
        drop(connection.set_nodelay(true));
    });
    let (router, stopping) = (router(app.clone()), stopping.clone());
    let server = axum::serve(listener, router).with_graceful_shutdown(async move { stopping.notified().await });
    tokio::spawn(server.into_future());
    Ok(())
}

async fn terminated(app: &App, mut terminate: Signal, stopping: &Notify) -> Ending {
    terminate.recv().await;
    app.witness.tell(Fact::Terminating);
    if app.configuration.behaviour.ignore_terminate {
        // The handler stays in place, so the signal does nothing.
        return std::future::pending().await;
    }
    stopping.notify_one();
    let now_ns = clock::now_ns();
    clock::sleep_until_ns(now_ns.saturating_add(app.draw(Work::Terminate, now_ns))).await;
    Ending::Terminated
}

fn announce(app: &App) {
    let own = &app.configuration;
    let folder = app.folder.path().display();
    app.remark(&format!(
        "serving user {:?} of project {:?} on http://{}; memory in {folder}",
        own.user, own.project, own.bind
    ));
}
