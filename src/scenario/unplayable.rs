//! Pools by an official SDK's rules: they can be simulated, and our client does not play them.

use super::problem::{Problem, ScenarioError, WrongText};
use super::{Driver, Scenario};
use crate::pool::Profile;

impl Scenario {
    /// Whether its client can play it. The built-in one follows our own rules, and would break the laws it is judged by if
    /// it followed others; of what a driver plays nobody knows the rules.
    pub fn must_be_playable(&self) -> Result<(), ScenarioError> {
        if self.client.driver != Driver::Builtin {
            return Ok(());
        }
        self.must_have_our_rules(
            "the built-in client follows its own rules",
            "`busyhour sim` plays it, and `busyhour run --client memoair-voice` the SDK itself; leave `profile` out to \
             run the built-in client",
        )
    }

    /// Whether its boots can be explained one by one: what another cap would have spared is known of our own rules only.
    pub fn must_be_explicable(&self) -> Result<(), ScenarioError> {
        self.must_have_our_rules(
            "which cap spares which boot is known of our own rules only",
            "leave `profile` out, or do without the explanations",
        )
    }

    fn must_have_our_rules(&self, why: &str, help: &str) -> Result<(), ScenarioError> {
        if self.profile == Profile::Builtin {
            return Ok(());
        }
        let message = format!("pools follow the rules of `{}` here, and {why}", self.profile);
        let problem = Problem::new(&self.profile_place, message, help);
        Err(Box::new(WrongText::new(&self.file, self.text.to_string(), vec![problem])).into())
    }
}
