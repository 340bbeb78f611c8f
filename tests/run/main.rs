//! `busyhour run` as its users meet it: the real program, small scenarios, real processes.
//!
//! Every test plays in a folder of its own on ports of its own, and ends by looking for processes left behind.

#![expect(clippy::float_cmp, reason = "counts are whole numbers, which JSON and f64 keep as they are")]

mod bad_input;
mod calibrate;
mod calls;
mod contest;
#[path = "../debian/mod.rs"]
mod debian;
mod drivers;
mod exposition;
mod fakes;
mod faults;
mod fidelity;
mod gate;
mod interrupted;
mod metrics;
mod plan;
mod prometheus;
#[path = "../python/mod.rs"]
mod python;
mod result;
mod rig;
mod saves;
#[path = "../scripts/mod.rs"]
mod scripts;
mod sdk;
mod stall;
