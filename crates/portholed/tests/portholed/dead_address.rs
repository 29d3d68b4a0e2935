//! A target whose name has an address that drops packets.

use std::{
    net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream},
    process::Command,
};

use tokio::net::TcpListener as AsyncListener;

use crate::{
    client::connect,
    program::{Home, Portholed, token_source},
    target,
};

/// A port of `::1` where whatever asks for a connection is dropped, while this lives: the backlog is full.
struct BlackHole {
    address: SocketAddr,
    _full: (TcpListener, TcpStream),
}

impl BlackHole {
    fn new() -> Self {
        let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
        rustix::net::listen(&listener, 0).unwrap();
        let address = listener.local_addr().unwrap();
        let caller = TcpStream::connect(address).unwrap();
        Self {
            address,
            _full: (listener, caller),
        }
    }
}

/// A name of which the first address is dead leads to the VNC server at the second.
#[tokio::test]
async fn a_name_is_reached_by_its_second_address() {
    // The same port of the other family may be taken; then another pair is tried.
    let (dead, listener) = loop {
        let dead = BlackHole::new();
        let second = SocketAddr::from(([127, 0, 0, 1], dead.address.port()));
        if let Ok(listener) = AsyncListener::bind(second).await {
            break (dead, listener);
        }
    };
    target::echo_at(listener);
    let home = Home::new();
    let port = dead.address.port();
    let source = token_source(&home.write("tokens", &format!("alice: desk.test:{port}\n")));
    // Before this the name server is not asked (nsswitch.conf), and IPv6 comes first (RFC 6724).
    home.write("hosts", "127.0.0.1 desk.test\n::1 desk.test\n");
    let portholed = home.command(&[&source[0], &source[1], "127.0.0.1:0"]);
    let mut with_hosts = Command::new("unshare");
    with_hosts
        .args(["--map-root-user", "--mount", "sh", "-c"])
        .arg("mount --bind hosts /etc/hosts && exec \"$0\" \"$@\"")
        .arg(portholed.get_program())
        .args(portholed.get_args())
        .current_dir(home.path(""));
    let portholed = Portholed::run(&home, &mut with_hosts);
    connect(portholed.address, "/?token=alice")
        .await
        .hears_its_echo()
        .await;
}
