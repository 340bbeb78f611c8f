//! The log of a play: its lines, and what they come to in a sentence.

use std::io::{self, Write};

use super::words::count;
use crate::measure::log::{BootAccount, LogLine};

/// Writes one line of JSON.
pub fn log_line(out: &mut dyn Write, line: &LogLine<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    out.write_all(b"\n")
}

/// How many boots a larger pool would have spared, in a line without an end.
pub fn boots(account: &BootAccount) -> String {
    let (evicted, total) = (count(account.evicted), count(account.total));
    let ports = match account.evicted_for_ports {
        0 => String::new(),
        ports => format!(" ({} of them for want of a port)", count(ports)),
    };
    let spared = match (account.half_from_cap, account.most_from_cap, account.all_from_cap) {
        (Some(half), Some(most), Some(all)) => {
            format!("{}: half from cap {half}, 80 % from {most}, all from {all}", count(account.avoidable))
        }
        _ => "none".to_owned(),
    };
    format!("boots: {evicted} of {total} were evictions' doing{ports}; a larger pool would have spared {spared}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boots_are_summed_up_in_a_sentence() {
        let none = BootAccount { total: 12, first_use: 12, ..BootAccount::default() };
        assert_eq!(boots(&none), "boots: 0 of 12 were evictions' doing; a larger pool would have spared none");
        let many = BootAccount {
            total: 1_301,
            evicted: 214,
            evicted_for_ports: 3,
            avoidable: 198,
            half_from_cap: Some(22),
            most_from_cap: Some(27),
            all_from_cap: Some(31),
            ..BootAccount::default()
        };
        assert_eq!(
            boots(&many),
            "boots: 214 of 1,301 were evictions' doing (3 of them for want of a port); a larger pool would have spared \
             198: half from cap 22, 80 % from 27, all from 31"
        );
    }
}
