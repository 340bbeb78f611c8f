//! Every rule of the pool, each with the shortest story that shows it. Every step is followed by an audit.

mod admission;
mod boots;
mod endings;
mod experimental;
mod ports;
mod rig;
