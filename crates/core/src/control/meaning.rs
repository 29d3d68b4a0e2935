//! Which display a person means.

use super::Requests;
use crate::DisplayId;

/// A display that may be meant: its id and its name.
type Candidate = (DisplayId, String);

impl Requests {
    /// The display of the config that is called `text`, or has that for its id.
    pub(super) fn in_config(&self, text: &str) -> Result<DisplayId, String> {
        only(text, self.of_config())
    }

    /// Likewise, and else one that still runs although the config does not know it any more.
    pub(super) fn in_config_or_running(&self, text: &str) -> Result<DisplayId, String> {
        match meant(text, self.of_config()).is_empty() {
            true => only(text, self.service.desktops.forgotten()),
            false => self.in_config(text),
        }
    }

    /// A display of the config, or one that still runs: who stops one must not meet another of the same name.
    pub(super) fn running(&self, text: &str) -> Result<DisplayId, String> {
        only(
            text,
            [self.of_config(), self.service.desktops.forgotten()].concat(),
        )
    }

    /// A display of the config, or one that has left it and still has links.
    pub(super) fn with_links(&self, text: &str) -> Result<DisplayId, String> {
        let orphans = self
            .service
            .links
            .orphans()
            .into_iter()
            .map(|orphan| (orphan.id, orphan.name));
        only(text, self.of_config().into_iter().chain(orphans).collect())
    }

    fn of_config(&self) -> Vec<Candidate> {
        let config = self.service.links.config();
        let displays = config.displays.iter();
        displays
            .map(|display| (display.id.clone(), display.name.clone()))
            .collect()
    }
}

fn meant(text: &str, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut meant = candidates;
    meant.retain(|(id, name)| name == text || id.as_str() == text);
    meant
}

/// The only candidate that is meant; else why there is none, as a sentence.
fn only(text: &str, candidates: Vec<Candidate>) -> Result<DisplayId, String> {
    let mut meant = meant(text, candidates);
    meant.sort();
    meant.dedup_by(|(one, _), (other, _)| one == other);
    let reason = match meant.len() {
        0 => format!("There is no display called {text}; `portholed status` lists them."),
        1 => return Ok(meant.remove(0).0),
        more => {
            let ids = meant.iter().map(|(id, name)| format!("{id} ({name})"));
            let ids = ids.collect::<Vec<_>>().join(", ");
            format!("{text} can mean {more} displays; name one by its id: {ids}.")
        }
    };
    Err(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_mean_two_displays_is_refused() {
        let candidate = |(id, name): (&str, &str)| (id.parse().unwrap(), name.to_owned());
        let all = [
            ("a1", "Alice"),
            ("b2", "Alice"),
            ("c3", "Carol"),
            ("d4", "c3"),
            ("e5", "e5"),
        ];
        let only = |text: &str| only(text, all.map(candidate).to_vec());
        assert_eq!(only("a1").unwrap(), "a1");
        assert_eq!(only("Carol").unwrap(), "c3");
        assert_eq!(only("e5").unwrap(), "e5");
        for (text, reason) in [
            (
                "Alice",
                "Alice can mean 2 displays; name one by its id: a1 (Alice), b2 (Alice).",
            ),
            (
                "c3",
                "c3 can mean 2 displays; name one by its id: c3 (Carol), d4 (c3).",
            ),
            (
                "alice",
                "There is no display called alice; `portholed status` lists them.",
            ),
        ] {
            assert_eq!(only(text), Err(reason.to_owned()));
        }
    }
}
