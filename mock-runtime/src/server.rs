//! The loopback server: six endpoints, every answer JSON, every refusal in the error envelope.
//!
//! A request passes three gates before it reaches its endpoint: the bearer, where one is demanded; the boot, which
//! either holds requests or turns them away until it is over; and, for requests about a session, the session itself.

mod app;
mod body;
mod flush;
mod gates;
mod health;
mod refusal;
mod routes;
mod save;
mod search;
mod sessions;
mod telling;

pub(crate) use app::App;
pub(crate) use routes::router;
