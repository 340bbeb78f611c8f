//! `POST /v1/runtime/session/start` and `/end`, and what is kept of a session in between.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use super::app::App;
use super::body::{Body, required};
use super::refusal::Refusal;
use crate::behaviour::Work;
use crate::clock;
use crate::memory::{LogError, SavedTurn, SessionFiles, WorkingBrief};
use crate::wire::loopback::{
    Bootstrapped, Budgets, SessionEnd, SessionEnded, SessionPaths, SessionStart, SessionStarted,
};
use crate::witness::{Fact, RequestKind};

/// Sessions started and not ended, and those a lenient runtime serves although they were never started.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: HashMap<String, Session>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct Session {
    /// A lenient runtime saves turns of sessions that are not, and still knows the difference.
    started: bool,
    files: SessionFiles,
    /// Event ids by turn id: the same turn saved twice is one turn.
    turns: HashMap<String, String>,
    brief: WorkingBrief,
}

/// Opens a session. Opening one that is open changes nothing: a client may repeat a call whose answer it did not see.
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Body(request): Body<SessionStart>,
) -> Result<Json<SessionStarted>, Refusal> {
    let began_ns = clock::now_ns();
    let session = required("sessionId", request.session_id.as_ref())?;
    refuse_strangers(&app, &request)?;
    let paths = open(&app, session, &request)?;
    // Told before the time is spent: a client that does not wait for the answer has a session all the same.
    let user = app.configuration.user.clone();
    app.witness.tell(Fact::SessionStarted { session: session.to_owned(), user });
    app.spend(Work::SessionStart, began_ns).await;
    app.witness.tell(Fact::Served { what: RequestKind::SessionStart, session: session.to_owned() });
    Ok(Json(SessionStarted { session_id: session.to_owned(), bootstrap: bootstrapped(&app), paths }))
}

/// Closes a session and brings what happened in it to the cloud, if the cloud takes it soon.
pub(super) async fn end(
    State(app): State<Arc<App>>,
    Body(request): Body<SessionEnd>,
) -> Result<Json<SessionEnded>, Refusal> {
    let session = required("sessionId", request.session_id.as_ref())?;
    let reason = request.reason.as_deref().unwrap_or("completed");
    let known = app.sessions().is_open(session);
    if !known {
        app.witness.tell(Fact::StrayEnd { session: session.to_owned() });
    }
    app.expect_session(session, known)?;
    app.outgoing.add(app.events.session_end(session, reason))?;
    if let Some(ended) = app.sessions().open.remove(session) {
        ended.write_brief();
    }
    app.witness.tell(Fact::SessionEnded { session: session.to_owned(), reason: reason.to_owned() });
    let sync_pushed = app.outgoing.flush(app.cloud.as_ref(), END_PATIENCE).await;
    Ok(Json(SessionEnded { status: "ok".to_owned(), pending_outbox: app.outgoing.waiting(), sync_pushed }))
}

impl Sessions {
    /// How many were started and not ended.
    pub(super) fn count(&self) -> u64 {
        self.open.values().filter(|session| session.started).count() as u64
    }

    /// Whether this process started it and has not ended it.
    pub(super) fn is_open(&self, session: &str) -> bool {
        self.open.get(session).is_some_and(|session| session.started)
    }

    /// The session, with its files opened if they are not.
    pub(super) fn opened(&mut self, folder: &Path, session: &str) -> Result<&mut Session, LogError> {
        if !self.open.contains_key(session) {
            self.open.insert(session.to_owned(), Session::open(folder, session)?);
        }
        Ok(self.open.get_mut(session).expect("inserted just above"))
    }

    /// Writes down what the open sessions are about.
    pub(super) fn write_briefs(&self) {
        self.open.values().for_each(Session::write_brief);
    }
}

impl Session {
    fn open(folder: &Path, session: &str) -> Result<Self, LogError> {
        let (files, saved) = SessionFiles::open(folder, session)?;
        let brief = WorkingBrief { session_id: session.to_owned(), ..WorkingBrief::default() };
        let mut opened = Self { started: false, files, turns: HashMap::new(), brief };
        for turn in &saved {
            opened.note(turn);
        }
        Ok(opened)
    }

    /// The event id of a turn that was saved already.
    pub(super) fn event_of(&self, turn: &str) -> Option<&String> {
        self.turns.get(turn)
    }

    /// Saves a turn.
    pub(super) fn save(&mut self, turn: &SavedTurn) -> Result<(), LogError> {
        self.files.add(turn)?;
        self.note(turn);
        Ok(())
    }

    fn note(&mut self, turn: &SavedTurn) {
        self.turns.insert(turn.turn_id.clone(), turn.event_id.clone());
        self.brief.turns += 1;
        self.brief.last_user_text.clone_from(&turn.user_text);
        self.brief.last_assistant_text.clone_from(&turn.assistant_text);
    }

    fn write_brief(&self) {
        // A summary of what is safe in the log already; it must not keep a session from ending.
        drop(self.files.write_brief(&self.brief));
    }

    fn paths(&self) -> SessionPaths {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        SessionPaths { session_jsonl: text(self.files.turns_path()), working_brief: text(self.files.brief_path()) }
    }
}

fn open(app: &App, session: &str, request: &SessionStart) -> Result<SessionPaths, Refusal> {
    let mut sessions = app.sessions();
    let opened = sessions.opened(app.folder.path(), session)?;
    if !opened.started {
        app.outgoing.add(app.events.session_start(session, request))?;
        opened.started = true;
    }
    Ok(opened.paths())
}

/// The hard line between callers: whoever names another project or another caller is refused, and the witness told.
fn refuse_strangers(app: &App, request: &SessionStart) -> Result<(), Refusal> {
    let own = &app.configuration;
    let workspace = required("workspaceId", request.workspace_id.as_ref())?;
    let user = required("userId", request.user_id.as_ref())?;
    let user = user_in(request).filter(|inner| inner.trim() != own.user.trim()).unwrap_or_else(|| user.to_owned());
    if workspace == own.project && user == own.user {
        return Ok(());
    }
    app.witness.tell(Fact::IdentityRefused { named: format!("{workspace}/{user}") });
    let (own_workspace, own_user) = (own.project.clone(), own.user.clone());
    Err(Refusal::IdentityMismatch { own_workspace, own_user, workspace: workspace.to_owned(), user })
}

/// The user id inside the metadata, which clients send stripped of blanks.
fn user_in(request: &SessionStart) -> Option<String> {
    match request.metadata.get("user")?.get("id")? {
        Value::String(id) => Some(id.clone()),
        Value::Number(id) => Some(id.to_string()),
        _ => None,
    }
}

fn bootstrapped(app: &App) -> Bootstrapped {
    let library = app.library();
    let projection = library.projection();
    Bootstrapped {
        profile_version: projection.profile.as_ref().map_or(0, |profile| profile.version),
        permanent_manifest_version: projection.permanent_manifest_version,
        org_manifest_version: projection.org_manifest_version,
        sync_token: projection.sync_token.clone(),
        budgets: Budgets::default(),
    }
}

/// Well inside the five seconds a client waits for the end of a session.
const END_PATIENCE: Duration = Duration::from_secs(3);
