//! busyhour replays callers against a pool of per-caller MemoAir runtimes and says what they would have felt.
//!
//! ```text
//! scenario ──> workload ──> run ──> client ──> one runtime process a caller ──> cloud
//!  a file     calls, turns   │                          │
//!                            ├<──── witness: what the processes saw
//!                            └──> measure ──> report
//! ```
//!
//! The rooms, from the ground up; a room may import those above it in this list that its own head names, and
//! `tests/house` keeps that true:
//!
//! * [`base`] — time as integer nanoseconds, ids, named random streams, canaries.
//! * [`pool`] — the pool's rules as a pure state machine: no clock, no I/O, no waiting.
//! * [`workload`] — who calls when and says what, as a lazy seeded stream that knows no engine.
//! * [`records`] — call records: read, cleaned, described, made into what a workload plays.
//! * [`measure`] — events to histograms, counters and a summary; thresholds.
//! * [`scenario`] — a file to a checked, complete, immutable scenario.
//! * [`client`] — the pool client as a library a voice agent could use.
//! * [`cloud`] — the mock MemoAir cloud.
//! * [`mock`] — the test double: mock cloud and runtimes for somebody else's client, and what it asked of them.
//! * [`run`] — the live engine: real time, real processes, faults.
//! * [`sim`] — the virtual-time engine: the same scenario, calls and pool code, without waiting.
//! * [`plan`] — from traffic to settings: the smallest pool that keeps the thresholds.
//! * [`report`] — a summary to text and files.
//! * [`cli`] — the front door.

pub mod base;
pub mod cli;
pub mod client;
pub mod cloud;
pub mod measure;
pub mod mock;
pub mod plan;
pub mod pool;
pub mod records;
pub mod report;
pub mod run;
pub mod scenario;
pub mod sim;
pub mod workload;

/// The README's examples, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
