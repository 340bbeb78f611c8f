//! What `sim` refuses before it starts: figures nobody gave, more memory than it may have, more than a hundred years.
//! And what lies just below the limits, which it plays.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use busyhour::scenario::Scenario;
use busyhour::sim::{Memory, MemoryPart};
use tempfile::TempDir;

/// Ten quick calls.
const FEW_CALLS: &str = "[[tenant]]\nname = \"acme\"\narrivals = { model = \"constant\", rate = \"10/min\" }\n\
                         call = { turns = 1 }\n";
const MINUTE: &str = "duration = \"1min\"";

/// A folder with a scenario in it.
struct Desk(TempDir);

impl Desk {
    fn with(head: &str, tables: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = format!("name = \"limits\"\n{head}\n{tables}");
        std::fs::write(folder.path().join("limits.toml"), text).expect("the folder can be written");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("limits.toml")
    }

    fn memory(&self) -> Memory {
        Memory::of(&Scenario::load(self.file()).expect("the scenario is sound"))
    }

    fn sim(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        // A workflow's page and annotations are none of these tests'.
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.arg("sim").arg(self.file()).args(arguments).output().expect("the program can be started")
    }

    /// The same, where the kernel grants no more than so much memory.
    fn sim_within(&self, bytes: u64) -> Output {
        let line = format!("ulimit -c 0; ulimit -v {}; exec \"$@\"", bytes / 1024);
        let mut command = Command::new("sh");
        command.args(["-c", &line, "sh", env!("CARGO_BIN_EXE_busyhour"), "sim", "--max-memory", "1TB"]);
        command.env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.arg(self.file()).output().expect("a shell can be started")
    }

    /// Nothing was played, and all of it was said.
    #[track_caller]
    fn assert_refused(&self, arguments: &[&str], says: &[&str]) {
        let output = self.sim(arguments);
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
        // Diagnostics wrap their lines, and draw a bar beside those of a paragraph.
        let said = text(&output.stderr).replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        for words in says {
            assert!(said.contains(words), "no `{words}` in: {said}");
        }
    }

