//! The wire types of contract v1: what travels between client, runtime and cloud.
//!
//! Three tongues, one file each: [`environment`] is what a client tells a runtime when it starts it, [`loopback`] is
//! the HTTP API between client and runtime, [`cloud`] the one between runtime (or client) and the MemoAir cloud.
//! Types here only describe; deciding and doing happen elsewhere. Reading is lenient where the official clients are
//! (unknown fields are ignored, absent ones defaulted); writing is exact.

pub mod cloud;
pub mod environment;
pub mod error;
pub mod loopback;

pub use error::{ErrorBody, ErrorDetail};
