//! What can be typed. Everything that can be wrong is found while the file is read, so that it is known where it stands.

use mock_runtime::wire::cloud::IndexCreate;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::list::{Keyed, List};
use super::text::{Document, Filled, Id};
use super::{Caller, Project, Seed};
use crate::cloud::{Acquaintance, CloudSettings};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Typed {
    api_key: Option<Filled>,
    projects: List<TypedProject, 1>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedProject {
    id: Id,
    name: Option<Filled>,
    agents: List<Id, 1>,
    #[serde(default)]
    callers: List<TypedCaller, 0>,
    #[serde(default)]
    indexes: List<TypedIndex, 0>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedCaller {
    id: Id,
    name: Option<Filled>,
    profile: Option<Filled>,
    #[serde(default)]
    facts: Vec<Filled>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedIndex {
    name: Id,
    #[serde(default)]
    documents: Vec<Document>,
    metadata: Option<Map<String, Value>>,
}

impl From<Typed> for Seed {
    fn from(typed: Typed) -> Self {
        let api_key = typed.api_key.map_or_else(|| CloudSettings::default().account_key, |key| key.0);
        Self { api_key, projects: typed.projects.0.into_iter().map(Project::from).collect() }
    }
}

impl From<TypedProject> for Project {
    fn from(typed: TypedProject) -> Self {
        let name = typed.name.map_or_else(|| typed.id.0.clone(), |name| name.0);
        Self {
            id: typed.id.0,
            name,
            agents: typed.agents.0.into_iter().map(|agent| agent.0).collect(),
            callers: typed.callers.0.into_iter().map(Caller::from).collect(),
            indexes: typed.indexes.0.into_iter().map(IndexCreate::from).collect(),
        }
    }
}

impl From<TypedCaller> for Caller {
    fn from(typed: TypedCaller) -> Self {
        let text = |text: Option<Filled>| text.map(|text| text.0);
        let facts = typed.facts.into_iter().map(|fact| fact.0).collect();
        Self { id: typed.id.0, known: Acquaintance { name: text(typed.name), profile: text(typed.profile), facts } }
    }
}

impl From<TypedIndex> for IndexCreate {
    fn from(typed: TypedIndex) -> Self {
        let documents = typed.documents.into_iter().map(|document| document.0).collect();
        Self { name: typed.name.0, documents, metadata: typed.metadata }
    }
}

impl Keyed for TypedProject {
    const NOUN: &str = "project";
    fn key(&self) -> &str {
        &self.id.0
    }
}

impl Keyed for Id {
    const NOUN: &str = "agent";
    fn key(&self) -> &str {
        &self.0
    }
}

impl Keyed for TypedCaller {
    const NOUN: &str = "caller";
    fn key(&self) -> &str {
        &self.id.0
    }
}

impl Keyed for TypedIndex {
    const NOUN: &str = "index";
    fn key(&self) -> &str {
        &self.name.0
    }
}
