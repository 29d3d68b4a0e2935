//! What is measured: each mode is an errand of viewers, and gives a figure or two.

mod connect;
mod down;
mod echo;
mod frames;
mod idle;
mod up;

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::{
    peers::{Peer, Running, Setting},
    target::Service,
};

/// How long a mode keeps its viewers busy.
const SPELL: Duration = Duration::from_millis(1200);
/// Rows of the table of tokens where their number is not what is measured.
const FEW: usize = 10;

/// A figure that a mode gives.
#[derive(Clone, Copy)]
pub struct Metric {
    /// As tables and JSON name it.
    pub name: &'static str,
    pub unit: &'static str,
}

const fn metric(name: &'static str, unit: &'static str) -> Metric {
    Metric { name, unit }
}

/// An errand of viewers at a peer that was started for it.
pub struct Mode {
    /// As the command line names it.
    pub name: &'static str,
    /// What `run` gives, in this order.
    pub metrics: &'static [Metric],
    pub service: Service,
    pub tokens: usize,
    /// Its viewers come over TLS.
    pub tls: bool,
    pub suits: fn(&dyn Peer) -> bool,
    pub run: fn(&Running, &dyn Peer) -> Result<Vec<f64>>,
}

impl Mode {
    const fn new(
        name: &'static str,
        metrics: &'static [Metric],
        run: fn(&Running, &dyn Peer) -> Result<Vec<f64>>,
    ) -> Self {
        Self {
            name,
            metrics,
            service: Service::Answer,
            tokens: FEW,
            tls: false,
            suits: |_| true,
            run,
        }
    }

    /// The same errand over TLS.
    const fn over_tls(name: &'static str, metrics: &'static [Metric], of: Self) -> Self {
        Self {
            name,
            metrics,
            tls: true,
            suits: |peer| peer.speaks_tls(),
            ..of
        }
    }

    /// What it asks of a peer.
    pub fn setting(&self) -> Setting {
        Setting {
            tokens: self.tokens,
            tls: self.tls,
        }
    }
}

/// All modes, in the order of the tables.
pub const ALL: &[&Mode] = &[
    &down::ONE,
    &down::EIGHT,
    &up::BULK,
    &frames::OF_64_KIB,
    &frames::OF_8_MIB,
    &echo::ALONE,
    &echo::BESIDE_BULK,
    &echo::UPDATES,
    &echo::UPDATES_BESIDE_BULK,
    &connect::NEW_VIEWERS,
    &connect::TOKENS_10,
    &connect::TOKENS_10K,
    &connect::TOKENS_1M,
    &idle::VIEWERS_1000,
    &idle::VIEWERS_9500,
    &down::ONE_TLS,
    &frames::OF_64_KIB_TLS,
    &echo::ALONE_TLS,
    &connect::NEW_VIEWERS_TLS,
    &idle::VIEWERS_1000_TLS,
];

/// A spell of work, and what it cost the peer.
struct Spell<'a> {
    running: &'a Running,
    began: Instant,
    cpu: Duration,
}

impl<'a> Spell<'a> {
    fn begin(running: &'a Running) -> Self {
        let cpu = running.cpu();
        let began = Instant::now();
        Self { running, began, cpu }
    }

    fn goes_on(&self) -> bool {
        self.began.elapsed() < SPELL
    }

    fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// The peer's processor time since the beginning, in seconds.
    fn cpu(&self) -> f64 {
        self.running.cpu().saturating_sub(self.cpu).as_secs_f64()
    }
}

/// The value below which so much of `values` lies (0.5: the median).
pub fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len().saturating_sub(1)) as f64 * part).round() as usize;
    values.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles() {
        let mut values: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        assert_eq!(quantile(&mut values, 0.5), 51.0);
        assert_eq!(quantile(&mut values, 0.99), 100.0);
        assert!(quantile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn every_figure_has_a_name_of_its_own() {
        let mut names: Vec<_> = ALL
            .iter()
            .flat_map(|mode| mode.metrics)
            .map(|metric| metric.name)
            .collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
