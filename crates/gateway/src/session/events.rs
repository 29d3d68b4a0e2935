//! What a viewer is told beside the pixels: JSON in text frames, for viewers that asked for it and never on a raw route.

use porthole_rfb::Rights;
use serde::Serialize;

/// One of these in each text frame. The viewer's page has the same (`novnc-vendor/src/events.ts`).
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event<'a> {
    /// Somebody is being asked whether the visitor may come in.
    Waiting,
    /// The visitor is in; comes once, before ServerInit.
    Welcome {
        display: &'a str,
        rights: &'static str,
        /// How long the link still works; `None`: until it is revoked.
        seconds_left: Option<u64>,
        /// Whether the link opens this one session and no other.
        once: bool,
    },
    /// What the visitor may do from now on.
    Rights { rights: &'static str },
}

impl Event<'_> {
    pub(crate) fn json(&self) -> String {
        // Nothing in it can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// As the page reads it.
pub(crate) fn name(rights: Rights) -> &'static str {
    match rights {
        Rights::Control => "control",
        Rights::View => "view",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_reads_these_texts() {
        let welcome = |seconds_left| Event::Welcome {
            display: "Alice \"A\"",
            rights: name(Rights::View),
            seconds_left,
            once: true,
        };
        for (event, text) in [
            (Event::Waiting, r#"{"type":"waiting"}"#),
            (
                welcome(Some(3540)),
                r#"{"type":"welcome","display":"Alice \"A\"","rights":"view","secondsLeft":3540,"once":true}"#,
            ),
            (
                welcome(None),
                r#"{"type":"welcome","display":"Alice \"A\"","rights":"view","secondsLeft":null,"once":true}"#,
            ),
            (
                Event::Rights {
                    rights: name(Rights::Control),
                },
                r#"{"type":"rights","rights":"control"}"#,
            ),
        ] {
            assert_eq!(event.json(), text);
        }
    }
}
