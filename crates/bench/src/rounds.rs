//! Rounds: every mode, peer after peer, again and again.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use anyhow::{Context, Result};

use crate::{
    modes::{Mode, quantile},
    peers::{Peer, Running},
    target::Target,
};

/// What was measured: all values of a figure of a peer.
#[derive(Default)]
pub struct Figures(BTreeMap<(&'static str, String), Vec<f64>>);

impl Figures {
    /// The values of every round in which it worked.
    pub fn all(&self, metric: &'static str, peer: &str) -> &[f64] {
        self.0.get(&(metric, peer.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// Their median; `None` if there is none.
    pub fn median(&self, metric: &'static str, peer: &str) -> Option<f64> {
        let mut values = self.all(metric, peer).to_vec();
        (!values.is_empty()).then(|| quantile(&mut values, 0.5))
    }
}

/// Measures. A measurement that fails is told on stderr, and lacks in the figures.
pub fn measure(modes: &[&'static Mode], peers: &[Box<dyn Peer>], rounds: u32) -> Figures {
    let mut figures = Figures::default();
    for round in 1..=rounds {
        for mode in modes {
            say(&format!("round {round} of {rounds}: {}", mode.name));
            for peer in peers.iter().filter(|peer| (mode.suits)(&***peer)) {
                match measure_one(mode, &**peer) {
                    Ok(values) => {
                        let measured = mode.metrics.iter().zip(values).filter(|(_, value)| *value > 0.0);
                        for (metric, value) in measured {
                            let key = (metric.name, peer.name().to_owned());
                            figures.0.entry(key).or_default().push(value);
                        }
                    }
                    Err(error) => say(&format!("{}: {} failed: {error:#}", mode.name, peer.name())),
                }
            }
        }
    }
    figures
}

fn measure_one(mode: &Mode, peer: &dyn Peer) -> Result<Vec<f64>> {
    let target = Target::start(peer.is_vnc(), mode.service)?;
    let running = Running::start(peer, target.address(), mode.setting()).context("it does not start")?;
    // The first viewer finds cold caches, and is not counted.
    drop(running.door.enter()?);
    (mode.run)(&running, peer)
}

fn say(text: &str) {
    // Without standard error there is nobody to be told.
    let _ = writeln!(io::stderr(), "bench: {text}");
}
