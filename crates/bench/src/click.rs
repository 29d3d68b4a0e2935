//! From a click to a picture: how long a desktop takes that is started when its link is opened, beside the bare VNC
//! server. On a real TigerVNC, with nothing on the desktop: what a session takes is its own.

use std::{fmt::Write, fs, net::SocketAddr, path::Path, process::Command, time::Instant};

use anyhow::{Context, Result, ensure};

use crate::{
    modes::quantile,
    pause,
    peers::{
        free_port,
        porthole_vnc::{portholed, with_display},
    },
    process::Process,
    viewer::{Buffer, Door},
};

/// FramebufferUpdateRequest of the first pixel, whether it has changed or not (RFC 6143 §7.5.3).
const ONE_PIXEL: &[u8] = &[3, 0, 0, 0, 0, 0, 0, 1, 0, 1];
/// The answer: FramebufferUpdate with one rectangle of one raw pixel of 32 bits (RFC 6143 §7.6.1, §7.7.1).
const ITS_ANSWER: u64 = 4 + 12 + 4;
/// No program at all would end the display at once.
const DESKTOP: &str = "launch = { session = \"exec sleep 1000\" }";

/// Measures, and gives the table.
pub fn measure(program: &Path, rounds: u32) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let (_process, door) = with_display(program, DESKTOP, "", folder.path())?;
    let (mut stopped, mut running, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let outcome = (0..rounds).try_for_each(|_| {
        stopped.push(first_pixel(&door)?);
        running.push(first_pixel(&door)?);
        stop(program, folder.path())?;
        bare.push(bare_server()?);
        anyhow::Ok(())
    });
    // Desktops outlive the program.
    stop(program, folder.path())?;
    outcome?;
    let mut table = String::from(
        "| from the click to the first pixel | median, ms | fastest | slowest |\n|---|---:|---:|---:|\n",
    );
    for (name, mut times) in [
        ("a stopped desktop, by its link", stopped),
        ("a running desktop, by its link", running),
        ("Xtigervnc alone, from its start", bare),
    ] {
        let [median, fastest, slowest] = [0.5, 0.0, 1.0].map(|part| quantile(&mut times, part));
        writeln!(table, "| {name} | {median:.0} | {fastest:.0} | {slowest:.0} |")?;
    }
    Ok(table)
}

/// How many milliseconds a viewer waits for its first pixel.
fn first_pixel(door: &Door) -> Result<f64> {
    let came = Instant::now();
    let mut viewer = door.enter()?;
    viewer.send(&door.message(ONE_PIXEL))?;
    viewer.receive(ITS_ANSWER, &mut Buffer::small())?;
    Ok(came.elapsed().as_secs_f64() * 1e3)
}

fn stop(program: &Path, folder: &Path) -> Result<()> {
    let output = portholed(program, folder).args(["stop", "bench"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the desktop is not stopped: {said}");
    Ok(())
}

/// The same of Xtigervnc with nothing around it: no folder, no password, no session, no gateway.
fn bare_server() -> Result<f64> {
    let (folder, address) = (tempfile::tempdir()?, free_port()?);
    let door = Door {
        address,
        tls: false,
        websocket: None,
        vnc: true,
    };
    let mut command = bare_command(address);
    let began = Instant::now();
    let mut server = Process::start(&mut command, folder.path())?;
    // It tells the number of its display as soon as it listens.
    while fs::read_to_string(folder.path().join("stdout"))?.is_empty() {
        let log = || fs::read_to_string(folder.path().join("stderr")).unwrap_or_default();
        ensure!(server.runs(), "Xtigervnc ended at once: {}", log());
        pause();
    }
    let started = began.elapsed().as_secs_f64() * 1e3;
    Ok(started + first_pixel(&door).context("Xtigervnc")?)
}

fn bare_command(address: SocketAddr) -> Command {
    let mut command = Command::new("Xtigervnc");
    let port = address.port().to_string();
    command
        .args([
            "-rfbport",
            &port,
            "-localhost",
            "-SecurityTypes",
            "None",
            "-desktop",
            "bench",
        ])
        .args(["-geometry", "1920x1080", "-nolisten", "tcp", "-displayfd", "1"]);
    command
}
