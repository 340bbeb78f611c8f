//! Paths to calls, and what every call goes through.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mock_runtime::wire::cloud::{
    BOOTSTRAP, BootstrapRequest, Created, EVENTS, EventBatch, EventReceipt, INDEX_CREATE, INDEX_LIST, IndexCreate,
    IndexInfo, IndexList, NewAgent, NewProject, PROJECTS, Projection,
};

use super::hearing::Heard;
use super::identity::{Identity, demand_key};
use super::payload::Payload;
use super::refusal::{Refusal, RefusalCode};
use super::site::Site;

/// Every call the cloud answers.
pub(super) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route(PROJECTS, post(create_project))
        .route(AGENTS, post(create_agent))
        .route(BOOTSTRAP, post(bootstrap))
        .route(EVENTS, post(take_events))
        .route(INDEX_CREATE, post(create_index))
        .route(INDEX_LIST, get(list_indexes))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(from_fn_with_state(Arc::clone(&site), attend))
        .with_state(site)
}

/// Lets a call in or not, counts it, and keeps its answer back for as long as the latency says.
async fn attend(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let latency = site.draw_latency();
    let call = call_name(&request);
    let (request, heard) = Heard::of(request, site.ear.as_ref()).await;
    let response = match admit(&site, &request) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    site.tally.lock().note(call, response.extensions().get::<RefusalCode>().map(|refused| refused.0));
    heard.answered(&response);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    response
}

fn admit(site: &Site, request: &Request) -> Result<(), Refusal> {
    if site.conditions.is_down() {
        return Err(Refusal::unavailable());
    }
    demand_key(request.headers(), &site.account_key)
}

/// What the ledger calls it.
fn call_name(request: &Request) -> &'static str {
    match request.uri().path() {
        PROJECTS => "projects",
        BOOTSTRAP => "bootstrap",
        EVENTS => "events",
        INDEX_CREATE => "index.create",
        INDEX_LIST => "index.list",
        path if path.starts_with(PROJECTS) && path.ends_with("/agents") => "agents",
        _ => "other",
    }
}

type Answer<T> = Result<Json<T>, Refusal>;

async fn create_project(
    State(site): State<Arc<Site>>,
    Payload(project): Payload<NewProject>,
) -> Result<(StatusCode, Json<Created>), Refusal> {
    let id = site.registry.lock().onboard(project)?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

async fn create_agent(
    State(site): State<Arc<Site>>,
    project: Result<Path<String>, PathRejection>,
    Payload(agent): Payload<NewAgent>,
) -> Result<(StatusCode, Json<Created>), Refusal> {
    let Path(project) =
        project.map_err(|_| Refusal::bad_field("project_id", "is no text: percent-encode its UTF-8"))?;
    let id = site.registry.lock().add_agent(&project, &agent)?;
    Ok((StatusCode::CREATED, Json(Created { id })))
}

async fn bootstrap(
    State(site): State<Arc<Site>>,
    identity: Identity,
    Payload(request): Payload<BootstrapRequest>,
) -> Answer<Projection> {
    site.bootstrap(&identity, &request).map(Json)
}

async fn take_events(
    State(site): State<Arc<Site>>,
    identity: Identity,
    Payload(batch): Payload<EventBatch>,
) -> Answer<EventReceipt> {
    site.take_events(&identity, batch).map(Json)
}

async fn create_index(
    State(site): State<Arc<Site>>,
    identity: Identity,
    batch: Result<Payload<IndexCreate>, Refusal>,
) -> Answer<IndexInfo> {
    let Payload(batch) = batch.map_err(|refusal| {
        if refusal.is_body_too_large() { Refusal::batch_too_large(OVER_ANY_LIMIT.to_owned()) } else { refusal }
    })?;
    site.create_index(identity.project(), &batch).map(Json)
}

async fn list_indexes(State(site): State<Arc<Site>>, identity: Identity) -> Json<IndexList> {
    Json(site.list_indexes(&identity))
}

async fn not_found(method: Method, uri: Uri) -> Refusal {
    Refusal::not_found(method.as_str(), uri.path())
}

const AGENTS: &str = "/v1/projects/{project_id}/agents";
const OVER_ANY_LIMIT: &str = "the body is many times over 1 MB of documents: send at most 1000000 bytes at once";
