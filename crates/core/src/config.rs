//! What the person has written in `config.toml`, checked.

mod arguments;
mod check;
mod edit;
mod encryption;
mod exposed;
mod follow;
mod keep;
mod key;
mod launch;
mod links;
mod listening;
mod load;
mod origin;
mod password;
mod place;
mod places;
mod proxies;
mod rewrite;
mod schema;
mod set;
mod source;
mod token_faults;
mod tokens;
mod which;
mod words;

use std::{fmt, net::IpAddr, path::PathBuf, sync::Arc};

use porthole_gateway::{Limits, Password, ProxyNetwork, Target};
use porthole_launcher::{Desktop, What};
use url::Url;

use crate::{DisplayId, OpenIn, Terms, Theme};

pub use arguments::{Arguments, CertificateFiles, Served};
pub(crate) use edit::{Added, Addition, add};
pub(crate) use encryption::identity_fault;
pub use encryption::{Encryption, OwnCertificate};
pub(crate) use exposed::Exposed;
pub(crate) use follow::{Follower, Refresh, follow};
pub(crate) use keep::keep_password;
pub(crate) use launch::THIS_SCREEN;
pub use launch::{LaunchPlan, StartWhen, StopWhen};
#[cfg(unix)]
pub(crate) use links::{MAX_LINK_SECONDS, duration};
pub(crate) use load::{Loaded, load};
pub use origin::{NotAnOrigin, origin};
#[cfg(unix)]
pub(crate) use place::digest;
pub(crate) use place::write_first;
pub use place::{ConfigPlace, NoHome};
pub(crate) use places::{display_at, here};
pub(crate) use rewrite::not_written;
pub(crate) use set::set;
pub(crate) use source::ConfigSource;
pub(crate) use token_faults::token_faults;
pub(crate) use tokens::{Contents, Faulty, import, look_into};
pub(crate) use which::Which;

/// A config that has been checked: whatever is in it can be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The addresses to listen on, never an empty list; `None`: this machine's own, and while a link for others lives,
    /// those under which they reach it.
    pub listen: Option<Vec<IpAddr>>,
    /// The port to listen on; 0 lets the system choose anew at each start, `None` keeps one that was chosen before.
    pub port: Option<u16>,
    /// What stands before the paths of the links that are made, as `/novnc`; empty for none. Never ends with a slash.
    pub base_path: String,
    /// Further Host names that are answered.
    pub hosts: Vec<String>,
    /// Further Origins that may open a WebSocket.
    pub origins: Vec<String>,
    /// Where a reverse proxy serves us, as `https://desk.example.org/novnc`: what links to hand on begin with.
    pub public_url: Option<Url>,
    /// The reverse proxies that may say for whom they connect.
    pub trusted_proxies: Vec<ProxyNetwork>,
    /// The Origins whose pages may show the viewer in a frame.
    pub frame_ancestors: Vec<String>,
    /// Whether links to hand on are https, and with which certificate.
    pub encryption: Encryption,
    /// Whether this machine's `.local` name is made known to the network while a link for others lives.
    pub mdns: bool,
    /// The only interface by which others may come; `None`: by all of them.
    pub interface: Option<String>,
    /// A websockify token file, or a folder of them, whose tokens work as links too.
    pub token_file: Option<PathBuf>,
    /// What a link for others gives, unless its maker says otherwise.
    pub links: Terms,
    /// How many sessions there may be.
    pub limits: Limits,
    /// Where a display is opened.
    pub open: OpenIn,
    /// What the windows look like.
    pub theme: Theme,
    /// The displays in their order; ids are unique, and so are names.
    pub displays: Vec<Display>,
    /// The command line that this config was made from, for what a config file cannot say; `None`: it is a file's.
    pub arguments: Option<Arc<Arguments>>,
}

/// One display of the config.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    /// What it is known by, whatever it is called; unique. Until a config is put in force, that of a display that the
    /// person wrote none for is only what its name and place alone would give it.
    pub id: DisplayId,
    /// Whether the config file says it. Else the program decides which display is which.
    pub id_is_written: bool,
    /// Ids that it had before another was written: the desktop that runs may still call itself so. Empty until the config
    /// is put in force.
    pub former_ids: Vec<DisplayId>,
    /// What people call it: 1 to 64 characters, none of them control characters.
    pub name: String,
    /// Where its VNC server listens, or how it is launched.
    pub place: Place,
    /// What its VNC server asks for.
    pub password: Option<Password>,
    /// Whether the window shows a live picture of it, which takes a session of its own: not every VNC server has room for
    /// more than one.
    pub picture: bool,
}

