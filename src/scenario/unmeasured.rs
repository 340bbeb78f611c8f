//! Executables of which nobody said how long they take: they can be played, and not simulated.

use super::problem::{Problem, ScenarioError, WrongText};
use super::resolve::listed;
use super::{Program, Scenario};

impl Scenario {
    /// Whether everything is known that virtual time needs. What the mock's defaults say is true of the mock alone, so
    /// another executable must come with every law a simulation draws from: they all shape when slots and ports are free.
    pub fn must_be_simulable(&self) -> Result<(), ScenarioError> {
        let Program::Binary(binary) = &self.runtime.program else { return Ok(()) };
        if self.runtime.assumed.is_empty() {
            return Ok(());
        }
        let message = format!(
            "{} can't be simulated: it is not said what its {} take",
            binary.display(),
            listed(&self.runtime.assumed)
        );
        let help = "add them to `[runtime]` as you measured them, such as `boot_cold = \"400ms\"`; \
                    `busyhour calibrate RUN-DIR` writes what a run measured into a scenario";
        let problem = Problem::new(&self.runtime.place, message, help);
        Err(Box::new(WrongText::new(&self.file, self.text.to_string(), vec![problem])).into())
    }
}
