//! The pool's rules as a pure state machine.
mod settings;
pub use settings::Settings;
