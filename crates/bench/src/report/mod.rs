//! What is told of the figures: a table, JSON, a plot.

mod goals;
mod machine;
mod plot;
mod table;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{modes::Mode, peers::Peer, rounds::Figures};
use goals::Verdict;
use machine::Machine;

/// All that there is to tell. Its serialised form is the JSON file.
#[derive(Serialize)]
pub struct Report {
    machine: Machine,
    rounds: u32,
    peers: Vec<String>,
    left_out: Vec<String>,
    rows: Vec<Row>,
    goals: Vec<Verdict>,
}

/// One figure of all peers.
#[derive(Serialize)]
struct Row {
    mode: &'static str,
    metric: &'static str,
    unit: &'static str,
    medians: BTreeMap<String, f64>,
    samples: BTreeMap<String, Vec<f64>>,
}

impl Report {
    pub fn new(
        modes: &[&'static Mode],
        peers: &[Box<dyn Peer>],
        left_out: Vec<String>,
        rounds: u32,
        figures: &Figures,
    ) -> Self {
        let peers: Vec<_> = peers.iter().map(|peer| peer.name().to_owned()).collect();
        let metrics = modes
            .iter()
            .flat_map(|mode| mode.metrics.iter().map(move |metric| (mode.name, metric)));
        let rows = metrics.map(|(mode, metric)| {
            let samples = |peer: &String| (peer.clone(), figures.all(metric.name, peer).to_vec());
            let median = |peer: &String| Some((peer.clone(), figures.median(metric.name, peer)?));
            Row {
                mode,
                metric: metric.name,
                unit: metric.unit,
                medians: peers.iter().filter_map(median).collect(),
                samples: peers.iter().map(samples).collect(),
            }
        });
        Self {
            machine: Machine::this(),
            rounds,
            left_out,
            rows: rows.collect(),
            goals: goals::judge(figures),
            peers,
        }
    }
}
