//! A gateway whose only route is one VNC server, view-only, for whoever asks: `vnc_gateway LISTEN TARGET`.

use std::{net::SocketAddr, sync::Arc};

use anyhow::Context;
use porthole_gateway::{
    Access, Gateway, Grant, HEARTBEAT, Limits, Lookup, Pages, Plain, Rights, Route, Settings, Target, Token,
    TokenSource,
};

struct ViewOnly(Target);

impl TokenSource for ViewOnly {
    fn lookup<'a>(&'a self, _: &'a Token) -> Lookup<'a> {
        let grant = Grant {
            display: "bench".into(),
            name: "bench".into(),
            target: self.0.clone(),
            route: Route::Vnc {
                password: None,
                rights: Rights::View,
            },
            expires: None,
            door: None,
        };
        Box::pin(std::future::ready(Some(grant)))
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut next = |what| args.next().with_context(|| format!("{what} is missing"));
    let listen: SocketAddr = next("the address to listen on")?.parse()?;
    let target: Target = next("the target")?.parse()?;
    let gateway = Gateway::start(Settings {
        listen: vec![listen],
        identity: None,
        plain: Plain::Everybody,
        splice: true,
        access: Access::default(),
        own_names: None,
        pages: Pages::Embedded { index: None },
        tokens: Arc::new(ViewOnly(target)),
        heartbeat: HEARTBEAT,
    })
    .await?;
    gateway.set_limits(Limits {
        sessions_per_link: usize::MAX,
        sessions_per_display: usize::MAX,
    });
    // Until it is ended from outside.
    std::future::pending::<()>().await;
    gateway.stop().await;
    Ok(())
}
