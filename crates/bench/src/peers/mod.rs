//! The programs that are measured side by side.

mod direct;
mod haproxy;
mod nginx;
mod porthole;
pub mod porthole_vnc;
mod token_file;
mod websockify;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::{pause, process::Process, secure, viewer::Door};

/// How long a peer has until it listens: websockify reads nothing before, Porthole a million tokens.
const START: Duration = Duration::from_secs(30);

/// What all others are compared with.
pub const PORTHOLE: &str = "Porthole";

/// A program to be measured.
pub trait Peer {
    /// As the tables name it.
    fn name(&self) -> &str;
    /// Why it cannot be measured on this machine.
    fn missing(&self) -> Option<String> {
        None
    }
    /// It looks up tokens.
    fn has_tokens(&self) -> bool {
        false
    }
    /// It speaks RFB with both sides, so that its target has to be a VNC server.
    fn is_vnc(&self) -> bool {
        false
    }
    /// There is no program in between.
    fn is_direct(&self) -> bool {
        false
    }
    /// It speaks TLS with viewers, if it is told to.
    fn speaks_tls(&self) -> bool {
        false
    }
    /// How many idle viewers this machine can bear.
    fn most_idle(&self) -> usize {
        usize::MAX
    }
    /// Starts it in front of `target`. `folder` is its own.
    fn start(&self, target: SocketAddr, setting: Setting, folder: &Path) -> Result<(Option<Process>, Door)>;
}

/// What a mode asks of a peer.
#[derive(Clone, Copy)]
pub struct Setting {
    /// How many tokens its table has, if it has one.
    pub tokens: usize,
    /// Viewers come over TLS. The certificate is in its folder.
    pub tls: bool,
}

/// A peer that runs.
pub struct Running {
    /// `None`: there is nothing in between.
    pub process: Option<Process>,
    pub door: Door,
    // Behind the process, so that it goes after it.
    folder: TempDir,
}

impl Running {
    /// Starts `peer` and waits until it can be entered.
    pub fn start(peer: &dyn Peer, target: SocketAddr, setting: Setting) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        if setting.tls {
            secure::write_certificate(folder.path())?;
        }
        let (process, door) = peer.start(target, setting, folder.path())?;
        Ok(Self {
            process,
            door,
            folder,
        })
    }

    /// What it has said on standard error.
    pub fn said(&self) -> Result<String> {
        Ok(fs::read_to_string(self.folder.path().join("stderr"))?)
    }

    /// Processor time so far.
    pub fn cpu(&self) -> Duration {
        self.process.as_ref().map_or(Duration::ZERO, Process::cpu)
    }
}

/// Where the programs are that do not come from the system.
pub struct Programs {
    pub portholed: PathBuf,
    /// An older one, to be measured beside it.
    pub before: Option<PathBuf>,
    pub vnc_gateway: PathBuf,
    pub websockify: PathBuf,
}

/// Porthole by itself, with all descriptors or with so many.
pub fn porthole(portholed: &Path, descriptors: Option<u32>) -> impl Peer {
    porthole::Porthole {
        name: PORTHOLE,
        program: portholed.into(),
        descriptors,
    }
}

/// All peers, those that are missing too.
pub fn all(programs: &Programs) -> Vec<Box<dyn Peer>> {
    let porthole = |name, program: &Path| porthole::Porthole {
        name,
        program: program.into(),
        descriptors: None,
    };
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(porthole(PORTHOLE, &programs.portholed))];
    if let Some(before) = &programs.before {
        peers.push(Box::new(porthole("Porthole before", before)));
    }
    peers.push(Box::new(porthole_vnc::Control(programs.portholed.clone())));
    peers.push(Box::new(porthole_vnc::View(programs.vnc_gateway.clone())));
    peers.push(Box::new(websockify::Websockify {
        program: programs.websockify.clone(),
    }));
    peers.push(Box::new(haproxy::Haproxy { splice: false }));
    peers.push(Box::new(haproxy::Haproxy { splice: true }));
    peers.push(Box::new(nginx::Nginx));
    peers.push(Box::new(direct::Direct));
    peers
}

/// A port that is free now, for programs that cannot be told to choose one and say which.
pub fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// Waits until somebody listens at `address`.
fn wait_for(address: SocketAddr, process: &mut Process, folder: &Path) -> Result<()> {
    let deadline = Instant::now() + START;
    while TcpStream::connect(address).is_err() {
        let said = || fs::read_to_string(folder.join("stderr")).unwrap_or_default();
        ensure!(process.runs(), "it ended at once: {}", said());
        ensure!(Instant::now() < deadline, "it does not listen: {}", said());
        pause();
    }
    Ok(())
}

/// Whether the system has `program`, in the folders of administrators too.
fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}
