//! Displays that Porthole launches, as the config says.

use std::fmt;

use porthole_launcher::{Depth, Desktop, Geometry, What};
use toml::Spanned;

use super::{
    check::{Checked, Checker},
    schema,
};
use crate::texts::say;

/// A display that Porthole launches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchPlan {
    /// What it shows.
    pub what: What,
    /// When it is started, besides when a person says so.
    pub start: StartWhen,
    /// When it is stopped, besides when a person says so.
    pub stop: StopWhen,
}

/// When a display is started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartWhen {
    /// When somebody opens it.
    #[default]
    OnOpen,
    /// When the program starts; and again when it has ended by itself.
    AtStart,
}

/// When a display is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopWhen {
    /// It runs until its session ends.
    #[default]
    Keep,
    /// When the last viewer has left, and none has come back for a while.
    LastClose,
}

/// The target that stands for the X screen that the program runs on.
pub(crate) const THIS_SCREEN: &str = "this-screen";

impl LaunchPlan {
    /// The X screen that the program runs on, shared.
    pub(crate) fn this_screen() -> Self {
        Self {
            what: What::ThisScreen,
            start: StartWhen::default(),
            stop: StopWhen::default(),
        }
    }
}

/// What stands where other displays have their target.
impl fmt::Display for LaunchPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::ThisScreen => f.write_str(THIS_SCREEN),
            What::Desktop(Desktop { user: None, .. }) => f.write_str(&say!("plan-desktop")),
            What::Desktop(Desktop { user: Some(user), .. }) => {
                f.write_str(&say!("plan-desktop-of", user = user.as_str()))
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn launch(&self, launch: schema::Launch) -> Checked<LaunchPlan> {
        let user = launch.user.map(|user| self.user(user)).transpose()?;
        let geometry = launch.geometry.map_or(Ok(Geometry::default()), |geometry| {
            let size = geometry.get_ref().parse();
            size.map_err(|_| {
                self.wrong(
                    &geometry.span(),
                    say!("config-no-size", text = geometry.get_ref().as_str()),
                )
            })
        })?;
        let depth = launch.depth.map_or(Ok(Depth::default()), |depth| {
            let bits = u8::try_from(*depth.get_ref()).ok();
            let depth_of = bits.and_then(|bits| Depth::try_from(bits).ok());
            depth_of.ok_or_else(|| {
                let cause = say!("config-depth", depth = depth.get_ref().to_string());
                self.wrong(&depth.span(), cause)
            })
        })?;
        let session = launch.session.map(|session| self.session(session)).transpose()?;
        let start = self.choice(
            launch.start,
            &[("on-open", StartWhen::OnOpen), ("at-start", StartWhen::AtStart)],
        )?;
        let stop = self.choice(
            launch.stop,
            &[("keep", StopWhen::Keep), ("last-close", StopWhen::LastClose)],
        )?;
        let desktop = Desktop {
            user,
            geometry,
            depth,
            session,
        };
        Ok(LaunchPlan {
            what: What::Desktop(desktop),
            start,
            stop,
        })
    }

    fn user(&self, user: Spanned<String>) -> Checked<String> {
        let name = user.get_ref();
        let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ':' | '/');
        if name.is_empty() || name.starts_with('-') || name.contains(odd) {
            let cause = say!("config-no-account", name = name.as_str());
            return Err(self.wrong(&user.span(), cause));
        }
        Ok(user.into_inner())
    }

    fn session(&self, session: Spanned<String>) -> Checked<String> {
        if session.get_ref().trim().is_empty() || session.get_ref().contains('\0') {
            let cause = say!("config-no-session");
            return Err(self.wrong(&session.span(), cause));
        }
        Ok(session.into_inner())
    }
}
