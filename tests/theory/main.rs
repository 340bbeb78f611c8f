//! Simulations against what is known without them: closed forms, the pool itself, and truths put in beforehand.

mod estimate;
mod oracles;
mod paired;
mod processor_sharing;
mod surface;