    #[track_caller]
    fn assert_played(&self, arguments: &[&str]) {
        let output = self.sim(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn another_runtime_of_which_nothing_is_known() {
    let desk = Desk::with(MINUTE, &format!("[runtime]\nbinary = \"bin/other\"\n{FEW_CALLS}"));
    let laws = "`boot_cold`, `boot_warm`, `session_start`, `search`, `save`, `flush` and `terminate`";
    desk.assert_refused(&[], &["bin/other can't be simulated", laws, "limits.toml:4:10", "busyhour calibrate RUN-DIR"]);
}

#[test]
fn another_runtime_of_which_something_is_known() {
    let laws = "boot_cold = \"1s\"\nboot_warm = \"1s\"\nsession_start = \"0s\"\nsave = \"0s\"\nterminate = \"0s\"";
    let desk = Desk::with(MINUTE, &format!("[runtime]\nbinary = \"other\"\n{laws}\n{FEW_CALLS}"));
    desk.assert_refused(&[], &["its `search` and `flush` take"]);
}

#[test]
fn another_runtime_of_which_everything_is_known_is_simulated() {
    let laws = ["boot_cold", "boot_warm", "session_start", "search", "save", "flush", "terminate"];
    let laws = laws.map(|law| format!("{law} = \"1ms\"\n")).concat();
    Desk::with(MINUTE, &format!("[runtime]\nbinary = \"other\"\n{laws}{FEW_CALLS}")).assert_played(&[]);
}

#[test]
fn a_byte_too_little_memory_is_refused_and_enough_is_not() {
    let desk = Desk::with(MINUTE, FEW_CALLS);
    let bytes = desk.memory().bytes();
    desk.assert_played(&["--max-memory", &format!("{bytes}B")]);
    desk.assert_refused(&["--max-memory", &format!("{}B", bytes - 1)], &["limits would take about", "--max-memory"]);
}

#[test]
fn a_run_larger_than_the_machine_is_refused_unasked() {
    let crowd = "callers = { population = 10000000 }\nworkers = 10000\n";
    let desk = Desk::with(MINUTE, &format!("{FEW_CALLS}{crowd}"));
    desk.assert_refused(
        &[],
        &["TB of memory", "every worker knows of every caller", "acme (10000000 × 10000)", "`population`"],
    );
}

#[test]
fn the_largest_part_is_named() {
    let part = |head: &str, tables: &str| Desk::with(head, tables).memory().largest().part;
    let crowd = "callers = { population = 1000000, popularity = { zipf = 0.5 } }\n";
    assert_eq!(part(MINUTE, &format!("{FEW_CALLS}{crowd}")), MemoryPart::Callers);
    let ports = "[pool]\nmax_concurrent_users = 1000\nruntime_port_range = [1024, 65535]\n";
    assert_eq!(part(MINUTE, &format!("{ports}{FEW_CALLS}workers = 100\n")), MemoryPart::Ports);
    let storm =
        FEW_CALLS.replace("constant", "poisson").replace("10/min", "1000/s").replace("turns = 1", "length = \"1h\"");
    assert_eq!(part(MINUTE, &storm), MemoryPart::Calls);
}

/// Shapes in which one part each is by far the largest.
fn large() -> [(&'static str, Desk); 4] {
    let tenant = |rest: &str| format!("[[tenant]]\nname = \"acme\"\n{rest}\n");
    let one_turn = "arrivals = { model = \"poisson\", rate = \"1000/s\" }\ncall = { turns = 1 }";
    let ports = "[pool]\nmax_concurrent_users = 1000\nruntime_port_range = [1024, 65535]\n";
    // Just below a power of two: room that was reserved and never used counts for the kernel's limit, and not for memory.
    let on_line = "arrivals = { model = \"poisson\", rate = \"4300/s\" }\ncall = { length = \"1h\" }\nturn_gap = \"2min\"\n[on_refusal]\naction = \"degrade\"";
    let second = "duration = \"1s\"";
    [
        (
            "popular callers",
            Desk::with(
                second,
                &tenant(&format!("{one_turn}\ncallers = {{ population = 3000000, popularity = {{ zipf = 0.3 }} }}")),
            ),
        ),
        (
            "callers of workers",
            Desk::with(second, &tenant(&format!("{one_turn}\nworkers = 40\ncallers = {{ population = 100000 }}"))),
        ),
        ("ports", Desk::with(second, &format!("{ports}{}", tenant(&format!("{one_turn}\nworkers = 300"))))),
        ("calls on the line", Desk::with("duration = \"60s\"", &tenant(on_line))),
    ]
}

#[test]
fn what_is_said_of_memory_is_true_to_a_factor_of_one_and_a_half() {
    for (name, desk) in large() {
        let bytes = desk.memory().bytes();
        let (enough, too_little) = (desk.sim_within(bytes * 3 / 2), desk.sim_within(bytes * 2 / 3));
        assert_eq!(enough.status.code(), Some(0), "{name} needs more than 1.5 × {bytes}: {}", text(&enough.stderr));
        assert_ne!(too_little.status.code(), Some(0), "{name} needs less than {bytes} / 1.5");
    }
}

#[test]
fn a_century_is_too_long_and_ninety_nine_years_are_not() {
    let calls = FEW_CALLS.replace("10/min", "0.01/h");
    for century in ["duration = \"101years\"", "duration = \"99years\"\ngrace = \"2years\""] {
        Desk::with(century, &calls).assert_refused(&[], &["a hundred years", "limits.toml:2:12"]);
    }
    Desk::with("duration = \"99years\"\ngrace = \"11months\"", &calls).assert_played(&[]);
}

#[test]
fn a_limit_that_is_no_size_is_refused() {
    Desk::with(MINUTE, FEW_CALLS).assert_refused(&["--max-memory", "much"], &["--max-memory"]);
}

#[test]
fn every_shipped_scenario_fits_into_fifty_megabytes() {
    for entry in std::fs::read_dir("scenarios").expect("they are there") {
        let file = entry.expect("they can be listed").path();
        if file.extension() == Some(Path::new("toml").as_os_str()) {
            let bytes = Memory::of(&Scenario::load(&file).expect("a shipped scenario is sound")).bytes();
            assert!(bytes < 50_000_000, "{}: {bytes}", file.display());
        }
    }
}

#[test]
fn a_limit_that_is_no_number_is_refused() {
    let desk = Desk::with(MINUTE, FEW_CALLS);
    for limit in ["nan", "inf", "-1", "25ms", ""] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_busyhour"));
        let output = command.arg("run").arg(desk.file()).arg(format!("--lag-limit={limit}")).output();
        let output = output.expect("the program can be started");
        assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""), "{limit}");
        assert!(text(&output.stderr).contains("write milliseconds as a number"), "{output:?}");
    }
}
