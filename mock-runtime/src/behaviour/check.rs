//! Is a behaviour one that can be played?

use thiserror::Error;

use super::{Behaviour, Window};
use crate::distribution::LawError;

/// A behaviour that cannot be played. Every message names the field.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BehaviourError {
    /// A law with parameters that mean nothing.
    #[error("`{field}`: {source}")]
    Law {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        source: LawError,
    },
    /// A share that is none.
    #[error("`{field}`: a share lies between 0 and 1, not at {share}")]
    Share {
        /// The field.
        field: &'static str,
        /// What was given.
        share: f64,
    },
    /// A factor that would turn time back or stop it.
    #[error("`slow`: a factor lies between 0 and {}, not at {factor}", Behaviour::LARGEST_FACTOR)]
    Factor {
        /// What was given.
        factor: f64,
    },
    /// A window that ends before it begins.
    #[error("`{field}`: the window ends ({until_ns} ns) before it begins ({from_ns} ns): swap the two")]
    Window {
        /// The field.
        field: &'static str,
        /// Its beginning.
        from_ns: u64,
        /// Its end.
        until_ns: u64,
    },
}

impl Behaviour {
    /// The largest factor of a slow window.
    pub const LARGEST_FACTOR: f64 = 1e6;

    /// Refuses laws, shares, factors and windows that mean nothing.
    pub fn check(&self) -> Result<(), BehaviourError> {
        let laws = [
            ("boot_cold", &self.boot_cold),
            ("boot_warm", &self.boot_warm),
            ("session_start", &self.session_start),
            ("search", &self.search),
            ("save", &self.save),
            ("flush", &self.flush),
            ("terminate", &self.terminate),
        ];
        for (field, law) in laws {
            law.check().map_err(|source| BehaviourError::Law { field, source })?;
        }
        for failure in &self.boot_failures {
            check_window("boot_failures", failure.window)?;
            check_share("boot_failures", failure.share)?;
        }
        for slow in &self.slow {
            check_window("slow", slow.window)?;
            check_share("slow", slow.share)?;
            check_factor(slow.factor)?;
        }
        Ok(())
    }
}

fn check_window(field: &'static str, Window { from_ns, until_ns }: Window) -> Result<(), BehaviourError> {
    if from_ns <= until_ns { Ok(()) } else { Err(BehaviourError::Window { field, from_ns, until_ns }) }
}

fn check_share(field: &'static str, share: f64) -> Result<(), BehaviourError> {
    if (0.0..=1.0).contains(&share) { Ok(()) } else { Err(BehaviourError::Share { field, share }) }
}

fn check_factor(factor: f64) -> Result<(), BehaviourError> {
    if (0.0..=Behaviour::LARGEST_FACTOR).contains(&factor) { Ok(()) } else { Err(BehaviourError::Factor { factor }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::{BootFailure, FailureMode, Slow};
    use crate::distribution::Distribution;

    #[test]
    fn the_default_can_be_played() {
        assert_eq!(Behaviour::default().check(), Ok(()));
    }

    #[test]
    fn a_refusal_names_the_field() {
        let law = Behaviour { search: Distribution::Uniform { min_ns: 2, max_ns: 1 }, ..Behaviour::default() };
        assert!(law.check().expect_err("reversed").to_string().starts_with("`search`"));
        let window = Window { from_ns: 0, until_ns: 9 };
        let failure = BootFailure { window, project: None, share: 1.5, how: FailureMode::Exit };
        let share = Behaviour { boot_failures: vec![failure], ..Behaviour::default() };
        assert_eq!(share.check(), Err(BehaviourError::Share { field: "boot_failures", share: 1.5 }));
        let slow = |window, factor| Behaviour {
            slow: vec![Slow { window, project: None, share: 1.0, factor }],
            ..Behaviour::default()
        };
        assert_eq!(slow(window, -1.0).check(), Err(BehaviourError::Factor { factor: -1.0 }));
        assert!(slow(Window { from_ns: 9, until_ns: 0 }, 2.0).check().is_err());
    }
}
