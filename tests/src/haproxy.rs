//! A real HAProxy in front.

use anyhow::Result;

use crate::{deadline::eventually, home::Home, ports::free_port, process::Process};

/// HAProxy with one way to a server.
pub struct Haproxy {
    /// Where it listens: `127.0.0.1:8080`.
    pub address: String,
    _process: Process,
    _home: Home,
}

impl Haproxy {
    /// Starts it in this mode (`tcp` or `http`) and with these words behind the server's address, as `send-proxy-v2`;
    /// `more` are further lines.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start(upstream: &str, mode: &str, more: &str, server: &str) -> Result<Self> {
        let home = Home::new()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let target = upstream.trim_start_matches("http://");
        let file = home.write(
            "haproxy.cfg",
            &format!(
                "global\n  maxconn 100\ndefaults\n  mode {mode}\n  timeout connect 5s\n  timeout client 1h\n  timeout server 1h\n  \
                 {more}\nlisten porthole\n  bind {address}\n  server porthole {target} {server}\n"
            ),
        )?;
        let process = Process::start(home.command("haproxy").args(["-db", "-f"]).arg(file))?;
        eventually("HAProxy listens", async || {
            Ok(tokio::net::TcpStream::connect(&address).await?)
        })
        .await?;
        Ok(Self {
            address,
            _process: process,
            _home: home,
        })
    }
}
