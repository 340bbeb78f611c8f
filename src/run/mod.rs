//! The live engine: real time, real processes, faults.

/// The hidden first argument that makes this program a mock runtime, so that one installed binary is enough.
pub const EMBEDDED_RUNTIME: &str = "__voice-runtime";
