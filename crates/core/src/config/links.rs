//! What links give unless their maker says otherwise, as the config says.

use toml::Spanned;

use super::{
    check::{Checked, Checker},
    schema,
    words::RIGHTS,
};
use crate::{Terms, texts::say};

/// In seconds.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// No link with an end works longer, in seconds: whoever wants more writes "never", and knows it.
pub(crate) const MAX_LINK_SECONDS: u64 = 366 * DAY;

impl Checker<'_> {
    pub(super) fn links(&self, links: schema::Links) -> Checked<Terms> {
        let terms = Terms::default();
        let rights = self.choice(links.rights, &RIGHTS)?;
        let seconds = links.ends.map_or(Ok(terms.seconds), |ends| self.ends(&ends))?;
        Ok(Terms {
            rights,
            seconds,
            once: links.once.unwrap_or(terms.once),
            ask: links.ask.unwrap_or(terms.ask),
            pin: links.pin.unwrap_or(terms.pin),
        })
    }

    fn ends(&self, ends: &Spanned<String>) -> Checked<Option<u64>> {
        let text = ends.get_ref();
        if text == "never" {
            return Ok(None);
        }
        let seconds = duration(text).filter(|seconds| (1..=MAX_LINK_SECONDS).contains(seconds));
        seconds
            .map(Some)
            .ok_or_else(|| self.wrong(&ends.span(), say!("config-no-time", text = text.as_str())))
    }
}

/// How many seconds a text such as `90s`, `30m`, `1h` or `7d` stands for.
pub(crate) fn duration(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<u64>().ok().filter(|_| digits)?.checked_mul(unit)
}

/// How the config file writes how long a link works: with the largest unit that says it exactly.
pub(super) fn written(seconds: Option<u64>) -> String {
    let Some(seconds) = seconds else {
        return "never".into();
    };
    let units = [(DAY, 'd'), (HOUR, 'h'), (MINUTE, 'm'), (1, 's')];
    let unit = units
        .into_iter()
        .find(|(length, _)| seconds.is_multiple_of(*length));
    let (length, name) = unit.unwrap_or((1, 's'));
    format!("{}{name}", seconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_a_text_means() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("30m", Some(1800)),
            ("1h", Some(3600)),
            ("07d", Some(7 * 86_400)),
            ("", None),
            ("h", None),
            ("1", None),
            ("+1h", None),
            ("-1h", None),
            ("1.5h", None),
            ("1 h", None),
            ("1H", None),
            ("é", None),
            ("999999999999999999d", None),
        ] {
            assert_eq!(duration(text), seconds, "{text}");
        }
    }
}
