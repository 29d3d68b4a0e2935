//! How the displays fare, as it is printed.

use std::{fmt::Write as _, time::SystemTime};

use porthole_core::{
    LaunchView,
    control::{ArgumentsStatus, Availability, DisplayStatus, Status},
};

use super::ages::age;

pub fn table(status: &Status, now: SystemTime) -> String {
    let mut text = format!(
        "Porthole {} listens on {} (process {})\n",
        status.version, status.address, status.process
    );
    let names = status.displays.iter().map(|display| display.name.chars().count());
    let width = names.max().unwrap_or_default();
    for display in &status.displays {
        let viewers = match display.viewers {
            0 => String::new(),
            some => format!(", {}", viewers(some)),
        };
        let state = state(display, now);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:width$}  {state}{viewers}", display.name);
    }
    if let Some(arguments) = &status.arguments {
        text += &served(arguments);
    }
    text
}

fn viewers(count: usize) -> String {
    match count {
        1 => "1 viewer".into(),
        more => format!("{more} viewers"),
    }
}

/// What websockify's command line serves. Tokens are nobody's business, how many there are is.
fn served(arguments: &ArgumentsStatus) -> String {
    let mut text = String::new();
    if let Some(tokens) = &arguments.token_file {
        let plural = if tokens.tokens == 1 { "" } else { "s" };
        let _ = writeln!(text, "{}: {} token{plural}", tokens.file.display(), tokens.tokens);
        if !tokens.faults.is_empty() {
            text += "The file has faults, so its last good tokens stay in force:\n";
        }
        for fault in &tokens.faults {
            let _ = writeln!(text, "  {fault}");
        }
    }
    let names = arguments
        .targets
        .iter()
        .map(|served| served.target.chars().count());
    let width = names.max().unwrap_or_default();
    for served in &arguments.targets {
        let viewers = match served.viewers {
            0 => "nobody".into(),
            some => viewers(some),
        };
        let _ = writeln!(text, "{:width$}  {viewers}", served.target);
    }
    if arguments.more_targets > 0 {
        let _ = writeln!(text, "… and {} more targets", arguments.more_targets);
    }
    text
}

pub fn state(display: &DisplayStatus, now: SystemTime) -> String {
    match &display.launch {
        None => format!("{}, {}", display.target, availability(&display.availability)),
        Some(LaunchView::Stopped) => "stopped, starts when it is opened".into(),
        Some(LaunchView::Starting { step }) => format!("starting ({step})"),
        Some(LaunchView::Running {
            since,
            memory,
            user,
            x_display,
        }) => {
            let memory = memory.map(|bytes| format!(", {} MB", bytes.div_ceil(1_000_000)));
            let (memory, ran) = (memory.unwrap_or_default(), age(*since, now));
            format!("running for {ran} as {user} on {x_display}{memory}")
        }
        Some(LaunchView::Stopping) => "stopping".into(),
        Some(LaunchView::Ended { reason, at, .. }) => {
            format!("ended {} ago, starts when it is opened: {reason}", age(*at, now))
        }
        Some(LaunchView::Unavailable { reason, fix }) => format!("cannot be started: {reason} {fix}"),
    }
}

fn availability(availability: &Availability) -> String {
    match availability {
        Availability::Checking => "not known yet whether it can be reached".into(),
        Availability::Reachable => "reachable".into(),
        Availability::Asks => "asks for its VNC password".into(),
        Availability::Starts => "starts when it is opened".into(),
        Availability::Unreachable { reason, fix } => format!("unreachable: {reason} {fix}"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn what_is_printed() {
        let display = |name: &str, launch, viewers| DisplayStatus {
            id: "alice".parse().unwrap(),
            name: name.into(),
            target: "127.0.0.1:5901".into(),
            launch,
            availability: Availability::Asks,
            viewers,
        };
        let running = LaunchView::Running {
            since: 0,
            memory: Some(41_200_000),
            user: "alice".into(),
            x_display: ":3".into(),
        };
        let ended = LaunchView::Ended {
            reason: "The VNC server ended.".into(),
            log: vec!["a line".into()],
            at: 0,
        };
        let status = Status {
            version: "1.2.3".into(),
            process: 7,
            address: "http://127.0.0.1:6080".into(),
            refused: Vec::new(),
            config_file: Some("/config.toml".into()),
            arguments: None,
            displays: vec![
                display("Alice", Some(running), 2),
                display("Ümit", Some(ended), 0),
                display("Office", None, 1),
            ],
        };
        let expected = "Porthole 1.2.3 listens on http://127.0.0.1:6080 (process 7)
Alice   running for 2 min as alice on :3, 42 MB, 2 viewers
Ümit    ended 2 min ago, starts when it is opened: The VNC server ended.
Office  127.0.0.1:5901, asks for its VNC password, 1 viewer
";
        assert_eq!(table(&status, UNIX_EPOCH + Duration::from_secs(120)), expected);
    }
}