impl Display {
    /// Whether sessions with it may go on when the config says `new` of it: a launched display runs on as it is, for
    /// whom it is.
    pub(crate) fn goes_on_as(&self, new: &Self) -> bool {
        let same = Self {
            name: new.name.clone(),
            id_is_written: new.id_is_written,
            former_ids: new.former_ids.clone(),
            picture: new.picture,
            // Whoever is connected has shown one, or needed none.
            password: self.password.clone().or(new.password.clone()),
            ..self.clone()
        };
        let launched = match (&self.place, &new.place) {
            (Place::Launched(old), Place::Launched(new)) => old.what.is_for_whom(&new.what),
            _ => false,
        };
        same == *new || launched
    }
}

/// Where a display's VNC server listens, or how it is launched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The server that is built in, for trying things out.
    Demo,
    /// A VNC server of the person's.
    At(Target),
    /// One that Porthole starts.
    Launched(LaunchPlan),
}

impl Place {
    /// What tells this place from others, also from one start to the next: that which a link is made for. How a desktop
    /// is started is no part of it, but whose it is.
    pub(crate) fn identity(&self) -> String {
        match self {
            Self::Demo => "demo".into(),
            Self::At(target) => target.to_string(),
            Self::Launched(plan) => match &plan.what {
                What::ThisScreen => THIS_SCREEN.into(),
                What::Desktop(Desktop { user: None, .. }) => "desktop".into(),
                What::Desktop(Desktop { user: Some(user), .. }) => format!("desktop of {user}"),
            },
        }
    }

    /// All that the config says of how a desktop is started, to tell those of one user apart; empty for other places.
    pub(crate) fn launch(&self) -> String {
        match self {
            Self::Launched(LaunchPlan {
                what: What::Desktop(desktop),
                start,
                stop,
            }) => serde_json::json!({
                "desktop": desktop,
                "at-start": *start == StartWhen::AtStart,
                "last-close": *stop == StopWhen::LastClose,
            })
            .to_string(),
            _ => String::new(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Demo => f.write_str("demo"),
            Self::At(target) => target.fmt(f),
            Self::Launched(plan) => plan.fmt(f),
        }
    }
}

/// What holds without a config file: listen on this machine only, and one display that needs nothing.
impl Default for Config {
    fn default() -> Self {
        let demo = Display {
            id: DisplayId::derived("Demo", &Place::Demo.identity(), 0),
            id_is_written: false,
            former_ids: Vec::new(),
            name: "Demo".into(),
            place: Place::Demo,
            password: None,
            picture: true,
        };
        Self {
            displays: vec![demo],
            ..Self::empty()
        }
    }
}

impl Config {
    /// What an empty config file says.
    pub(crate) fn empty() -> Self {
        Self {
            listen: None,
            port: None,
            base_path: String::new(),
            hosts: Vec::new(),
            origins: Vec::new(),
            public_url: None,
            trusted_proxies: Vec::new(),
            frame_ancestors: Vec::new(),
            encryption: Encryption::Off,
            mdns: false,
            interface: None,
            token_file: None,
            links: Terms::default(),
            limits: Limits::default(),
            open: OpenIn::default(),
            theme: Theme::default(),
            displays: Vec::new(),
            arguments: None,
        }
    }

    /// The display with this id.
    pub fn display(&self, id: &str) -> Option<&Display> {
        self.displays.iter().find(|display| display.id.as_str() == id)
    }
}

/// What is wrong with a config file, or with a file that a config names: `FILE:LINE: cause`, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The config file; where there is none, the file that is at fault.
    pub file: PathBuf,
    /// The line, counted from 1, if it is about a line.
    pub line: Option<usize>,
    /// What is wrong, and what to do.
    pub cause: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file.display(), self.cause),
            None => write!(f, "{}: {}", self.file.display(), self.cause),
        }
    }
}

impl std::error::Error for ConfigError {}
