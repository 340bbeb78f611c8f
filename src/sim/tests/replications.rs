//! The same scenario with many seeds.

use super::busy;
use crate::measure::{Collector, Replications};
use crate::sim::{play, replicate};

fn on(threads: usize) -> Replications {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let mut collector = Collector::default();
    pool.install(|| replicate(&busy(""), 10..=29, |summary| collector.add(summary)));
    collector.finish().unwrap()
}

#[test]
fn the_number_of_threads_changes_not_a_byte() {
    let one = serde_json::to_string(&on(1).canonical()).unwrap();
    let four = serde_json::to_string(&on(4).canonical()).unwrap();
    assert_eq!(one, four);
}

#[test]
fn each_play_is_that_of_its_seed_in_the_order_of_the_seeds() {
    let mut played = Vec::new();
    replicate(&busy(""), 5..=24, |summary| played.push(summary));
    assert_eq!(played.iter().map(|summary| summary.scenario.seed).collect::<Vec<_>>(), (5..=24).collect::<Vec<_>>());
    let tenth = std::sync::Arc::new((*busy("")).clone().with_seed(10));
    assert_eq!(played[5], play(&tenth));
    assert_ne!(played[5].total, played[6].total, "seeds differ");
}
