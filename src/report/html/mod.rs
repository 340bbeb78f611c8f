//! A run or a plan as one page for a browser: self-contained, opens from disk, asks the network for nothing.
//!
//! What has to be said stands in the page as text; the charts are drawn over it by a script from numbers that stand in
//! the page as JSON. Names and texts come from scenarios and peers: the template escapes them, the JSON has no `<`, and
//! the page's own policy lets nothing run but the two scripts whose hashes it names, nothing load at all. The charts are
//! drawn by [uPlot](https://github.com/leeoniya/uPlot), version 1.6.32, MIT, which stands in `uplot/` as it was published.

mod cards;
mod charts;
mod evictions;
mod frame;
mod latencies;
mod misdeeds;
mod origin;
mod page;
mod plan;
mod plotted;
mod tenants;
mod thresholds;
mod verdict;
mod waterfall;

pub use plan::plan_html;

use crate::measure::Summary;
use crate::measure::chronicle::Chronicle;

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// How the run went.
    pub summary: &'a Summary,
    /// How it went over time; without it there are no charts.
    pub chronicle: Option<&'a Chronicle>,
    /// Text of the scenario as it was played.
    pub scenario: Option<&'a str>,
}

/// The page, as a whole file.
pub fn html(page: &Page<'_>) -> String {
    page::whole(page).into_string()
}

#[cfg(test)]
mod tests;
