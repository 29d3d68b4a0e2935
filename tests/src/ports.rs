//! Ports for servers that must be told one.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Result;

/// A port of 127.0.0.1 that is free now.
///
/// # Errors
///
/// When there is none.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
