//! The question at a terminal before something is lost.

use std::io::{self, IsTerminal, Write as _};

use porthole_core::{
    LaunchView,
    control::{Answer, DisplayStatus, Instance, Request, SessionStatus, ask},
};

/// The target of the screen that a person sits at: to stop sharing it ends no programs.
const THIS_SCREEN: &str = "this-screen";

/// Whether to go on with `request`. Asks the person at the terminal, if there is one and something would be lost.
pub fn goes_on(instance: &Instance, request: &Request) -> bool {
    let (verb, display) = match request {
        Request::Stop { display } => ("Stop", Some(display.as_str())),
        Request::Restart { display } => ("Restart", Some(display.as_str())),
        Request::StopAll => ("Stop", None),
        _ => return true,
    };
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return true;
    }
    // A display is named by its name or its id.
    let concerned = |status: &&DisplayStatus| {
        display.is_none_or(|display| display == status.name || display == status.id.as_str())
    };
    // Who cannot be asked cannot be told either: the request itself says why.
    let Ok(Answer::Status(status)) = ask(instance, &Request::Status) else {
        return true;
    };
    let Ok(Answer::Sessions { sessions }) = ask(instance, &Request::Sessions) else {
        return true;
    };
    let running = status.displays.iter().filter(|display| runs(display));
    let running: Vec<_> = running.filter(concerned).collect();
    let stops = |session: &&SessionStatus| {
        running
            .iter()
            .any(|display| Some(&display.id) == session.display_id.as_ref())
    };
    let visitors: Vec<_> = sessions.iter().filter(stops).collect();
    match question(verb, &running, &visitors) {
        Some(question) => agreed(&question),
        None => true,
    }
}

fn runs(display: &DisplayStatus) -> bool {
    matches!(display.launch, Some(LaunchView::Running { .. }))
}

/// What would be lost; `None` if nothing would be.
fn question(verb: &str, running: &[&DisplayStatus], visitors: &[&SessionStatus]) -> Option<String> {
    let names: Vec<_> = running.iter().map(|display| display.name.as_str()).collect();
    let with_programs = running.iter().filter(|display| display.target != THIS_SCREEN);
    let work = match with_programs.count() {
        0 => "",
        1 => " All programs on it will close and unsaved work will be lost.",
        _ => " All programs on them will close and unsaved work will be lost.",
    };
    let visitors = match visitors {
        [] => String::new(),
        [one] => format!(" 1 visitor will be disconnected: {}.", one.session.address),
        more => {
            let addresses: Vec<_> = more.iter().map(|visitor| &*visitor.session.address).collect();
            format!(
                " {} visitors will be disconnected: {}.",
                more.len(),
                addresses.join(", ")
            )
        }
    };
    let lost = format!("{work}{visitors}");
    (!lost.is_empty()).then(|| format!("{verb} {}?{lost}", names.join(", ")))
}

/// Asks; whatever is not yes is no.
fn agreed(question: &str) -> bool {
    let mut errors = io::stderr();
    let mut answer = String::new();
    // Where nobody sees the question nobody agrees to it.
    let _ = write!(errors, "{question} [y/N] ");
    let heard = errors.flush().and_then(|()| io::stdin().read_line(&mut answer));
    heard.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use porthole_core::{SessionView, control::Availability};

    use super::*;

    fn display(name: &str, target: &str) -> DisplayStatus {
        DisplayStatus {
            id: name.to_ascii_lowercase().parse().unwrap(),
            name: name.into(),
            target: target.into(),
            launch: None,
            availability: Availability::default(),
            viewers: 0,
        }
    }

    fn visitor(address: &str) -> SessionStatus {
        SessionStatus {
            display: "Alice".into(),
            display_id: Some("alice".parse().unwrap()),
            session: SessionView {
                id: 1,
                address: address.into(),
                since: 0,
                to_viewer: 0,
                to_server: 0,
                rights: None,
                link: Some(1),
            },
        }
    }

    #[test]
    fn what_is_lost_is_named() {
        let (alice, bob) = (display("Alice", "desktop"), display("Bob", "desktop of bob"));
        let screen = display("Screen", THIS_SCREEN);
        let (one, other) = (visitor("192.0.2.4"), visitor("192.0.2.7"));
        for (displays, visitors, words) in [
            (
                &[&alice][..],
                &[][..],
                Some("Stop Alice? All programs on it will close and unsaved work will be lost."),
            ),
            (
                &[&alice, &bob],
                &[&one, &other],
                Some(
                    "Stop Alice, Bob? All programs on them will close and unsaved work will be lost. \
                     2 visitors will be disconnected: 192.0.2.4, 192.0.2.7.",
                ),
            ),
            (&[&screen], &[], None),
            (
                &[&screen],
                &[&one],
                Some("Stop Screen? 1 visitor will be disconnected: 192.0.2.4."),
            ),
            (&[], &[], None),
        ] {
            assert_eq!(question("Stop", displays, visitors).as_deref(), words);
        }
    }
}
