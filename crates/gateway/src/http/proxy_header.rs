//! The PROXY protocol, versions 1 and 2: for whom a proxy that relays TCP connects.
//!
//! Specification: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use tokio::{
    io::{AsyncReadExt, Interest},
    net::TcpStream,
};

/// The longest line of version 1, its end included (§2.1).
const MAX_LINE_BYTES: usize = 107;
/// The longest header of version 2 that is taken, in bytes. It may have 64 KiB; what proxies add besides addresses,
/// such as the name of a certificate, has hundreds.
const MAX_HEADER_BYTES: usize = 4096;

const LINE_START: &[u8] = b"PROXY ";
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family and transport, length of the rest (§2.2).
const FIXED_BYTES: usize = 16;

/// What the first bytes of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyHeader {
    /// No PROXY header: they belong to whoever is served.
    Absent,
    /// Perhaps the beginning of one.
    Partial,
    /// A header.
    Whole {
        /// How long it is.
        bytes: usize,
        /// Who connects. `None`: the proxy itself, or somebody without an IP address.
        client: Option<IpAddr>,
    },
    /// They began like one; the text says what is wrong.
    Broken(&'static str),
}

impl ProxyHeader {
    /// Reads what has come of a connection so far. A pure function: the same bytes are the same header, and more bytes
    /// only change [`ProxyHeader::Partial`].
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        if begins_alike(bytes, LINE_START) {
            line(bytes)
        } else if begins_alike(bytes, SIGNATURE) {
            binary(bytes)
        } else {
            Self::Absent
        }
    }
}

fn begins_alike(bytes: &[u8], start: &[u8]) -> bool {
    bytes.iter().zip(start).all(|(one, other)| one == other)
}

/// Version 1: `PROXY TCP4 192.0.2.1 192.0.2.9 40000 443`.
fn line(bytes: &[u8]) -> ProxyHeader {
    let room = &bytes[..bytes.len().min(MAX_LINE_BYTES)];
    let Some(end) = room.windows(2).position(|pair| pair == b"\r\n") else {
        return match room.len() {
            MAX_LINE_BYTES => ProxyHeader::Broken("the line of a PROXY header does not end"),
            _ => ProxyHeader::Partial,
        };
    };
    let words = str::from_utf8(&room[..end]).map(|line| line.split(' ').collect::<Vec<_>>());
    let client = match words.as_deref() {
        Ok(["PROXY", "UNKNOWN", ..]) => Some(None),
        Ok(["PROXY", "TCP4", from, to, ports @ ..]) => both::<Ipv4Addr>(from, to, ports).map(Some),
        Ok(["PROXY", "TCP6", from, to, ports @ ..]) => both::<Ipv6Addr>(from, to, ports).map(Some),
        _ => None,
    };
    match client {
        Some(client) => ProxyHeader::Whole {
            bytes: end + 2,
            client,
        },
        None => ProxyHeader::Broken("the line of a PROXY header cannot be read"),
    }
}

fn both<A: std::str::FromStr + Into<IpAddr>>(from: &str, to: &str, ports: &[&str]) -> Option<IpAddr> {
    let port = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok();
    let good = matches!(ports, [from, to] if port(from) && port(to)) && to.parse::<A>().is_ok();
    from.parse::<A>()
        .ok()
        .filter(|_| good)
        .map(|from| from.into().to_canonical())
}

