//! Call records in a scenario.

use std::fs;

use tempfile::TempDir;

use crate::base::{Span, Time};
use crate::scenario::{Scenario, ScenarioError, Warning, check};
use crate::workload::{Arrivals, Population, Trace};

const TWO_TENANTS: &str = "\
start,caller,tenant,duration
0,ann,acme,60
5,bob,birch,60
10,,acme,60
3600,ann,acme,60
";

/// A scenario in a folder with call records.
struct Beside {
    folder: TempDir,
}

impl Beside {
    fn records(name: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        Self { folder }
    }

    fn read(&self, arrivals: &str, more: &str) -> Result<Scenario, ScenarioError> {
        let file = self.folder.path().join("scenario.toml");
        let text = format!(
            "name = \"n\"\nduration = \"60s\"\n[[tenant]]\nname = \"acme\"\narrivals = {{ model = \"trace\", {arrivals} }}\n{more}"
        );
        fs::write(&file, text).unwrap();
        Scenario::load(file)
    }

    /// When calls are answered, in seconds, and by whom.
    fn played(&self, arrivals: &str) -> Vec<(f64, Option<u32>)> {
        let scenario = self.read(arrivals, "").unwrap_or_else(|error| panic!("{error:?}"));
        trace(&scenario).calls().iter().map(|call| (call.answered_at.secs_f64(), call.caller)).collect()
    }

    /// What is wrong, without the folder's name.
    #[track_caller]
    fn refused(&self, arrivals: &str, more: &str) -> String {
        let error = self.read(arrivals, more).expect_err("this must not pass");
        let ScenarioError::Wrong(text) = error else { panic!("{error:?}") };
        let said: Vec<String> = text.problems().iter().map(ToString::to_string).collect();
        said.join("; ").replace(&format!("{}/", self.folder.path().display()), "")
    }
}

fn trace(scenario: &Scenario) -> &Trace {
    let Arrivals::Trace(trace) = &scenario.traffic.tenants[0].arrivals else { panic!("it is a trace") };
    trace
}

#[test]
fn a_tenant_plays_the_records_of_its_name_from_their_zero_on() {
    let beside = Beside::records("calls.csv", TWO_TENANTS);
    assert_eq!(beside.played("file = \"calls.csv\""), [(0.0, Some(0)), (10.0, None), (3600.0, Some(0))]);
    assert_eq!(beside.played("file = \"calls.csv\", tenant = \"birch\""), [(5.0, Some(0))]);
    assert_eq!(beside.played("file = \"calls.csv\", from = \"10s\", speed = 100")[1], (35.9, Some(0)));
}

#[test]
fn known_callers_are_the_population() {
    let scenario = Beside::records("calls.csv", TWO_TENANTS).read("file = \"calls.csv\"", "").unwrap();
    let population = scenario.traffic.tenants[0].callers.clone();
    assert_eq!(population, Population { size: 1, zipf: 0.0, new_share: 1.0 / 3.0 });
}

#[test]
fn dates_begin_with_the_first_call_of_the_file_unless_it_is_said_when() {
    let dates = "start,caller\n2026-03-02T09:00:00+01:00,ann\n2026-03-02T08:00:30Z,bob\n";
    let beside = Beside::records("calls.csv", dates);
    assert_eq!(beside.played("file = \"calls.csv\""), [(0.0, Some(0)), (30.0, Some(1))]);
    assert_eq!(beside.played("file = \"calls.csv\", from = \"2026-03-02T08:00:10Z\""), [(20.0, Some(0))]);
    assert_eq!(beside.refused("file = \"calls.csv\", from = \"9h\"", ""), "\"9h\" is no instant of these records");
}

#[test]
fn what_rings_before_the_answer_is_no_part_of_the_call() {
    let beside = Beside::records("calls.csv", "start,caller,duration,ring\n10,ann,60,15\n12,bob,3,3\n");
    let scenario = beside.read("file = \"calls.csv\"", "").unwrap();
    let [call] = trace(&scenario).calls() else { panic!("bob hung up before anybody answered") };
    let answered = Time::ZERO + Span::from_secs(25);
    assert_eq!(
        (call.answered_at, call.ringing, call.length),
        (answered, Span::from_secs(15), Some(Span::from_secs(45)))
    );
}

#[test]
fn wrong_records_are_told_with_their_line() {
    let beside = Beside::records("calls.csv", "start,caller\n0,ann\n-,bob\n");
    assert!(beside.refused("file = \"calls.csv\"", "").starts_with("calls.csv: line 3: start can't be `-`"));
    assert_eq!(
        Beside::records("calls.csv", TWO_TENANTS).refused("file = \"calls.csv\", tenant = \"cedar\"", ""),
        "calls.csv has no calls of a tenant \"cedar\""
    );
    assert_eq!(
        Beside::records("calls.csv", "start,caller\n100,ann\n").refused("file = \"calls.csv\"", ""),
        "the first call of calls.csv comes 1m 40s after the start, behind the window of 1m"
    );
    assert!(beside.refused("file = \".\"", "").ends_with("is no file"));
}

#[test]
fn callers_beside_records_are_a_mistake() {
    let beside = Beside::records("calls.csv", TWO_TENANTS);
    let said = beside.refused("file = \"calls.csv\"", "callers = { population = 5 }");
    assert_eq!(said, "call records have callers of their own");
}

#[test]
fn whoever_plays_a_part_of_the_records_is_told() {
    let scenario = Beside::records("calls.csv", TWO_TENANTS).read("file = \"calls.csv\"", "").unwrap();
    let warning = Warning::PartOfTrace { tenant: "acme".to_owned(), played: 2, calls: 3, last_s: 3600.0 };
    assert!(check(&scenario).warnings.contains(&warning));
}
