//! How long things take: a law, and the random stream it is drawn from.
//!
//! Every draw is a function of integers and of portable arithmetic, `libm`'s or its equal, never of the platform's maths
//! library, so that the same seed gives the same nanoseconds on every machine. That is why the laws are written out
//! here instead of taken from `rand_distr`, which uses whichever `ln` and `exp` the build happens to link.

mod elementary;
mod law;
mod normal;
mod pieces;
mod powers;
mod stream;

pub use law::{Distribution, LawError};
pub use stream::Stream;
