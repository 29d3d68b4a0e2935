//! The goals, as ratios of figures of this run.

use serde::Serialize;

use crate::{peers::PORTHOLE, rounds::Figures};

const HAPROXY: &str = "HAProxy";
const SPLICE: &str = "HAProxy, splice";
const NGINX: &str = "nginx stream";
const WEBSOCKIFY: &str = "websockify";
const VNC: &str = "Porthole, VNC route";
const VIEW: &str = "Porthole, view-only";

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}
use Limit::{AtLeast, AtMost};

/// A figure of one peer against one of another's, or by itself.
struct Goal {
    metric: &'static str,
    of: &'static str,
    against: Option<(&'static str, &'static str)>,
    limit: Limit,
}

const fn ratio(metric: &'static str, against: &'static str, limit: Limit) -> Goal {
    Goal {
        metric,
        of: PORTHOLE,
        against: Some((metric, against)),
        limit,
    }
}

const fn view_only(metric: &'static str) -> Goal {
    Goal {
        of: VIEW,
        ..ratio(metric, VNC, AtMost(1.1))
    }
}

const fn absolute(metric: &'static str, of: &'static str, most: f64) -> Goal {
    Goal {
        metric,
        of,
        against: None,
        limit: AtMost(most),
    }
}

const GOALS: &[Goal] = &[
    ratio("s→c bulk: CPU", NGINX, AtMost(0.65)),
    ratio("s→c bulk: CPU", WEBSOCKIFY, AtMost(0.55)),
    ratio("s→c, 8 viewers: rate", SPLICE, AtLeast(1.0)),
    ratio("c→s bulk: CPU", NGINX, AtMost(1.1)),
    ratio("c→s bulk: CPU", WEBSOCKIFY, AtMost(0.2)),
    ratio("64 KiB frame: CPU", HAPROXY, AtMost(0.7)),
    ratio("64 KiB frame: CPU", WEBSOCKIFY, AtMost(0.45)),
    ratio("echo: p50", HAPROXY, AtMost(1.1)),
    ratio("echo: p99", HAPROXY, AtMost(1.1)),
    ratio("echo beside bulk: p50", HAPROXY, AtMost(1.1)),
    ratio("echo beside bulk: p99", HAPROXY, AtMost(1.1)),
    ratio("update beside bulk: p50", HAPROXY, AtMost(1.1)),
    ratio("update beside bulk: p99", HAPROXY, AtMost(1.1)),
    ratio("new viewers: rate", HAPROXY, AtLeast(0.85)),
    ratio("new viewers: rate", WEBSOCKIFY, AtLeast(25.0)),
    absolute("idle viewer of 9,500: PSS", PORTHOLE, 6.0),
    absolute("idle viewer of 9,500: PSS", VNC, 16.0),
    Goal {
        against: Some(("10 tokens: time to connect", PORTHOLE)),
        ..ratio("1,000,000 tokens: time to connect", PORTHOLE, AtMost(1.1))
    },
    view_only("s→c bulk: CPU"),
    view_only("c→s bulk: CPU"),
    view_only("64 KiB frame: CPU"),
    view_only("echo: p50"),
    view_only("echo: CPU"),
];

/// What became of a goal.
#[derive(Serialize)]
pub struct Verdict {
    pub metric: &'static str,
    pub of: &'static str,
    /// A peer, a figure of Porthole's own, or nothing: then `value` is the figure itself.
    pub against: String,
    pub goal: String,
    pub value: f64,
    pub reached: bool,
}

/// Judges the goals whose figures are there.
pub fn judge(figures: &Figures) -> Vec<Verdict> {
    GOALS.iter().filter_map(|goal| goal.judge(figures)).collect()
}

impl Goal {
    fn judge(&self, figures: &Figures) -> Option<Verdict> {
        let own = figures.median(self.metric, self.of)?;
        let (against, value) = match self.against {
            None => (String::new(), own),
            Some((metric, peer)) => {
                let label = if metric == self.metric { peer } else { metric };
                (label.to_owned(), own / figures.median(metric, peer)?)
            }
        };
        let (goal, reached) = match self.limit {
            AtMost(most) => (format!("≤ {most}"), value <= most),
            AtLeast(least) => (format!("≥ {least}"), value >= least),
        };
        Some(Verdict {
            metric: self.metric,
            of: self.of,
            against,
            goal,
            value,
            reached,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{modes, peers};

    #[test]
    fn goals_speak_of_figures_and_peers_that_there_are() {
        let metrics: Vec<_> = modes::ALL
            .iter()
            .flat_map(|mode| mode.metrics)
            .map(|metric| metric.name)
            .collect();
        let programs = peers::Programs {
            portholed: "a".into(),
            before: None,
            vnc_gateway: "b".into(),
            websockify: "c".into(),
        };
        let names: Vec<_> = peers::all(&programs)
            .iter()
            .map(|peer| peer.name().to_owned())
            .collect();
        let known = |metric, peer: &str| metrics.contains(&metric) && names.iter().any(|name| name == peer);
        for goal in GOALS {
            assert!(known(goal.metric, goal.of), "{} of {}", goal.metric, goal.of);
            assert!(
                goal.against.is_none_or(|(metric, peer)| known(metric, peer)),
                "{}",
                goal.metric
            );
        }
    }
}
