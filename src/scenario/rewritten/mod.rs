//! A scenario's text, changed in places: all else stays as it was typed, comments included.

mod calibrated;
mod played;

use toml_edit::{Decor, DocumentMut, Item, Table, TableLike, Value};

pub use calibrated::{Calibration, LawSource};

use super::Scenario;

/// The text as something that can be changed.
fn document(scenario: &Scenario) -> DocumentMut {
    scenario.text.parse().expect("a scenario was read from this text, so it is TOML")
}

/// The table `name`, made where it is missing. One in a single line is written out: it has no room for remarks.
fn table<'d>(document: &'d mut DocumentMut, name: &str) -> &'d mut dyn TableLike {
    let item = document.entry(name).or_insert_with(|| Item::Table(Table::new()));
    if item.is_inline_table() {
        let inline = std::mem::take(item).into_table().expect("an inline table is one");
        *item = Item::Table(inline);
    }
    item.as_table_like_mut().expect("a scenario was read from this text, so this is a table")
}

/// Sets a key. What stands around an old value, such as a comment, stays; where no comment stands behind it, `remark`
/// does.
fn set(table: &mut dyn TableLike, key: &str, value: impl Into<Value>, remark: &str) {
    let mut value = value.into();
    let old = table.get(key).and_then(Item::as_value).and_then(|old| old.decor().suffix()?.as_str());
    let remark = match old {
        Some(old) if remark.is_empty() || !old.trim().is_empty() => old.to_owned(),
        _ if remark.is_empty() => String::new(),
        _ => format!(" # {remark}"),
    };
    *value.decor_mut() = Decor::new(" ", remark);
    match table.get_mut(key) {
        Some(old) => *old = Item::Value(value),
        None => drop(table.insert(key, Item::Value(value))),
    }
}

#[cfg(test)]
mod tests;
