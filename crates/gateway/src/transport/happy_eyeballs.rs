//! Connecting to a host that has several addresses: Happy Eyeballs (RFC 8305).

use std::{collections::VecDeque, io, net::SocketAddr, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use tokio::{net::TcpStream, time::sleep};

/// How long an attempt has to itself before the next one begins beside it (RFC 8305 §5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Connects to the first of these addresses that answers: one after the other in [`interleaved`] order, each a quarter
/// of a second after the one before, or as soon as that one has failed. The other attempts are dropped then.
///
/// # Errors
/// The most telling error once every attempt has failed; `None` without addresses.
pub(crate) async fn connect(
    addresses: impl IntoIterator<Item = SocketAddr>,
) -> Result<TcpStream, Option<io::Error>> {
    let mut waiting = interleaved(addresses);
    let mut attempts = FuturesUnordered::new();
    let mut failed: Option<io::Error> = None;
    loop {
        match waiting.pop_front() {
            Some(address) => attempts.push(TcpStream::connect(address)),
            None if attempts.is_empty() => return Err(failed),
            None => {}
        }
        tokio::select! {
            biased;
            Some(outcome) = attempts.next() => match outcome {
                Ok(stream) => return Ok(stream),
                Err(error) => failed = Some(more_telling(failed, error)),
            },
            () = sleep(ATTEMPT_DELAY), if !waiting.is_empty() => {}
        }
    }
}

/// The resolver's order, but with families in turns, beginning with that of the first (RFC 8305 §4): where one family
/// leads nowhere, the second attempt is of the other.
fn interleaved(addresses: impl IntoIterator<Item = SocketAddr>) -> VecDeque<SocketAddr> {
    let mut addresses = addresses.into_iter().peekable();
    let Some(first) = addresses.peek().map(SocketAddr::is_ipv6) else {
        return VecDeque::new();
    };
    let (mut preferred, mut other): (VecDeque<_>, VecDeque<_>) =
        addresses.partition(|address| address.is_ipv6() == first);
    let mut order = VecDeque::with_capacity(preferred.len() + other.len());
    while !preferred.is_empty() || !other.is_empty() {
        order.extend(preferred.pop_front());
        order.extend(other.pop_front());
    }
    order
}

/// A refusal says more than a network that was not there: the host is up, and nothing listens.
fn more_telling(before: Option<io::Error>, error: io::Error) -> io::Error {
    match before {
        Some(before) if before.kind() == io::ErrorKind::ConnectionRefused => before,
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// An address of this machine that drops whatever asks for a connection, while it lives: its backlog is full.
    struct BlackHole {
        address: SocketAddr,
        _full: (TcpListener, std::net::TcpStream),
    }

    impl BlackHole {
        fn new() -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            rustix::net::listen(&listener, 0).unwrap();
            let address = listener.local_addr().unwrap();
            let caller = std::net::TcpStream::connect(address).unwrap();
            Self {
                address,
                _full: (listener, caller),
            }
        }
    }

    #[test]
    fn families_take_turns() {
        for (found, order) in [
            (
                &["[::1]:1", "[::2]:1", "1.1.1.1:1", "1.1.1.2:1"][..],
                &["[::1]:1", "1.1.1.1:1", "[::2]:1", "1.1.1.2:1"][..],
            ),
            (
                &["1.1.1.1:1", "1.1.1.2:1", "1.1.1.3:1", "[::1]:1"],
                &["1.1.1.1:1", "[::1]:1", "1.1.1.2:1", "1.1.1.3:1"],
            ),
            (&["1.1.1.1:1", "1.1.1.2:1"], &["1.1.1.1:1", "1.1.1.2:1"]),
            (&[], &[]),
        ] {
            assert_eq!(interleaved(addresses(found)), addresses(order), "{found:?}");
        }
    }

    #[tokio::test]
    async fn addresses_that_do_not_answer_are_passed_by() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        let (one, two) = (BlackHole::new(), BlackHole::new());
        let stream = connect([one.address, two.address, there]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), there);
    }

    #[tokio::test]
    async fn one_that_refuses_costs_no_time() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let there = listener.local_addr().unwrap();
        // So many pauses would take minutes.
        let many = std::iter::repeat_n(gone, 1000).chain([there]);
        assert_eq!(connect(many).await.unwrap().peer_addr().unwrap(), there);
    }

    #[tokio::test]
    async fn when_all_fail_the_most_telling_reason_is_told() {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let nowhere = SocketAddr::from((Ipv4Addr::BROADCAST, 1));
        for order in [[gone, nowhere], [nowhere, gone]] {
            let error = connect(order).await.unwrap_err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused, "{order:?}");
        }
        assert!(connect([]).await.unwrap_err().is_none());
    }
}
