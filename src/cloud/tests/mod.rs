//! The mock cloud as its callers meet it: over HTTP.

mod acquaintance;
mod bootstrap;
mod conditions;
mod events;
mod identity;
mod index;
mod lifecycle;
mod partner;
mod peer;
