//! Capacity planning: from traffic to settings.
//!
//! [`surface`] plays a scenario's turns once, without a pool, and says which share of them would have found a live runtime
//! for *every* cap and any number of idle TTLs at once: each turn's stack distance says from which cap on, and the idle
//! time before it from which TTL on. It is exact where boots, searches and drains take no time and nobody is refused; where
//! they do it says which settings are worth a simulation, which is what judges them.
//!
//! [`Stack`] is the order of last uses in one pool, [`Surface`] the histogram, [`uses`] who is used when. Nothing here
//! reads a file or prints.

mod order;
mod pools;
mod stack;
mod surface;
mod uses;

pub use pools::{TenantSurface, surface};
pub use stack::{Found, Stack};
pub use surface::{Surface, Tally, Ticks};
pub use uses::{Use, What, uses};
