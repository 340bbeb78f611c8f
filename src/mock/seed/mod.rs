//! What the double knows before anybody calls: projects, agents, callers, facts, indexes.

mod list;
mod text;
mod typed;

use std::path::Path;

use mock_runtime::wire::cloud::IndexCreate;

use super::document::{self, FileError};
use super::error::MockError;
use crate::cloud::{Acquaintance, MockCloud};
use typed::Typed;

/// Everything that is known from the start. There is at least one project, and each has at least one agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Seed {
    /// The account key clients must carry.
    pub api_key: String,
    /// The first is the one settings are printed for.
    pub projects: Vec<Project>,
}

/// One customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// `proj_…`, by custom.
    pub id: String,
    /// Shown to people.
    pub name: String,
    /// Ids of its voice agents.
    pub agents: Vec<String>,
    /// Whom it knows.
    pub callers: Vec<Caller>,
    /// Its documents.
    pub indexes: Vec<IndexCreate>,
}

/// Somebody a project knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The end-user's id.
    pub id: String,
    /// What is known.
    pub known: Acquaintance,
}

impl Seed {
    /// Reads a seed from a file in TOML or JSON.
    pub fn load(file: &Path) -> Result<Self, FileError> {
        document::read::<Typed>(file).map(Self::from)
    }

    /// A shop with two callers and a handbook: what there is unless a file says otherwise.
    pub fn shop() -> Self {
        document::parse::<Typed>(Path::new(SHOP_FILE), SHOP).map(Self::from).expect("a test reads the shipped file")
    }

    /// Tells a cloud.
    pub(super) fn plant(&self, cloud: &MockCloud) -> Result<(), MockError> {
        for project in &self.projects {
            let agents: Vec<&str> = project.agents.iter().map(String::as_str).collect();
            cloud.add_project(&project.id, &project.name, &agents);
            for caller in &project.callers {
                cloud.acquaint(&project.id, &caller.id, caller.known.clone());
            }
            for index in &project.indexes {
                cloud.add_index(&project.id, index).map_err(|reason| {
                    let (project, index) = (project.id.clone(), index.name.clone());
                    MockError::Index { project, index, reason }
                })?;
            }
        }
        Ok(())
    }
}

const SHOP_FILE: &str = "examples/mock/seed.toml";
const SHOP: &str = include_str!("../../../examples/mock/seed.toml");

#[cfg(test)]
mod tests;
