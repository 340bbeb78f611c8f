//! The caller's memory, asked: four lanes, words weighed by how rare they are, texts within a budget of characters.
//!
//! Pure code on what is in memory: no I/O, and never a call to the cloud.
//!
//! * `profile` — who the caller is; always in the answer when it is searched.
//! * `working` — what was said in this caller's saved turns.
//! * `permanent` — facts about this caller.
//! * `org` — chunks of the project's documents.

mod answer;
mod context;
mod index;
mod lane;
mod library;
mod words;

pub(crate) use answer::{Question, answer};
pub(crate) use lane::Lane;
pub(crate) use library::Library;
