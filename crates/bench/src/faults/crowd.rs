//! Strangers: connections that come from many addresses and begin something that they do not finish.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
};

use anyhow::{Context, Result};
use socket2::{Domain, Socket, Type};

/// How many of them share an address: fewer than a gateway allows one.
const OF_ONE_ADDRESS: usize = 100;

/// Connections that nobody speaks on any more.
pub struct Crowd(Vec<TcpStream>);

impl Crowd {
    /// `count` connections to `gateway`, each of which says `word` and then nothing.
    pub fn come(gateway: SocketAddr, count: usize, word: &[u8]) -> Result<Self> {
        let mut strangers = Vec::with_capacity(count);
        for number in 0..count {
            let mut stream = come_from(number / OF_ONE_ADDRESS, gateway)
                .with_context(|| format!("stranger {number} cannot connect"))?;
            // Those who came too late are sent away at once.
            let _ = stream.write_all(word);
            strangers.push(stream);
        }
        Ok(Self(strangers))
    }

    /// How many of them the gateway still holds.
    pub fn held(&mut self) -> usize {
        let is_held = |stream: &mut TcpStream| {
            let mut ignored = [0; 1024];
            stream.set_nonblocking(true).is_ok()
                && loop {
                    match stream.read(&mut ignored) {
                        Ok(0) => break false,
                        Ok(_) => {}
                        Err(error) => break error.kind() == ErrorKind::WouldBlock,
                    }
                }
        };
        self.0
            .iter_mut()
            .filter_map(|stream| is_held(stream).then_some(()))
            .count()
    }
}

/// All of 127.0.0.0/8 is this machine.
fn come_from(which: usize, gateway: SocketAddr) -> Result<TcpStream> {
    let address = Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 1, 0, 1)) + u32::try_from(which)?);
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((address, 0)).into())?;
    socket.connect(&gateway.into())?;
    Ok(socket.into())
}
