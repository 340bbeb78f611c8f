//! How often what happened to each tenant, by the same names while a run goes on and when it is over.

use std::fmt;

use super::exposition::{Exposition, label};
use crate::measure::Counts;

/// A tenant's name and counts, and its recalls within the budget.
pub(super) type Counted<'c> = (&'c str, &'c Counts, u64);

/// All counters.
pub(super) fn expose(tenants: &[Counted<'_>], to: &mut Exposition<'_>) -> fmt::Result {
    let mut calls = |name: &str, help: &str, of: fn(&Counts) -> u64| {
        to.counters(name, help, tenants.iter().map(|(tenant, counts, _)| (vec![label("tenant", tenant)], of(counts))))
    };
    calls("busyhour_calls", "Calls that rang", |counts| counts.calls)?;
    calls("busyhour_calls_shed", "Calls that were turned away after a refusal", |counts| counts.calls_shed)?;
    calls("busyhour_calls_cut", "Calls that were hung up at the end", |counts| counts.calls_cut)?;
    family(
        to,
        tenants,
        ("busyhour_recalls", "Recalls that were attempted, by what came of them", "outcome"),
        |(_, counts, _)| vec![("ok", counts.recalls_ok), ("failed", counts.recalls_failed)],
    )?;
    family(
        to,
        tenants,
        ("busyhour_budget", "Recalls that were attempted, by whether they met the budget", "met"),
        |(_, counts, met)| vec![("true", *met), ("false", counts.recalls() - met)],
    )?;
    family(
        to,
        tenants,
        ("busyhour_admissions", "Leases that were granted, by what that meant", "kind"),
        |(_, counts, _)| {
            let kinds = counts.admissions;
            vec![("reuse", kinds.reuse), ("join", kinds.join), ("warm", kinds.warm), ("cold", kinds.cold)]
        },
    )?;
    family(to, tenants, ("busyhour_drains", "Runtimes that were drained, by reason", "reason"), |(_, counts, _)| {
        let drains = counts.drains;
        vec![("lru", drains.lru), ("idle", drains.idle), ("close", drains.close), ("crash", drains.crash)]
    })?;
    family(
        to,
        tenants,
        ("busyhour_saves", "Saves that were attempted, by whether they were acknowledged", "outcome"),
        |(_, counts, _)| vec![("acked", counts.saves.acked), ("refused", counts.saves.refused)],
    )?;
    let errors = tenants.iter().flat_map(|(tenant, counts, _)| {
        counts.errors.iter().map(|(code, count)| (vec![label("tenant", tenant), label("code", code)], *count))
    });
    to.counters("busyhour_errors", "Errors by code, as recalls and saves got them in the end", errors)
}

fn family(
    to: &mut Exposition<'_>,
    tenants: &[Counted<'_>],
    (name, help, by): (&str, &str, &'static str),
    kinds: impl Fn(&Counted<'_>) -> Vec<(&'static str, u64)>,
) -> fmt::Result {
    let rows = tenants.iter().flat_map(|tenant| {
        let of_tenant = kinds(tenant).into_iter();
        of_tenant.map(|(kind, count)| (vec![label("tenant", tenant.0), label(by, kind)], count))
    });
    to.counters(name, help, rows)
}
