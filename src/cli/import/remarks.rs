//! What is told of single rows, on standard error.

use crate::records::{Account, Reading};

/// Tells the first of them, and how many there were.
pub(super) fn tell(reading: &Reading, shown: usize) {
    for line in lines(reading, shown) {
        crate::cli::tell(&line);
    }
}

fn lines(reading: &Reading, shown: usize) -> Vec<String> {
    let mut lines = of_account(&reading.rejected, "rejected", shown);
    lines.extend(of_account(&reading.remarks, "taken with a doubt", shown));
    if reading.late > 0 {
        lines.push(format!("{}: out of order, and sorted", rows(reading.late)));
    }
    if reading.unanswered > 0 {
        lines.push(format!("{}: ended before anybody answered, and left out", rows(reading.unanswered)));
    }
    lines
}

fn of_account(account: &Account, verb: &str, shown: usize) -> Vec<String> {
    let mut lines: Vec<String> =
        account.first.iter().take(shown).map(|remark| format!("line {}: {}", remark.line, remark.what)).collect();
    if account.total() > 0 {
        let kinds: Vec<String> = account.counts.iter().map(|(kind, count)| format!("{count} for {kind}")).collect();
        lines.push(format!("{} {verb}: {}", rows(account.total()), kinds.join(", ")));
    }
    lines
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