/// Version 2.
fn binary(bytes: &[u8]) -> ProxyHeader {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED_BYTES>() else {
        return ProxyHeader::Partial;
    };
    let [.., command, family, high, low] = *fixed;
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > MAX_HEADER_BYTES - FIXED_BYTES {
        return ProxyHeader::Broken("a PROXY header is longer than 4,096 bytes");
    }
    // What follows the addresses is not for us.
    let client = match (command, family) {
        // The proxy speaks for itself, as when it looks whether we live.
        (0x20, _) => Ok(None),
        (0x21, 0x11) if len >= 12 => Ok(rest.first_chunk::<4>().map(|ip| IpAddr::from(*ip))),
        (0x21, 0x21) if len >= 36 => Ok(rest.first_chunk::<16>().map(|ip| IpAddr::from(*ip))),
        (0x21, 0x11 | 0x21) => Err("the addresses of a PROXY header are cut off"),
        // Unspecified, datagrams, or a Unix socket.
        (0x21, 0x00 | 0x12 | 0x22 | 0x31 | 0x32) => Ok(None),
        (0x21, _) => Err("a PROXY header names a family that there is not"),
        _ => Err("a PROXY header has a version or command that there is not"),
    };
    match client {
        Err(wrong) => ProxyHeader::Broken(wrong),
        Ok(_) if rest.len() < len => ProxyHeader::Partial,
        Ok(client) => ProxyHeader::Whole {
            bytes: FIXED_BYTES + len,
            client: client.map(|ip| ip.to_canonical()),
        },
    }
}

/// Takes the PROXY header from the beginning of a connection, and nothing behind it; says whom it names. A connection
/// without one is left as it is. Waits for at least one byte, and has no deadline of its own.
///
/// # Errors
/// A header that is broken, or the connection's end within it.
pub(crate) async fn take(stream: &mut TcpStream) -> io::Result<Option<IpAddr>> {
    let mut room = vec![0; MAX_HEADER_BYTES];
    let mut seen = 0;
    loop {
        seen = peek_more(stream, &mut room, seen).await?;
        match ProxyHeader::parse(&room[..seen]) {
            ProxyHeader::Absent => return Ok(None),
            ProxyHeader::Partial => {}
            ProxyHeader::Whole { bytes, client } => {
                stream.read_exact(&mut room[..bytes]).await?;
                return Ok(client);
            }
            ProxyHeader::Broken(wrong) => return Err(io::Error::new(io::ErrorKind::InvalidData, wrong)),
        }
    }
}

