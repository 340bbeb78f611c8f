//! The mock MemoAir cloud: what voice runtimes and clients would otherwise reach over the internet, on loopback.
//!
//! [`MockCloud`] serves the account's partner API, the projections runtimes boot from, the events their outboxes
//! deliver and the project's indexes. A [`Ledger`] says what arrived, [`Conditions`] take it down or slow it. It
//! remembers nothing after it stops, and knows nothing of pools, scenarios or engines: from this crate it imports
//! `base`, from the mock runtime its wire types.
//!
//! # The protocol
//!
//! JSON over HTTP/1.1. Paths and bodies are the types of [`mock_runtime::wire::cloud`]. A refusal is a status and the
//! envelope `{"error": {"code", "message", "details"}}`, with one exception, named below.
//!
//! **Identity.** Every call carries `Authorization: Bearer <account key>`; otherwise 401 `cloud.unauthorized`. The
//! voice calls (bootstrap, events, both index calls) also carry `X-Project-Id` and `X-Agent-Id`; a missing or blank
//! one is 401 `cloud.unauthorized` with `details.header`. A project the account does not have, or an agent of another
//! project, is 403 `cloud.forbidden`: which of the two it was is not told. Bootstrap and events are about one caller
//! and carry `X-User-Id` too; it must name the body's `userId`, else 403 `cloud.forbidden`. Ids a header cannot hold
//! travel as [`id_to_header`](mock_runtime::wire::cloud::id_to_header) writes them.
//!
//! | call | answer | refusals of its own |
//! |---|---|---|
//! | `POST /v1/projects` | 201, `id` | 400 blank `name` or `slug`, 409 `cloud.conflict` slug taken |
//! | `POST /v1/projects/{id}/agents` | 201, `id` | 404 `cloud.unknown_project`, 400 blank `name`, or not `voice` |
//! | `POST /v1/voice-sdk/bootstrap` | 200, a projection | 400 blank `userId`, unknown `mode` |
//! | `POST /v1/voice-sdk/events` | 200, a receipt | 400 blank id, unknown `kind`; the whole batch or nothing is taken |
//! | `POST /v1/voice-sdk/index/create` | 200, the index | 400 blank `name`, a document without text; 413 below |
//! | `GET /v1/voice-sdk/index/list` | 200, all indexes | |
//!
//! Any other path or method is 404 `not_found`; a body that is not the JSON expected is 400 `cloud.bad_request` and
//! says which field; a body over 16 MiB is 413 `cloud.body_too_large`; a cloud that is down answers everything with
//! 503 `cloud.unavailable`.
//!
//! **Projections.** A caller's memory is a profile, facts, and the organisation's chunks. Without a sync token, or
//! with one that is not this caller's, of this very cloud, the answer is a snapshot. With one it is what changed
//! since: entries to add, or to put in the place of those with the same id. Where that would not do, because an index
//! shrank meanwhile, the answer is a snapshot too. In org-only mode (or for the user `__org__`) it holds chunks only.
//! Everyone's profile and first facts are functions of (seed, project, user) and carry the caller's canary, the
//! organisation's first chunks the project's. A `session_end` turns the caller's delivered turns into facts; the
//! newest 32 are kept, and a newer one takes the id of the one it displaces.
//!
//! Who was [told](Acquaintance) of a caller before has that profile and those facts, too; where there are to be no seeded
//! [profiles](CloudSettings::profiles), nobody else has one before a session tells his name.
//!
//! **Events** are known by `eventId`, per project: a second delivery counts as a duplicate and changes nothing.
//! `session_start` carries the caller as `user` or `metadata.user` in its body; name and metadata are kept. `turn`
//! carries the saved turn, `turnId` included, `session_end` an optional `reason`.
//!
//! **Indexes.** A batch holds at most 100 documents and 1 MB: the sum of the lengths, in bytes of UTF-8, of the
//! documents written as compact JSON, at most 1,000,000. Beyond either: 413 with the flat body
//! `{"error": "batch_too_large", "message"}`. Creating an index again replaces it and raises its version.
//!
//! **Latency** is drawn for each call and passes between the work and its answer: a caller that gives up waiting may
//! have been served, as in life. It is kept by tokio's timer, so an answer is up to about a millisecond later still.

mod conditions;
mod error;
mod events;
mod fingerprint;
mod hearing;
mod identity;
mod index;
mod ledger;
mod memory;
mod payload;
mod projection;
mod projects;
mod refusal;
mod routes;
mod seeded;
mod server;
mod settings;
mod site;
mod token;

#[cfg(test)]
mod tests;

pub use conditions::Conditions;
pub use error::CloudError;
pub use hearing::CloudCall;
pub use ledger::{Ledger, SessionRecord, Totals, TurnDelivery};
pub use memory::Acquaintance;
pub use server::MockCloud;
pub use settings::CloudSettings;
