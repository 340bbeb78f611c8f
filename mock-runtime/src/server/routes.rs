//! Paths to endpoints.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::app::App;
use super::refusal::Refusal;
use super::{body, flush, gates, health, save, search, sessions, telling};
use crate::wire::loopback as paths;

/// The whole API.
pub(crate) fn router(app: Arc<App>) -> Router {
    let tells = app.configuration.tells_requests;
    let router = Router::new()
        .route(paths::HEALTH, get(health::health))
        .route(paths::SESSION_START, post(sessions::start))
        .route(paths::SEARCH_MEMORY, post(search::search))
        .route(paths::TURN_AFTER, post(save::save))
        .route(paths::SESSION_END, post(sessions::end))
        .route(paths::SYNC_FLUSH, post(flush::flush))
        .fallback(async |uri: Uri| Refusal::NotFound { path: uri.path().to_owned() })
        .method_not_allowed_fallback(async |method: Method, uri: Uri| Refusal::MethodNotAllowed {
            path: uri.path().to_owned(),
            method: method.to_string(),
        })
        .layer(DefaultBodyLimit::max(body::LONGEST_BODY))
        .layer(from_fn_with_state(app.clone(), gates::boot))
        .layer(from_fn_with_state(app.clone(), gates::bearer));
    // Outermost, so that it hears of those who are turned away, too.
    let router = if tells { router.layer(from_fn_with_state(app.clone(), telling::tell)) } else { router };
    router.with_state(app)
}