/// Waits until more than `seen` bytes have come, and leaves them unread.
async fn peek_more(stream: &TcpStream, room: &mut [u8], seen: usize) -> io::Result<usize> {
    loop {
        let ready = stream.ready(Interest::READABLE).await?;
        // Bytes that were seen before are no news: as "would block" they clear the readiness, and it waits for others.
        let peeked = stream.try_io(Interest::READABLE, || {
            match rustix::net::recv(stream, &mut *room, rustix::net::RecvFlags::PEEK)?.1 {
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                same if same <= seen => Err(io::ErrorKind::WouldBlock.into()),
                more => Ok(more),
            }
        });
        match peeked {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && !ready.is_read_closed() => {}
            // No more will come.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let len = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, family], &len, rest].concat()
    }

    fn whole(bytes: usize, client: Option<&str>) -> ProxyHeader {
        let client = client.map(|text| text.parse().unwrap());
        ProxyHeader::Whole { bytes, client }
    }

    #[test]
    fn version_1() {
        for (line, client) in [
            ("PROXY TCP4 192.0.2.1 192.0.2.9 40000 443\r\n", Some("192.0.2.1")),
            ("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", Some("2001:db8::1")),
            ("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", Some("192.0.2.1")),
            ("PROXY UNKNOWN\r\n", None),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", None),
        ] {
            let followed = [line.as_bytes(), b"GET / HTTP/1.1\r\n"].concat();
            assert_eq!(ProxyHeader::parse(&followed), whole(line.len(), client), "{line}");
        }
        for line in [
            "PROXY \r\n",
            "PROXY TCP4\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.9 40000\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.9 +1 2\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.9 1 65536\r\n",
            "PROXY TCP4 192.0.2.1 192.0.2.9 1 2 3\r\n",
            "PROXY TCP4  192.0.2.1 192.0.2.9 1 2\r\n",
            "PROXY TCP4 ::1 ::2 1 2\r\n",
            "PROXY TCP6 192.0.2.1 ::2 1 2\r\n",
            "PROXY UDP4 192.0.2.1 192.0.2.9 1 2\r\n",
            "PROXY UNKNOWNS\r\n",
        ] {
            assert!(
                matches!(ProxyHeader::parse(line.as_bytes()), ProxyHeader::Broken(_)),
                "{line}"
            );
        }
        let endless = "PROXY ".to_owned() + &"x".repeat(200);
        assert!(matches!(
            ProxyHeader::parse(endless.as_bytes()),
            ProxyHeader::Broken(_)
        ));
    }

    #[test]
    fn version_2() {
        let v4 = [192, 0, 2, 1, 192, 0, 2, 9, 1, 2, 3, 4];
        let mut v6 = [0; 36];
        v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        let with_more = [&v4[..], &[4, 0, 3, 1, 2, 3]].concat();
        for (header, client) in [
            (v2(0x21, 0x11, &v4), Some("192.0.2.1")),
            (v2(0x21, 0x11, &with_more), Some("192.0.2.1")),
            (v2(0x21, 0x21, &v6), Some("2001:db8::")),
            (v2(0x21, 0x00, b""), None),
            (v2(0x21, 0x31, &[0; 216]), None),
            (v2(0x20, 0x00, b""), None),
            (v2(0x20, 0x11, &v4), None),
        ] {
            let len = header.len();
            assert_eq!(
                ProxyHeader::parse(&[header, b"GET".to_vec()].concat()),
                whole(len, client)
            );
        }
        for broken in [
            v2(0x11, 0x11, &v4),
            v2(0x22, 0x11, &v4),
            v2(0x21, 0x13, &v4),
            v2(0x21, 0x11, &v4[..11]),
            v2(0x21, 0x21, &v6[..35]),
            v2(0x21, 0x00, &[0; 5000]),
        ] {
            assert!(
                matches!(ProxyHeader::parse(&broken), ProxyHeader::Broken(_)),
                "{broken:?}"
            );
        }
    }

    #[test]
    fn other_beginnings_are_left_alone() {
        for bytes in [
            &b"GET / HTTP/1.1"[..],
            b"POST /",
            b"PROPFIND /",
            b"\r\nGET /",
            b"\x16\x03\x01",
            b"\r\n\r\nG",
        ] {
            assert_eq!(ProxyHeader::parse(bytes), ProxyHeader::Absent);
        }
    }

    fn header() -> impl Strategy<Value = Vec<u8>> {
        let line = any::<(Ipv4Addr, Ipv4Addr, u16, u16)>()
            .prop_map(|(from, to, a, b)| format!("PROXY TCP4 {from} {to} {a} {b}\r\n").into_bytes());
        let binary = (
            0x20..0x22u8,
            0..0x34u8,
            prop::collection::vec(any::<u8>(), 0..300),
        )
            .prop_map(|(command, family, rest)| v2(command, family, &rest));
        prop_oneof![line, binary]
    }

    proptest! {
        /// However it is cut, a header is read as if it had come in one piece; and never more of it than there is.
        #[test]
        fn a_header_in_pieces_is_the_same_header(header in header(), behind in prop::collection::vec(any::<u8>(), 0..40)) {
            let all = [header, behind].concat();
            let read = ProxyHeader::parse(&all);
            for cut in 0..all.len() {
                let part = ProxyHeader::parse(&all[..cut]);
                prop_assert!(part == ProxyHeader::Partial || part == read, "{:?} at {}, then {:?}", part, cut, read);
            }
            if let ProxyHeader::Whole { bytes, .. } = read {
                prop_assert!(bytes <= all.len());
            }
        }

        #[test]
        fn any_bytes_are_read_to_an_end(mut bytes in prop::collection::vec(any::<u8>(), 0..5000), start in 0..3) {
            let begin: &[u8] = [&b""[..], LINE_START, SIGNATURE][start as usize];
            bytes.splice(0..0, begin.iter().copied());
            let read = ProxyHeader::parse(&bytes);
            if bytes.len() >= MAX_HEADER_BYTES {
                prop_assert_ne!(read, ProxyHeader::Partial);
            }
        }
    }
}
