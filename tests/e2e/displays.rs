//! What most tests need: desktops of Alice and Bob behind a password, named in a config file.

use anyhow::Result;
use porthole_tests::{
    home::Home,
    people::Person,
    vnc::{Colour, VncServer},
};

pub const RED: Colour = [200, 40, 60];
pub const BLUE: Colour = [40, 80, 200];

/// Where a config file is looked for below a home.
const CONFIG: &str = "config/porthole/config.toml";

/// Alice's red and Bob's blue desktop.
pub struct Displays {
    pub alice: Person,
    _bob: Person,
    pub alices: VncServer,
    bobs: VncServer,
}

impl Displays {
    pub async fn start() -> Result<Self> {
        let (alice, bob) = (Person::alice()?, Person::bob()?);
        let alices = VncServer::start_with_password(&alice, RED, "rosebud").await?;
        let bobs = VncServer::start_with_password(&bob, BLUE, "tuesday").await?;
        Ok(Self {
            alice,
            _bob: bob,
            alices,
            bobs,
        })
    }

    /// Writes a config with both, and `more` above them.
    pub fn configure(&self, home: &Home, more: &str) -> Result<()> {
        let alice = self.entry(home, "Alice", &self.alices, "rosebud")?;
        let bob = self.entry(home, "Bob", &self.bobs, "tuesday")?;
        home.write(CONFIG, &format!("{more}\n{alice}{bob}"))?;
        Ok(())
    }

    /// Writes a config with Alice's alone, and `more` below it.
    pub fn configure_alice(&self, home: &Home, more: &str) -> Result<()> {
        let alice = self.entry(home, "Alice", &self.alices, "rosebud")?;
        home.write(CONFIG, &format!("{alice}{more}"))?;
        Ok(())
    }

    fn entry(&self, home: &Home, name: &str, server: &VncServer, password: &str) -> Result<String> {
        let file = home.write(&format!("{name}.password"), password)?;
        let (port, file) = (server.port, file.display());
        Ok(format!(
            "[[display]]\nname = \"{name}\"\ntarget = \"127.0.0.1:{port}\"\npassword_file = \"{file}\"\n"
        ))
    }
}
