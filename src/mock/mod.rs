//! The test double: a mock cloud with known customers, and runtimes for a client that somebody else wrote.
//!
//! [`Double::start`] raises a [`MockCloud`](crate::cloud::MockCloud), tells it what a [`Seed`] says, and writes an
//! executable for the client to start in the place of a voice runtime. That script sends every runtime to the mock cloud,
//! whatever cloud the client believes in, and makes it report here. So every request, to the cloud or to a runtime, is an
//! [`Event`], which [`Expectations`] can be held against.
//!
//! No runtime outlives the double: the kernel closes its line when this process ends, and that ends them.

mod call;
mod document;
mod double;
mod error;
mod expectation;
mod hearing;
mod launcher;
mod seed;

pub use call::{Call, Event, Place};
pub use document::FileError;
pub use double::{Double, Living, Settings};
pub use error::MockError;
pub use expectation::{Expectations, Judged, Nearest};
pub use seed::{Caller, Project, Seed};
