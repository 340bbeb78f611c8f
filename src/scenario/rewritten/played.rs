//! A scenario as it was played.

use std::path::Path;

use toml_edit::{Array, Item, TableLike, Value};

use super::{document, set, table};
use crate::scenario::{ClientModel, Driver, Program, Scenario};

impl Scenario {
    /// The text of a file that plays the same again, wherever it lies: the seed, the runtime and the client that were played
    /// are filled in, and other files are named by their full paths.
    pub fn text_as_played(&self) -> String {
        let mut document = document(self);
        if let Ok(seed) = i64::try_from(self.seed) {
            set(document.as_table_mut(), "seed", seed, "");
        }
        if let Program::Binary(path) = &self.runtime.program {
            set(table(&mut document, "runtime"), "binary", absolute(path), "");
        }
        if self.client.asked.is_some() || matches!(self.client.driver, Driver::Command { .. }) {
            name_client(table(&mut document, "client"), &self.client);
        }
        let folder = self.file.parent().unwrap_or(&self.file);
        name_in_full(document.as_table_mut(), folder);
        document.to_string()
    }
}

/// Names the client under test. What was typed in the file stays where it was played.
fn name_client(table: &mut dyn TableLike, client: &ClientModel) {
    let Driver::Command { words, folder } = &client.driver else {
        table.remove(FOLDER);
        return set(table, DRIVER, client.driver.name(), "");
    };
    if client.asked.is_some() {
        set(table, DRIVER, words.iter().collect::<Array>(), "");
    }
    set(table, FOLDER, absolute(folder.as_deref().unwrap_or(Path::new("."))), "");
}

/// Names every file in full. In a scenario, `file` is always the key of one.
fn name_in_full(table: &mut dyn TableLike, folder: &Path) {
    for (key, item) in table.iter_mut() {
        if let (FILE, Some(file)) = (key.get(), item.as_str()) {
            let mut named = Value::from(absolute(&folder.join(file)));
            *named.decor_mut() = item.as_value().map(|value| value.decor().clone()).unwrap_or_default();
            *item = Item::Value(named);
        } else if let Some(tables) = item.as_array_of_tables_mut() {
            tables.iter_mut().for_each(|table| name_in_full(table, folder));
        } else if let Some(inner) = item.as_table_like_mut() {
            name_in_full(inner, folder);
        }
    }
}

/// Where the working folder cannot be told, as it is.
fn absolute(path: &Path) -> String {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).display().to_string()
}

const FILE: &str = "file";
const DRIVER: &str = "driver";
const FOLDER: &str = "folder";
