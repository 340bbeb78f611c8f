//! The same model played by a bare loop, and by others, in a virtual environment of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::models::LRU_REUSED;
use crate::{ROUNDS, bare, cpu};

/// A script in `benches/peers`, the package it needs, and as many turns as take some seconds.
struct Peer {
    name: &'static str,
    script: &'static str,
    package: &'static str,
    turns: u64,
    /// Turns a second, recalls alone, on the machine for which the target was set.
    there: f64,
}

const PEERS: [Peer; 2] = [
    Peer { name: "SimPy", script: "peer_simpy.py", package: "simpy==4.1.1", turns: 500_000, there: 0.23e6 },
    Peer { name: "Cimba", script: "peer_cimba.py", package: "cimba==0.9.5", turns: 10_000_000, there: 5.4e6 },
];

/// The same of a bare loop.
const BARE_THERE: f64 = 12.2e6;

/// The model has recalls alone; a turn of busyhour's saves, too, which asks the pool once more.
const TURNS: [(&str, Option<&str>); 2] = [(RECALLS, None), ("recalls and saves", Some("saves"))];
const RECALLS: &str = "recalls";

/// This machine beside the one for which the targets were set.
#[derive(Clone, Copy)]
pub(crate) struct Machine {
    /// Who was played on both, recalls alone.
    pub(crate) by: &'static str,
    /// His turns a second here, by those there.
    pub(crate) speed: f64,
}

/// Plays every peer that can be had, and prints how busyhour compares, and how it would if it met the target where that
/// was set: it found `reused` of the turns without a boot, and `ours` plays it, for its turns a second. The machine by the
/// last of them, who is the nearest, and busyhour's turns a second beside him.
pub(crate) fn play(reused: f64, target: f64, ours: impl Fn() -> f64) -> Option<(Machine, f64)> {
    let mut machine = None;
    let mut told = |name: &'static str, turn: &str, there: f64, theirs: Result<f64, String>| match theirs {
        Ok(theirs) => {
            let ours = ours();
            let (times, asked) = (ours / theirs, target / there);
            println!(
                "  {name} ({turn}): {:.2} million turns/s, busyhour {times:.2} times, {asked:.2} asked",
                theirs / 1e6
            );
            if turn == RECALLS {
                machine = Some((Machine { by: name, speed: theirs / there }, ours));
            }
        }
        Err(reason) => println!("  {name} ({turn}): not played: {reason}"),
    };
    for (turn, argument) in TURNS {
        told("a bare loop", turn, BARE_THERE, bare_loop(argument.is_some(), reused));
    }
    match python() {
        Ok(python) => {
            for peer in PEERS {
                for (turn, argument) in TURNS {
                    told(peer.name, turn, peer.there, peer.play(&python, argument, reused));
                }
            }
        }
        Err(reason) => println!("  no peers: {reason}"),
    }
    machine
}

/// Turns a second, of the quickest of three plays.
fn bare_loop(saves: bool, reused: f64) -> Result<f64, String> {
    let mut best: f64 = 0.0;
    for _ in 0..ROUNDS {
        let began = cpu();
        let played = bare::play(BARE_TURNS, saves);
        let took = cpu().saturating_sub(began);
        let turns = played.turns as f64;
        same_model(1.0 - played.boots as f64 / turns, turns, reused)?;
        best = best.max(turns / took.as_secs_f64());
    }
    Ok(best)
}

impl Peer {
    /// Turns a second, of the quickest of three plays of the same model.
    fn play(&self, python: &Path, saves: Option<&str>, reused: f64) -> Result<f64, String> {
        said_by(Command::new(python).args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            self.package,
        ]))?;
        let mut best: f64 = 0.0;
        for _ in 0..ROUNDS {
            let script = Path::new(PEERS_FOLDER).join(self.script);
            let said = said_by(Command::new(python).arg("-B").arg(script).arg(self.turns.to_string()).args(saves))?;
            let played: Value = serde_json::from_str(&said).map_err(|error| format!("{error}: {said}"))?;
            let figure = |name: &str| played[name].as_f64().ok_or_else(|| format!("no {name} in {said}"));
            let (turns, boots) = (figure("turns")?, figure("boots")?);
            same_model(1.0 - boots / turns, turns, reused)?;
            best = best.max(turns / figure("seconds")?);
        }
        Ok(best)
    }
}

/// Whoever plays another model is not compared: what it finds must be what theory and busyhour find, but for chance.
fn same_model(theirs: f64, turns: f64, reused: f64) -> Result<(), String> {
    let chance = 4.0 * (theirs * (1.0 - theirs) / turns).sqrt();
    let far = |other: f64, known_to: f64| (theirs - other).abs() > known_to + chance;
    if far(LRU_REUSED, 0.0015) || far(reused, 0.0005) {
        return Err(format!("{theirs:.4} of its turns found a runtime, {reused:.4} of ours, {LRU_REUSED} by theory"));
    }
    Ok(())
}

/// The interpreter of the virtual environment, made where there is none yet.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers");
    let python = folder.join("bin/python");
    if !python.exists() {
        said_by(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    Ok(python)
}

/// What a command prints, or why it does not.
fn said_by(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_owned();
    let failed = |reason: &str| format!("{}: {reason}", program.display());
    let output = command.output().map_err(|error| failed(&error.to_string()))?;
    if output.status.success() {
        return String::from_utf8(output.stdout).map_err(|error| failed(&error.to_string()));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(said.lines().last().unwrap_or("it fails and does not say why")))
}

/// As many as take a second or two.
const BARE_TURNS: u64 = 15_000_000;
const PEERS_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers");
