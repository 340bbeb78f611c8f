//! Where the charts go, and what they say in words.

use maud::{Markup, html};

use crate::measure::chronicle::Chronicle;
use crate::report::words;

/// A chart to be drawn.
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) text: String,
}

pub(super) fn over_time(chronicle: &Chronicle) -> Markup {
    let limits = &chronicle.limits;
    let (budget, width) = (words::number(limits.budget_ms), words::number(chronicle.width_s));
    let charts = [
        Chart {
            id: "recall",
            title: "How long recalls took",
            text: format!(
                "Each point stands for {width} s. A percentile is drawn where enough recalls stand behind it; the \
                 dashed line is the budget of {budget} ms."
            ),
        },
        Chart {
            id: "runtimes",
            title: "Runtimes against the cap",
            text: format!(
                "All pools together may hold {}. Below the lines: when runtimes were evicted for others, and when \
                 callers were refused; the darker, the more.",
                words::count(limits.runtimes)
            ),
        },
        Chart {
            id: "ports",
            title: "Ports held",
            text: format!("A runtime holds a port from before its boot until it is gone; there are {}.", {
                words::count(limits.ports)
            }),
        },
        Chart { id: "load", title: "What was offered", text: "Calls that rang and recalls that were due.".to_owned() },
    ];
    html! {
        section {
            h2 { "Over time" }
            p.note.drawn { "Point at a chart for its values, or focus it and use the arrow keys. Drag to look closer, "
                "double-click (or press 0) to see all again." }
            (faults())
            @for chart in &charts { (figure(chart)) }
        }
    }
}

pub(super) fn distribution(chronicle: &Chronicle) -> Markup {
    let chart = Chart {
        id: "curve",
        title: "Recall percentiles by admission",
        text: format!(
            "What share of recalls took at most how long, by what getting the runtime meant; the tail is drawn out. The \
             dashed line is the budget of {} ms. Warm-up is left out.",
            words::number(chronicle.limits.budget_ms)
        ),
    };
    html! { section { h2 { "The tail" } (figure(&chart)) } }
}

pub(super) fn figure(chart: &Chart) -> Markup {
    let heading = format!("{}-title", chart.id);
    html! {
        figure.chart {
            figcaption { h3 #(heading) { (chart.title) } p { (chart.text) } }
            div.plot data-chart=(chart.id) tabindex="0" role="group" aria-labelledby=(heading) {}
            p.readout aria-live="polite" {}
        }
    }
}

/// Where the script says that it cannot do its work.
pub(super) fn faults() -> Markup {
    html! { p.fault #fault role="alert" hidden {} noscript { p.note { "Charts are drawn by a script, which is off." } } }
}
