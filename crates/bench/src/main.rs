//! What the gateway costs, measured beside other programs that do the same: `npm run bench`.
//!
//! A peer stands between viewers and a target, all of them on this machine and on its loopback; for each measurement
//! it is started anew, and ended after. Rounds go through all modes, and in each mode from peer to peer, so that a
//! machine that is slow for a while is slow for all of them: trust the ratios.

mod click;
mod faults;
mod frame;
mod links;
mod modes;
mod peers;
mod process;
mod report;
mod request;
mod revoke;
mod rounds;
mod secure;
mod target;
mod viewer;

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use modes::Mode;
use peers::{Peer, Programs};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Measures Porthole beside other relays.
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    instead: Option<Instead>,
    /// The `portholed` to measure
    #[arg(long, value_name = "FILE")]
    portholed: PathBuf,
    /// Another `portholed`, to see what a change brings
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    /// The websockify to measure
    #[arg(long, value_name = "FILE", default_value = "websockify")]
    websockify: PathBuf,
    /// How often everything is measured; the tables show medians
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Only these modes; with --faults, only these faults
    #[arg(long, value_delimiter = ',')]
    modes: Vec<String>,
    /// Only the peer of this name; may be given several times
    #[arg(long = "peer", value_name = "NAME")]
    peers: Vec<String>,
    /// Do faults to Porthole alone, in place of measuring it beside others
    #[arg(long)]
    faults: bool,
    /// With --faults, how many short visits there are; 1000000 takes many minutes
    #[arg(long, value_name = "NUMBER", default_value_t = 20_000)]
    visits: usize,
    /// Where all figures go
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the plot goes
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// What is measured instead of relays.
#[derive(clap::Subcommand)]
enum Instead {
    /// How long it takes from a click on a stopped desktop to its first picture
    Click,
    /// How long viewers go on seeing when their link is taken back
    Revoke,
    /// What one more link and a start cost when there are thousands of links
    Links,
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Some(instead) = args.instead {
        let table = match instead {
            Instead::Click => {
                let portholed = fs::canonicalize(&args.portholed).context("--portholed")?;
                click::measure(&portholed, args.rounds)?
            }
            Instead::Revoke => revoke::measure(args.rounds)?,
            Instead::Links => {
                let portholed = fs::canonicalize(&args.portholed).context("--portholed")?;
                links::measure(&portholed, args.rounds)?
            }
        };
        return Ok(write!(io::stdout().lock(), "{table}")?);
    }
    let vnc_gateway = std::env::current_exe()?.with_file_name("vnc_gateway");
    let programs = Programs {
        portholed: fs::canonicalize(&args.portholed).context("--portholed")?,
        before: args
            .before
            .as_ref()
            .map(fs::canonicalize)
            .transpose()
            .context("--before")?,
        vnc_gateway,
        // Where it is missing it is left out.
        websockify: fs::canonicalize(&args.websockify).unwrap_or(args.websockify),
    };
    allow_many_sockets();
    if args.faults {
        return faults::measure(&programs.portholed, args.visits, &args.modes);
    }
    let (peers, left_out) = choose_peers(peers::all(&programs), &args.peers);
    let modes = choose_modes(&args.modes)?;
    let figures = rounds::measure(&modes, &peers, args.rounds);
    let report = report::Report::new(&modes, &peers, left_out, args.rounds, &figures);
    let mut stdout = io::stdout().lock();
    write!(stdout, "{}", report.table())?;
    if let Some(file) = &args.json {
        write_file(file, &serde_json::to_string_pretty(&report)?)?;
    }
    if let Some(file) = &args.svg {
        write_file(file, &report.plot())?;
    }
    Ok(())
}

fn write_file(file: &PathBuf, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

/// Those that are wanted and can be measured, and why others cannot.
fn choose_peers(all: Vec<Box<dyn Peer>>, wanted: &[String]) -> (Vec<Box<dyn Peer>>, Vec<String>) {
    let (mut peers, mut left_out) = (Vec::new(), Vec::new());
    for peer in all {
        let is_wanted = wanted.is_empty() || wanted.iter().any(|name| name == peer.name());
        match peer.missing() {
            _ if !is_wanted => {}
            Some(why) => left_out.push(format!("{}: {why}", peer.name())),
            None => peers.push(peer),
        }
    }
    (peers, left_out)
}

fn choose_modes(wanted: &[String]) -> Result<Vec<&'static Mode>> {
    let named = |name: &str| modes::ALL.iter().any(|mode| mode.name == name);
    if let Some(unknown) = wanted.iter().find(|name| !named(name)) {
        let names: Vec<_> = modes::ALL.iter().map(|mode| mode.name).collect();
        anyhow::bail!("there is no mode {unknown}; there are {}", names.join(", "));
    }
    let all = modes::ALL.iter().copied();
    let chosen: Vec<_> = all
        .filter(|mode| wanted.is_empty() || wanted.iter().any(|name| name == mode.name))
        .collect();
    ensure!(!chosen.is_empty(), "there is nothing to measure");
    Ok(chosen)
}

/// 9,500 viewers and their targets are 19,000 sockets here, and as many in the peer, which inherits this.
fn allow_many_sockets() {
    let limit = getrlimit(Resource::Nofile);
    // Where it is refused, the mode with the most viewers says so.
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    );
}

/// Lets a moment pass where there is no event to wait for: a program of somebody else's that starts or ends.
#[expect(clippy::disallowed_methods, reason = "there is no event to await")]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}
