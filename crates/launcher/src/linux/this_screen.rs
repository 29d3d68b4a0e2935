//! The X screen that this program runs on.

use std::path::PathBuf;

use crate::LaunchError;

/// An X screen that we can see.
#[derive(Clone, Debug)]
pub(super) struct ThisScreen {
    /// Its name, like `:0`.
    pub display: String,
    /// Its number.
    pub number: u32,
    /// The file with its cookie.
    pub x_authority: Option<PathBuf>,
}

impl ThisScreen {
    /// The screen we are on, by our environment.
    pub fn find() -> Result<Self, LaunchError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if variable("WAYLAND_DISPLAY").is_some() || variable("XDG_SESSION_TYPE").as_deref() == Some("wayland")
        {
            return Err(LaunchError::Wayland);
        }
        let display = variable("DISPLAY").ok_or(LaunchError::NoScreen)?;
        let x_authority = variable("XAUTHORITY").map(PathBuf::from);
        let at_home = || variable("HOME").map(|home| PathBuf::from(home).join(".Xauthority"));
        Ok(Self {
            number: number(&display).unwrap_or(0),
            x_authority: x_authority.or_else(at_home).filter(|file| file.is_file()),
            display,
        })
    }
}

/// The number in `host:number.screen`.
fn number(display: &str) -> Option<u32> {
    let (_, number) = display.rsplit_once(':')?;
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_of_displays() {
        for (display, number) in [
            (":0", Some(0)),
            (":1.0", Some(1)),
            ("desk:10.1", Some(10)),
            ("x", None),
        ] {
            assert_eq!(super::number(display), number);
        }
    }
}
