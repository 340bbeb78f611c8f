//! Real `voice-runtime` processes against a small cloud and a small harness inside the test.

mod api;
mod boot;
mod endings;
mod identity;
mod outbox;
mod telling;
mod world;
