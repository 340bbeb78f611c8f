//! The pool client as a library a Rust voice agent could use: one process per caller, kept, reused, evicted, replaced.
//!
//! [`VoiceClient`] is what an agent holds: [`search_memory`](VoiceClient::search_memory) before a turn,
//! [`save_response`](VoiceClient::save_response) after it, [`session`](VoiceClient::session) to keep a caller's runtime
//! for a whole call. [`PartnerClient`] onboards customers. Names, defaults and error codes are the official SDK's.
//!
//! ```
//! use busyhour::client::{SaveOptions, SearchOptions, User, VoiceClient, VoiceError};
//!
//! async fn take_a_turn(client: &VoiceClient, heard: &str) -> Result<(), VoiceError> {
//!     let ann = User::new("ann")?.named("Ann");
//!     let memory = client.search_memory(heard, &ann, &SearchOptions::default()).await?;
//!     let reply = format!("(what the model makes of {heard:?} and {})", memory.context_text);
//!     client.save_response(heard, &reply, &ann, &SaveOptions::default()).await?;
//!     Ok(())
//! }
//! ```
//!
//! `examples/agent.rs` is a whole agent that runs without an account.
//!
//! The rules live in [`crate::pool`]; this room carries its decisions out: [`shell`](self) holds the state machine
//! behind a lock that is never held across a wait, `launch` starts and ends processes, `runtime_api` and `cloud_api`
//! speak HTTP. What this room promises beyond the pool's laws:
//!
//! * One session per runtime *process*: started before its first request, ended before its drain, and never carried
//!   over to another process that happens to listen on the same port. Every process is asked who it is first.
//! * Dropping any future at any await point gives back what it held: lease, slot, port, process.
//! * A process that dies is noticed when it dies; a call that was under way on it is tried once more on its successor.
//! * Nothing here blocks: flushes, patience after SIGTERM and the start of processes happen beside the traffic.

mod boot;
mod builder;
mod cloud_api;
mod entry;
mod error;
mod farewell;
mod http;
mod key_book;
mod launch;
mod lease;
mod live_runtime;
mod observer;
mod runtime_api;
mod search;
mod session;
mod shell;
mod time_keeper;
mod user;
mod voice_client;

pub use builder::{DEFAULT_BASE_URL, VoiceClientBuilder};
pub use cloud_api::PartnerClient;
pub use error::{Peer, VoiceError};
pub use launch::Executable;
pub(crate) use launch::{Ending, Process, start_with_kin};
pub use mock_runtime::wire::cloud::IndexInfo;
pub use mock_runtime::wire::loopback::Memory;
pub use observer::Observer;
pub use search::{Intent, Lane, Recalled, SaveOptions, SaveReceipt, SearchOptions, Timing};
pub use session::VoiceSession;
pub use user::User;
pub use voice_client::VoiceClient;
