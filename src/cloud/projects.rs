//! The account's projects and their agents.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use mock_runtime::wire::cloud::{NewAgent, NewProject};

use super::fingerprint::Fingerprint;
use super::index::Library;
use super::ledger::Arrivals;
use super::memory::{Acquaintance, Learned};
use super::refusal::Refusal;

/// All projects of the account.
#[derive(Debug)]
pub(super) struct Registry {
    seed: u64,
    projects: HashMap<String, Project>,
    slugs: HashSet<String>,
}

/// One customer. Projects share nothing.
#[derive(Debug, Default)]
pub(super) struct Project {
    pub(super) name: String,
    agents: HashSet<String>,
    pub(super) library: Library,
    /// Callers somebody delivered events about.
    pub(super) callers: HashMap<Arc<str>, Learned>,
    pub(super) arrivals: Arrivals,
}

impl Registry {
    /// An account without projects, whose ids will be functions of `seed`.
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, projects: HashMap::new(), slugs: HashSet::new() }
    }

    /// Takes a customer in whose ids are given; of one there is already, adds the agents.
    pub(super) fn add(&mut self, id: &str, name: &str, agents: &[&str]) {
        self.slugs.insert(id.to_owned());
        let new = || Project { name: name.to_owned(), ..Project::default() };
        let project = self.projects.entry(id.to_owned()).or_insert_with(new);
        project.agents.extend(agents.iter().map(|agent| (*agent).to_owned()));
    }

    /// Tells of a caller of a project there is.
    pub(super) fn acquaint(&mut self, project: &str, user: &str, told: Acquaintance) {
        self.project_mut(project).callers.insert(Arc::from(user), Learned::told(told));
    }

    /// Onboards a customer; its id depends on seed and slug, whatever the order.
    pub(super) fn onboard(&mut self, project: NewProject) -> Result<String, Refusal> {
        demand_filled("name", &project.name)?;
        demand_filled("slug", &project.slug)?;
        if !self.slugs.insert(project.slug.clone()) {
            return Err(Refusal::slug_taken(&project.slug));
        }
        let id = self.id("proj", &[project.slug.as_bytes()]);
        self.projects.insert(id.clone(), Project { name: project.name, ..Project::default() });
        Ok(id)
    }

    /// Adds an agent; its id depends on seed, project, name and how many agents there are.
    pub(super) fn add_agent(&mut self, project_id: &str, agent: &NewAgent) -> Result<String, Refusal> {
        let project = self.projects.get(project_id).ok_or_else(|| Refusal::unknown_project(project_id))?;
        demand_filled("name", &agent.name)?;
        if agent.agent_type != "voice" {
            return Err(Refusal::bad_field("agentType", "must be voice"));
        }
        let number = (project.agents.len() as u64).to_le_bytes();
        let id = self.id("agent", &[project_id.as_bytes(), agent.name.as_bytes(), &number]);
        self.project_mut(project_id).agents.insert(id.clone());
        Ok(id)
    }

    /// Whether there is such a project, and the agent is its own.
    pub(super) fn has_agent(&self, project: &str, agent: &str) -> bool {
        self.projects.get(project).is_some_and(|project| project.agents.contains(agent))
    }

    /// The project, if the account has it.
    pub(super) fn project(&self, id: &str) -> Option<&Project> {
        self.projects.get(id)
    }

    /// The project, of which the caller knows that the account has it.
    pub(super) fn project_mut(&mut self, id: &str) -> &mut Project {
        self.projects.get_mut(id).expect("a project that was found once stays: projects are never removed")
    }

    fn id(&self, kind: &str, parts: &[&[u8]]) -> String {
        let seed = self.seed.to_le_bytes();
        let named: Vec<&[u8]> = [kind.as_bytes(), &seed].into_iter().chain(parts.iter().copied()).collect();
        format!("{kind}_{:016x}", Fingerprint::of(&named).short())
    }
}

fn demand_filled(field: &str, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() { Err(Refusal::bad_field(field, "is blank: fill it in")) } else { Ok(()) }
}
