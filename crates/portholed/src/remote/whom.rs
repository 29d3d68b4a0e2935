//! Which Porthole a subcommand speaks to.

use std::{net::IpAddr, path::PathBuf};

use anyhow::{Context, anyhow};
use porthole_core::{
    ConfigPlace,
    control::{AskError, Instance},
};

use super::Command;
use crate::listen::Listen;

/// Those that are meant.
pub enum Chosen {
    One(Instance),
    /// All that run.
    Several(Vec<Instance>),
}

/// None runs that could be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoneRuns(String);

impl Chosen {
    /// The only one.
    ///
    /// # Errors
    /// There are several: with the option that chooses each.
    pub fn into_one(self) -> anyhow::Result<Instance> {
        match self {
            Self::One(instance) => Ok(instance),
            Self::Several(all) => {
                let options: String = all.iter().map(|instance| format!("\n  {instance}")).collect();
                Err(anyhow!(
                    "{} Portholes run here; choose one by one of these options:{options}",
                    all.len()
                ))
            }
        }
    }
}

/// The one that an option names; else what is about displays and links is for that of the usual config, since no other has
/// any; and all else for the one that runs.
///
/// # Errors
/// [`NoneRuns`], or there is no place for a config.
pub fn choose(
    command: &Command,
    config: Option<PathBuf>,
    instance: Option<Listen>,
) -> anyhow::Result<Chosen> {
    if let Some(listen) = instance {
        return started_at(&listen);
    }
    let usual = ConfigPlace::find(config.clone()).map(Instance::from);
    if config.is_some() || command.is_about_displays() {
        return Ok(Chosen::One(usual?));
    }
    let mut running = Instance::started();
    if let Ok(usual) = &usual
        && usual.runs()
    {
        running.insert(0, usual.clone());
    }
    match (running.len(), running.pop()) {
        (1, Some(only)) => Ok(Chosen::One(only)),
        (_, Some(last)) => {
            running.push(last);
            Ok(Chosen::Several(running))
        }
        // The doctor looks at the config of one that does not run as well.
        (_, None) => match (usual, command) {
            (Ok(usual), Command::Doctor { .. }) => Ok(Chosen::One(usual)),
            (Ok(Instance::OfConfig(place)), _) => {
                let config = place.file().to_owned();
                Err(NoneRuns(AskError::NotRunning { config }.to_string()).into())
            }
            (Err(no_home), Command::Doctor { .. }) => Err(no_home.into()),
            _ => Err(NoneRuns("Porthole is not running. Start it with: portholed".into()).into()),
        },
    }
}

fn started_at(listen: &Listen) -> anyhow::Result<Chosen> {
    let ip = listen
        .host()
        .map(|host| match host {
            "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
            address => address.parse(),
        })
        .transpose()
        .context("--instance: write a port, or an address and a port, as 127.0.0.1:6080")?;
    let mut all = Instance::started();
    let others: String = all.iter().map(|instance| format!("\n  {instance}")).collect();
    all.retain(|instance| instance.listens_at(ip, listen.port()));
    match (all.len(), all.pop()) {
        (1, Some(only)) => Ok(Chosen::One(only)),
        (_, Some(last)) => {
            all.push(last);
            Ok(Chosen::Several(all))
        }
        (_, None) => {
            let others = match others.is_empty() {
                true => String::new(),
                false => format!("; these run:{others}"),
            };
            Err(NoneRuns(format!("Porthole is not running at {listen}{others}")).into())
        }
    }
}

impl Command {
    /// Whether it is about what only the Porthole of a config has.
    fn is_about_displays(&self) -> bool {
        match self {
            Self::Status { .. }
            | Self::Sessions { .. }
            | Self::Disconnect { .. }
            | Self::Rights { .. }
            | Self::History { .. }
            | Self::Doctor { .. } => false,
            Self::Start { .. }
            | Self::Stop { .. }
            | Self::Restart { .. }
            | Self::StopAll { .. }
            | Self::Link(_)
            | Self::Links { .. }
            | Self::Revoke { .. }
            | Self::Visitors { .. }
            | Self::Answer { .. } => true,
        }
    }
}
