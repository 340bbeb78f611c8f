//! The same scenario with several clients, as JSON.

use schemars::JsonSchema;
use serde::Serialize;

use crate::measure::Summary;

/// The same scenario, played with several clients in turn.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Clients {
    /// Name and version of this shape.
    #[schemars(extend("const" = Self::SCHEMA))]
    pub schema: String,
    /// In the order they were played.
    pub clients: Vec<ClientPlay>,
}

/// One client's play.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClientPlay {
    /// What `--client` called it.
    pub client: String,
    /// The folder it was filed in.
    pub folder: String,
    /// What came of it.
    pub summary: Summary,
}

impl Clients {
    /// Name and version of this shape.
    pub const SCHEMA: &'static str = "busyhour.clients/1";

    /// Pretty-printed, with a final newline.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("it has only string keys and finite numbers") + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::fixture::run_of;

    #[test]
    fn what_is_printed_fits_the_committed_schema() {
        let schema = schemars::schema_for!(Clients);
        let text = serde_json::to_string_pretty(&schema).expect("a schema has only string keys") + "\n";
        let committed = std::fs::read_to_string(SCHEMA_PATH).unwrap_or_default();
        if committed != text {
            std::fs::write(SCHEMA_PATH, &text).expect("reports/ can be written");
            panic!("{SCHEMA_PATH} was written anew: look at it, and commit it");
        }
        let play = ClientPlay { client: "builtin".to_owned(), folder: "f".to_owned(), summary: run_of([5], &[]) };
        let played = Clients { schema: Clients::SCHEMA.to_owned(), clients: vec![play] };
        let value = serde_json::from_str(&played.json()).expect("it is JSON");
        assert!(jsonschema::is_valid(&serde_json::from_str(&text).expect("a schema is JSON"), &value));
    }

    const SCHEMA_PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/reports/clients.schema.json");
}
