//! By which of this machine's addresses others come, as the config says.

use toml::Spanned;

use super::{
    Config,
    check::{Checked, Checker},
};
use crate::{Listening, texts::say};

/// The longest name of an interface, in characters: on some systems they have names of several words.
const MAX_NAME_BYTES: usize = 256;

impl Checker<'_> {
    /// One that is not there now may come: it is no error.
    pub(super) fn interface(&self, name: Spanned<String>) -> Checked<String> {
        let text = name.get_ref();
        let good = !text.trim().is_empty()
            && text.chars().count() <= MAX_NAME_BYTES
            && !text.chars().any(char::is_control);
        if !good {
            let cause = say!("config-no-interface", name = text.escape_debug().to_string());
            return Err(self.wrong(&name.span(), cause));
        }
        Ok(name.into_inner())
    }
}

impl Config {
    /// By which of this machine's addresses others come.
    pub(crate) fn listening(&self) -> Listening {
        match (&self.listen, &self.interface) {
            (None, None) => Listening::Automatic,
            (None, Some(name)) => Listening::Interface { name: name.clone() },
            (Some(addresses), _) if addresses.iter().all(|address| address.is_loopback()) => {
                Listening::ThisMachine
            }
            (Some(addresses), _) => Listening::Fixed {
                addresses: addresses.iter().map(ToString::to_string).collect(),
            },
        }
    }

    /// Whether others may come by this interface.
    pub(crate) fn takes(&self, interface: &str) -> bool {
        self.interface.as_deref().is_none_or(|name| name == interface)
    }
}
