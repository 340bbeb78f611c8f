//! The runtime and the cloud: the caller's memory comes down at boot, saved turns go up in the background.
//!
//! Serving a search never comes here.

mod bootstrap;
mod client;
mod event;
mod push;

pub(crate) use bootstrap::{Bootstrap, News};
pub(crate) use client::{CloudClient, CloudError};
pub(crate) use event::EventSource;
pub(crate) use push::Outgoing;
