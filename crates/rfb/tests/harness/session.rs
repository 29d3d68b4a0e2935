//! A session without a network, told what to do by bytes, so that a fuzzer can write it.

use std::time::Duration;

use porthole_rfb::{ClientReader, Rights};

use super::server::Server;

/// The viewer's rights become these.
pub const VIEW: u8 = 0xff;
pub const CONTROL: u8 = 0xfe;
/// A second passes.
pub const SECOND: u8 = 0xfd;

/// Plays a session: the first byte says how it begins (bit 0: with control; bit 1: the server knows the extended
/// clipboard), and each byte from there on what happens: one of the constants, or that so many bytes of those that follow
/// it come from the viewer at once. Returns how many messages the server heard.
///
/// # Errors
/// What the server must not have heard.
pub fn play(script: &[u8]) -> Result<usize, String> {
    let Some((&start, mut rest)) = script.split_first() else {
        return Ok(0);
    };
    let rights = if start & 1 == 0 {
        Rights::View
    } else {
        Rights::Control
    };
    let walled = start & 2 != 0;
    let mut server = Server::new(rights, walled);
    let mut reader = ClientReader::new(rights).with_extended_clipboard(walled);
    let mut upstream = Vec::new();
    while let Some((&what, later)) = rest.split_first() {
        rest = later;
        upstream.clear();
        let read = match what {
            VIEW | CONTROL => {
                let rights = if what == VIEW {
                    Rights::View
                } else {
                    Rights::Control
                };
                reader.set_rights(rights, &mut upstream);
                Ok(())
            }
            SECOND => {
                reader.elapse(Duration::from_secs(1));
                Ok(())
            }
            count => {
                let (bytes, later) = rest.split_at(rest.len().min(count.into()));
                rest = later;
                reader.read(bytes, &mut upstream)
            }
        };
        let demoted = what == VIEW && server.rights() == Rights::Control;
        if matches!(what, VIEW | CONTROL) {
            server.set_rights(reader.rights());
        }
        server.read(&upstream)?;
        if demoted {
            server.is_demoted()?;
        }
        if !server.is_between_messages() {
            return Err("a part of a message came through".into());
        }
        if read.is_err() {
            break;
        }
    }
    server.end()?;
    Ok(server.messages)
}
