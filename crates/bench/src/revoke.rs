//! From taking a link back to darkness: how long viewers go on seeing, when all sessions of a link are ended at once and
//! one of its viewers reads nothing.

use std::{
    net::SocketAddr,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use porthole_gateway::{
    Access, CloseReason, Gateway, Grant, HEARTBEAT, Limits, Lookup, Pages, Plain, Route, Settings, Token,
    TokenSource,
};

use crate::{
    modes::quantile,
    pause,
    target::{Service, Target},
    viewer::{Door, Viewer, WebSocket},
};

/// As many see the display.
const SESSIONS: usize = 200;
/// More than all the system's buffers between a target and a viewer.
const TOO_MUCH: u64 = 1 << 30;

/// One link, for whoever comes.
struct Link(porthole_gateway::Target);

impl TokenSource for Link {
    fn lookup<'a>(&'a self, _: &'a Token) -> Lookup<'a> {
        let grant = Grant {
            display: "bench".into(),
            name: "bench".into(),
            target: self.0.clone(),
            route: Route::Raw,
            expires: None,
            door: None,
        };
        Box::pin(std::future::ready(Some(grant)))
    }
}

/// Measures, and gives the table.
pub fn measure(rounds: u32) -> Result<String> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut dark, mut stalled) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let target = Target::start(false, Service::Answer)?;
        let gateway = runtime.block_on(gateway(target.address()))?;
        revoke(&gateway, &mut dark, &mut stalled)?;
        runtime.block_on(gateway.stop());
    }
    let [half, most, all] = [0.5, 0.99, 1.0].map(|part| quantile(&mut dark, part));
    let last = quantile(&mut stalled, 1.0) / 1e3;
    Ok(format!(
        "| {SESSIONS} sessions ended at once, until their viewers know | median | p99 | slowest |\n|---|---:|---:|---:|\n\
         | milliseconds, {} times | {half:.1} | {most:.1} | {all:.1} |\n\n\
         The viewer that read nothing was cut off after {last:.1} s.\n",
        dark.len(),
    ))
}

async fn gateway(target: SocketAddr) -> Result<Gateway> {
    let target: porthole_gateway::Target = target.to_string().parse()?;
    let gateway = Gateway::start(Settings {
        listen: vec![SocketAddr::from(([127, 0, 0, 1], 0))],
        identity: None,
        plain: Plain::Everybody,
        splice: true,
        access: Access::default(),
        own_names: None,
        pages: Pages::Embedded { index: None },
        tokens: Arc::new(Link(target)),
        heartbeat: HEARTBEAT,
    })
    .await?;
    gateway.set_limits(Limits {
        sessions_per_link: SESSIONS,
        sessions_per_display: SESSIONS,
    });
    Ok(gateway)
}

/// One round: adds how many milliseconds each viewer went on, and the one that reads nothing.
fn revoke(gateway: &Gateway, dark: &mut Vec<f64>, stalled: &mut Vec<f64>) -> Result<()> {
    let address = *gateway.addresses().first().context("it listens nowhere")?;
    let websocket = WebSocket {
        resource: "/websockify".into(),
        protocols: "binary, porthole.token.any".into(),
    };
    let door = Door {
        address,
        tls: false,
        websocket: Some(websocket),
        vnc: false,
    };
    let mut deaf = door.enter()?;
    deaf.send(&door.request(TOO_MUCH))?;
    let viewers: Result<Vec<Viewer>> = (1..SESSIONS).map(|_| door.enter()).collect();
    let sessions = gateway.sessions();
    settle(|| sessions.list().len() == SESSIONS)?;
    blocked(gateway)?;

    let watching: Vec<_> = viewers?
        .into_iter()
        .map(|mut viewer| thread::spawn(move || viewer.sees_the_end().map(|()| Instant::now())))
        .collect();
    let taken_back = Instant::now();
    let ended = sessions.end_where(CloseReason::NoSuchLink, |_| true);
    ensure!(ended == SESSIONS, "{ended} sessions were ended");
    for viewer in watching {
        let told = viewer.join().ok().context("a viewer broke down")??;
        dark.push(told.duration_since(taken_back).as_secs_f64() * 1e3);
    }
    settle(|| sessions.list().is_empty())?;
    stalled.push(taken_back.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// Waits until nothing moves towards the viewer that reads nothing.
fn blocked(gateway: &Gateway) -> Result<()> {
    let sent = || {
        gateway
            .sessions()
            .list()
            .iter()
            .map(|session| session.to_viewer)
            .sum::<u64>()
    };
    let (mut before, mut since) = (0, Instant::now());
    settle(|| {
        let now = sent();
        if now != before {
            (before, since) = (now, Instant::now());
        }
        now > 0 && since.elapsed() > Duration::from_millis(300)
    })
}

fn settle(mut done: impl FnMut() -> bool) -> Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !done() {
        ensure!(
            Instant::now() < deadline,
            "the sessions do not come to where they are measured"
        );
        pause();
    }
    Ok(())
}
