//! `POST /v1/runtime/search_memory`

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use super::app::App;
use super::body::{Body, required};
use super::refusal::Refusal;
use crate::behaviour::Work;
use crate::clock;
use crate::search::{Lane, Question, answer};
use crate::wire::loopback::{Budgets, Memory, SearchMemory};
use crate::witness::{Fact, RequestKind};

/// Searches this caller's memory. Local only: the cloud is never asked.
pub(super) async fn search(
    State(app): State<Arc<App>>,
    Body(request): Body<SearchMemory>,
) -> Result<Json<Memory>, Refusal> {
    let began_ns = clock::now_ns();
    let session = required("sessionId", request.session_id.as_ref())?;
    required("query", request.query.as_ref())?;
    let question = question(&app, &request)?;
    app.admit(RequestKind::Search, session)?;
    let memory = answer(&mut app.library_with_turns(), &question, &Budgets::default());
    app.spend(Work::Search, began_ns).await;
    app.witness.tell(Fact::Served { what: RequestKind::Search, session: session.to_owned() });
    Ok(Json(memory))
}

fn question(app: &App, request: &SearchMemory) -> Result<Question, Refusal> {
    let lanes = lanes(request.lanes.as_deref(), app.configuration.org_only)?;
    let wanted = wanted(request.top_k.as_ref())?;
    let top_k = |lane: Lane| wanted.get(&lane).copied().unwrap_or_else(|| lane.default_top_k(&Budgets::default()));
    Ok(Question {
        query: request.query.clone().unwrap_or_default(),
        lanes: lanes.into_iter().map(|lane| (lane, top_k(lane))).collect(),
        earlier_in_call: request.intent.as_deref() == Some("earlier_in_call"),
        include_sources: request.include_sources,
    })
}

/// The lanes asked for, or all; in org-only mode never another than org.
fn lanes(asked: Option<&[String]>, org_only: bool) -> Result<Vec<Lane>, Refusal> {
    let asked = match asked {
        None => Lane::ALL.to_vec(),
        Some(names) => names.iter().map(|name| lane("lanes", name)).collect::<Result<_, _>>()?,
    };
    Ok(asked.into_iter().filter(|lane| !org_only || *lane == Lane::Org).collect())
}

fn wanted(top_k: Option<&BTreeMap<String, u64>>) -> Result<BTreeMap<Lane, usize>, Refusal> {
    let limit =
        |(name, limit): (&String, &u64)| Ok((lane("topK", name)?, usize::try_from(*limit).unwrap_or(usize::MAX)));
    top_k.into_iter().flatten().map(limit).collect()
}

fn lane(field: &str, name: &str) -> Result<Lane, Refusal> {
    let problem = || format!("`{name}` is no lane: use profile, working, permanent or org");
    Lane::named(name).ok_or_else(|| Refusal::BadRequest { field: field.to_owned(), problem: problem() })
}
