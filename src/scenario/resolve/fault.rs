//! What breaks, and when.

use super::Resolver;
use crate::base::{Span, TenantIndex};
use crate::scenario::syntax::nearest;
use crate::scenario::typed::{self, FaultKind as Kind, Placed, Written};
use crate::scenario::{Fault, FaultKind, Tenant};

impl Resolver {
    /// All faults, in the order of their times.
    pub(super) fn faults(&mut self, typed: &[typed::Fault], tenants: &[Tenant]) -> Vec<Fault> {
        let mut faults: Vec<Fault> = typed.iter().map(|fault| self.fault(fault, tenants)).collect();
        faults.sort_by_key(|fault| fault.at);
        faults
    }

    fn fault(&mut self, typed: &typed::Fault, tenants: &[Tenant]) -> Fault {
        let (name, takes): (_, &[&str]) = match typed.kind.value {
            Kind::RuntimeCrash => ("`runtime.crash`", &["tenant", "share"]),
            Kind::RuntimeHang => ("`runtime.hang`", &["tenant", "share", "for"]),
            Kind::RuntimeSlow => ("`runtime.slow`", &["tenant", "share", "factor", "for"]),
            Kind::RuntimeBootFail => ("`runtime.boot_fail`", &["tenant", "share", "hang", "for"]),
            Kind::CloudDown => ("`cloud.down`", &["for"]),
            Kind::CloudSlow => ("`cloud.slow`", &["by", "for"]),
            Kind::PortsSquat => ("`ports.squat`", &["count", "for"]),
        };
        self.superfluous(typed.given(), name, takes);
        let at = self.fault_time(&typed.at);
        let tenant = typed.tenant.as_ref().and_then(|tenant| self.named(tenant, tenants));
        Fault { at, tenant, kind: self.fault_kind(typed, at) }
    }

    fn fault_kind(&mut self, typed: &typed::Fault, at: Span) -> FaultKind {
        let share = typed.share.as_ref().map_or(1.0, |share| self.fault_share(share));
        let to_the_end = self.end() - at;
        let lasting =
            typed.lasting.as_ref().map_or(to_the_end, |lasting| self.positive(lasting, "the time of a fault"));
        match typed.kind.value {
            Kind::RuntimeCrash => FaultKind::RuntimeCrash { share },
            Kind::RuntimeHang => FaultKind::RuntimeHang { share, lasting },
            Kind::RuntimeSlow => {
                let factor = typed.factor.as_ref();
                let factor = factor.map_or(10.0, |factor| self.real(factor, "a factor", 1.0..=MOST_SLOW));
                FaultKind::RuntimeSlow { share, factor, lasting }
            }
            Kind::RuntimeBootFail => {
                let hang = typed.hang.as_ref().is_some_and(|hang| hang.value);
                FaultKind::RuntimeBootFail { share, hang, lasting }
            }
            Kind::CloudDown => FaultKind::CloudDown { lasting },
            Kind::CloudSlow => {
                let by = typed.by.as_ref().map_or(Span::from_secs(1), |by| self.positive(by, "the delay of the cloud"));
                FaultKind::CloudSlow { by, lasting }
            }
            Kind::PortsSquat => {
                let count = self.count(typed.count.as_ref(), "the number of ports taken", 1, (1, u16::MAX));
                FaultKind::PortsSquat { count, lasting }
            }
        }
    }

    fn fault_time(&mut self, typed: &Written<typed::Duration>) -> Span {
        let at = self.span(typed);
        if at >= self.end() {
            let message = format!("a fault at {} comes after the end of the run ({})", typed.text, self.end());
            self.problems.add(&typed.place, message, "let it happen before duration and grace are over");
        }
        at
    }

    fn fault_share(&mut self, typed: &Written<typed::Share>) -> f64 {
        let share = self.quantity(typed);
        if share == Some(0.0) {
            self.problems.add(&typed.place, "a fault that hits nobody", "write a share such as \"20%\"");
        }
        share.unwrap_or(1.0)
    }

    fn named(&mut self, typed: &Placed<String>, tenants: &[Tenant]) -> Option<TenantIndex> {
        let found = (0..).map(TenantIndex).zip(tenants).find(|(_, tenant)| tenant.name == typed.value);
        if let Some((index, _)) = found {
            return Some(index);
        }
        let names: Vec<&str> = tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        let help = match nearest(&typed.value, &names) {
            Some(nearest) => format!("did you mean {nearest:?}?"),
            None => format!("tenants here: {names:?}"),
        };
        self.problems.add(&typed.place, format!("there is no tenant {:?}", typed.value), help);
        None
    }

    /// When the run is over at the latest.
    pub(super) fn end(&self) -> Span {
        self.clock.duration + self.clock.grace
    }
}

/// Slower than this is a hang.
const MOST_SLOW: f64 = 1e6;
