//! What a display's configuration says of how to launch it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A display to launch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// What its owner tells it from others by, whatever it is called: it comes back when the display is adopted. Empty
    /// for those that versions without ids have started.
    #[serde(default)]
    pub id: String,
    /// The display's name: what viewers show, and what its folder is named after.
    pub name: String,
    /// What it shows.
    pub what: What,
}

/// What a launched display shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A desktop of its own, that nobody sees but through VNC.
    Desktop(Desktop),
    /// The X screen that this program runs on, shared as it is.
    ThisScreen,
}

impl What {
    /// Whether the two are for the same person: the same user's desktop, or the screen that this program runs on.
    pub fn is_for_whom(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Desktop(one), Self::Desktop(other)) => one.user == other.user,
            (Self::ThisScreen, Self::ThisScreen) => true,
            (Self::Desktop(_), Self::ThisScreen) | (Self::ThisScreen, Self::Desktop(_)) => false,
        }
    }
}

/// A desktop of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desktop {
    /// Whose desktop it is: the name of an account of this machine; `None` is whoever runs this program.
    pub user: Option<String>,
    /// Its size at the start. Viewers may change it.
    pub geometry: Geometry,
    /// Its colour depth.
    pub depth: Depth,
    /// What runs in it: a command line for `sh -c`. `None` is the user's own `~/.vnc/xstartup`,
    /// `~/.config/tigervnc/xstartup` or `~/.xsession`, the system's default session, or a desktop that is installed, in
    /// this order.
    pub session: Option<String>,
}

/// A size in pixels, written `1920x1080`; each side is from 16 to 16384.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Geometry {
    width: u16,
    height: u16,
}

/// The sides that TigerVNC's framebuffer may have.
const SIDES: std::ops::RangeInclusive<u16> = 16..=16384;

impl Geometry {
    /// A size of `width` by `height` pixels.
    pub fn new(width: u16, height: u16) -> Result<Self, BadLaunch> {
        if SIDES.contains(&width) && SIDES.contains(&height) {
            Ok(Self { width, height })
        } else {
            Err(BadLaunch::Geometry(format!("{width}x{height}")))
        }
    }
}

impl Default for Geometry {
    fn default() -> Self {
        Self {
            width: 1920,
            height: 1080,
        }
    }
}

impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Geometry {
    type Err = BadLaunch;

    fn from_str(text: &str) -> Result<Self, BadLaunch> {
        let wrong = || BadLaunch::Geometry(text.to_owned());
        let (width, height) = text.split_once('x').ok_or_else(wrong)?;
        let side = |digits: &str| digits.parse().map_err(|_| wrong());
        Self::new(side(width)?, side(height)?).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Geometry {
    type Error = BadLaunch;

    fn try_from(text: String) -> Result<Self, BadLaunch> {
        text.parse()
    }
}

impl From<Geometry> for String {
    fn from(geometry: Geometry) -> Self {
        geometry.to_string()
    }
}

/// A colour depth in bits: 24, or 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Depth(u8);

impl Default for Depth {
    fn default() -> Self {
        Self(24)
    }
}

impl TryFrom<u8> for Depth {
    type Error = BadLaunch;

    fn try_from(bits: u8) -> Result<Self, BadLaunch> {
        match bits {
            16 | 24 => Ok(Self(bits)),
            _ => Err(BadLaunch::Depth(bits)),
        }
    }
}

impl From<Depth> for u8 {
    fn from(depth: Depth) -> Self {
        depth.0
    }
}

/// What is wrong with a launch, as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLaunch {
    /// Not a size.
    #[error("`{0}` is not a size; write it like 1920x1080, each side from 16 to 16384")]
    Geometry(String),
    /// A depth that no VNC server has.
    #[error("a depth of {0} is not possible; use 24 or 16")]
    Depth(u8),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_write_them() {
        for text in ["1920x1080", "16x16", "16384x16384"] {
            assert_eq!(text.parse::<Geometry>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "x",
            "1920",
            "1920x",
            "1920X1080",
            "1920x1080x24",
            "15x1080",
            "1920x16385",
            "-1x5",
            "99999x99999",
        ] {
            let error = text.parse::<Geometry>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is not a size")), "{error}");
        }
    }

    #[test]
    fn depths() {
        for bits in 0..=255 {
            assert_eq!(Depth::try_from(bits).is_ok(), bits == 16 || bits == 24);
        }
    }
}
