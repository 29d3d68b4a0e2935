//! The displays of the config, and the VNC servers that launched ones need.

use std::{os::unix::fs::FileTypeExt, path::Path};

use porthole_gateway::{ServerError, Target, TargetError, probe};
use porthole_launcher::{Desktop, LaunchError, What};
use rustix::fs::{Access, access};
use tokio::task::JoinSet;

use super::Case;
use crate::{
    Finding,
    config::{Display, LaunchPlan, Place},
    desktops::words,
    platform::blocking::blocking,
    reachability::unreachable::unreachable,
    texts::say,
};

const CHECK: &str = "display";

/// Whether each display can be opened.
pub(super) async fn displays(case: &Case) -> Vec<Finding> {
    // At once: one that does not answer takes its time.
    let mut looks = JoinSet::new();
    for (index, display) in case.subject.config.displays.iter().cloned().enumerate() {
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
                None => Finding::ok(CHECK, say!("doctor-display-well", display = name)),
                Some((cause, fix)) => {
                    let text = say!("doctor-display-closed", display = name, cause = cause);
                    Finding::fault(CHECK, text, fix)
                }
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
    let shown = socket.display().to_string();
    let data = match socket.metadata() {
        Ok(data) => data,
        Err(error) => {
            return Some((
                say!("doctor-socket-missing", socket = shown, error = error.to_string()),
                say!("unreachable-fix"),
            ));
        }
    };
    if !data.file_type().is_socket() {
        return Some((
            say!("doctor-socket-no-socket", socket = shown),
            say!("doctor-socket-no-socket-fix"),
        ));
    }
    access(socket, Access::READ_OK | Access::WRITE_OK).err().map(|_| {
        (
            say!("doctor-socket-closed", socket = shown.as_str()),
            say!("doctor-socket-closed-fix", socket = shown.as_str()),
        )
    })
}

/// Whether the VNC servers are there that launched displays need.
pub(super) fn servers(case: &Case) -> Vec<Finding> {
    const CHECK: &str = "vnc-servers";
    let launched = |what: fn(&What) -> bool| {
        case.subject
            .config
            .displays
            .iter()
            .any(|display| matches!(&display.place, Place::Launched(plan) if what(&plan.what)))
    };
    let kinds = [
        (
            What::Desktop(Desktop::default()),
            say!("doctor-desktops-well"),
            launched(|what| matches!(what, What::Desktop(_))),
        ),
        (
            What::ThisScreen,
            say!("doctor-this-screen-well"),
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
    findings.extend(login_sessions(case));
    findings
}

/// Whether other users' desktops would lack what PAM gives to a login.
fn login_sessions(case: &Case) -> Option<Finding> {
    let for_others = case.subject.config.displays.iter().any(|display| {
        matches!(
            &display.place,
            Place::Launched(LaunchPlan {
                what: What::Desktop(Desktop { user: Some(_), .. }),
                ..
            })
        )
    });
    (case.subject.machine.is_root && for_others && !case.place.launcher.opens_login_sessions())
        .then(|| Finding::warn("login-sessions", say!("doctor-no-pam"), say!("doctor-no-pam-fix")))
}

/// What the launcher says, as a sentence each.
fn told(error: &LaunchError) -> (String, String) {
    (words::cause(error), words::fix(error).unwrap_or_default())
}
