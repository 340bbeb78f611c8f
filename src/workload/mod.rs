//! Who calls when and says what: a lazy seeded stream that knows no engine.
mod spec;
pub use spec::{Arrivals, CallLength, Population, Rate, Route, Stage, TenantTraffic, Traffic};
