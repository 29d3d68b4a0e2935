//! The displays of the config, and the VNC servers that launched ones need.

use std::{os::unix::fs::FileTypeExt, path::Path};

use porthole_gateway::{ServerError, Target, TargetError, probe};
use porthole_launcher::{Desktop, LaunchError, What};
use rustix::fs::{Access, access};
use tokio::task::JoinSet;

use super::Case;
use crate::{
    Finding,
    blocking::blocking,
    config::{Display, LaunchPlan, Place},
    sentence::sentence,
    unreachable::unreachable,
};

const CHECK: &str = "display";

/// Whether each display can be opened.
pub(super) async fn displays(case: &Case) -> Vec<Finding> {
    // At once: one that does not answer takes its time.
    let mut looks = JoinSet::new();
    for (index, display) in case.config.displays.iter().cloned().enumerate() {
        let launcher = case.place.launcher.clone();
        looks.spawn(async move {
            let name = display.name.clone();
            let obstacle = match display.place.clone() {
                Place::Demo => None,
                Place::At(target) => at(&display, &target).await,
                Place::Launched(LaunchPlan { what, .. }) => {
                    let checked = blocking(move || launcher.check(&what)).await;
                    checked.err().as_ref().map(told)
                }
            };
            let finding = match obstacle {
                None => Finding::ok(CHECK, format!("{name} can be opened.")),
                Some((cause, fix)) => Finding::fault(CHECK, format!("{name} cannot be opened. {cause}"), fix),
            };
            (index, finding)
        });
    }
    let mut findings = looks.join_all().await;
    findings.sort_by_key(|(index, _)| *index);
    findings.into_iter().map(|(_, finding)| finding).collect()
}

/// What keeps a session with that target from beginning.
async fn at(display: &Display, target: &Target) -> Option<(String, String)> {
    if let Target::Unix(path) = target
        && let Some(obstacle) = closed(path)
    {
        return Some(obstacle);
    }
    match probe(target, display.password.as_ref()).await {
        // Whoever opens it is asked.
        Ok(()) | Err(TargetError::Refused(ServerError::PasswordMissing)) => None,
        Err(error) => Some(unreachable(&display.place, &error)),
    }
}

/// What is wrong with a socket, before anybody is asked there.
fn closed(socket: &Path) -> Option<(String, String)> {
    let shown = socket.display();
    let data = match socket.metadata() {
        Ok(data) => data,
        Err(error) => {
            return Some((
                format!("There is no socket {shown} ({error})."),
                "Start its VNC server, or correct the display's target in the config file.".into(),
            ));
        }
    };
    if !data.file_type().is_socket() {
        return Some((
            format!("{shown} is no socket."),
            "Correct the display's target in the config file.".into(),
        ));
    }
    access(socket, Access::READ_OK | Access::WRITE_OK).err().map(|_| {
        (
            format!("The socket {shown} may not be opened by this user."),
            format!("Let its VNC server make it for a group that you are in (-rfbunixmode 0660), or run: sudo chmod go+rw {shown}"),
        )
    })
}

/// Whether the VNC servers are there that launched displays need.
pub(super) fn servers(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "vnc-servers";
    let launched = |what: fn(&What) -> bool| {
        case.config
            .displays
            .iter()
            .any(|display| matches!(&display.place, Place::Launched(plan) if what(&plan.what)))
    };
    let kinds = [
        (
            What::Desktop(Desktop::default()),
            "New desktops can be started.",
            launched(|what| matches!(what, What::Desktop(_))),
        ),
        (
            What::ThisScreen,
            "The screen that one sits at can be shared.",
            launched(|what| *what == What::ThisScreen),
        ),
    ];
    let mut findings = Vec::new();
    for (what, well, wanted) in kinds {
        match case.place.launcher.check(&what) {
            Ok(()) => findings.push(Finding::ok(CHECK, well)),
            // What else there is to say of a screen is said by its own check.
            Err(error) if what == What::ThisScreen && !matches!(error, LaunchError::NotInstalled { .. }) => {}
            Err(error) => {
                let (cause, fix) = told(&error);
                let finding = if wanted { Finding::fault } else { Finding::warn };
                findings.push(finding(CHECK, &cause, &fix));
            }
        }
    }
    findings
}

/// What the launcher says, as a sentence each.
fn told(error: &LaunchError) -> (String, String) {
    let fix = error.fix().map(|fix| sentence(&fix));
    (sentence(&error.cause()), fix.unwrap_or_default())
}
