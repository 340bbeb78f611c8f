//! The surface: a table of caps and idle TTLs whose cells are the warmer, the more turns find a live runtime.

use maud::{Markup, html};

use super::chosen;
use crate::base::Span;
use crate::plan::{HeatRow, Plan};
use crate::report::words;

pub(super) fn section(plan: &Plan) -> Markup {
    let heat = &plan.surface;
    if heat.turns == 0 {
        return Markup::default();
    }
    let refuses = heat.rows.iter().any(|row| row.cap < heat.peak_busy);
    html! {
        section {
            h2 { "Every cap and idle TTL at once" }
            p.note {
                "What share of " (words::count(heat.turns)) " turns finds a live runtime, by stack distances: exact where boots \
                 take no time and nobody is refused. Nothing is gained beyond a cap of " (words::count(heat.largest_cap.into())) "."
                @if refuses { " Where a cap is marked !, leases outnumber slots, callers are refused, and the share says nothing." }
            }
            div.scrolls tabindex="0" role="region" aria-label="Share of turns that find a live runtime, by cap and idle TTL" {
                table.heat {
                    thead {
                        tr { th scope="col" { "Cap \\ TTL" } @for ttl in &heat.ttls_s { th.number scope="col" { (short(*ttl)) } } }
                    }
                    tbody { @for row in heat.rows.iter().rev() { (line(plan, row)) } }
                }
            }
        }
    }
}

fn line(plan: &Plan, HeatRow { cap, reuse_share }: &HeatRow) -> Markup {
    let refuses = *cap < plan.surface.peak_busy;
    html! {
        tr.chosen[chosen(plan) == Some(*cap)] {
            th.number scope="row" {
                (words::count((*cap).into())) @if refuses { " !" } @if chosen(plan) == Some(*cap) { " ◂ take" }
            }
            @for share in reuse_share {
                @match share {
                    Some(share) => td.number.{ "w" (warmth(*share)) } { (words::share(*share)) },
                    None => td.number { "–" },
                }
            }
        }
    }
}

/// In twentieths: styles are classes, because the page's policy lets no other in.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 20")]
fn warmth(share: f64) -> u8 {
    (share.clamp(0.0, 1.0) * 20.0).round() as u8
}

fn short(seconds: f64) -> String {
    Span::from_secs_f64(seconds).to_string().replace(' ', "")
}
