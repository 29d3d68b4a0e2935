//! A real NGINX in front.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{deadline::eventually, home::Home, ports::free_port, process::Process};

/// NGINX on a port of its own.
pub struct Nginx {
    /// Where it listens: `http://127.0.0.1:8080`, no slash at the end.
    pub url: String,
    _process: Process,
    _home: Home,
}

impl Nginx {
    /// Starts it before the server with this URL, with the seed's configuration and index page, on 127.0.0.1.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn start(upstream: &str) -> Result<Self> {
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("seed");
        let upstream = upstream
            .strip_prefix("http://")
            .context("an upstream with another scheme")?;
        let server = fs::read_to_string(seed.join("nginx.conf"))?
            .replace("127.0.0.1:6080", upstream)
            .replace("127.0.0.1:80;", "ADDRESS;")
            .replace("/var/www/html", "www");
        Self::serving(
            "127.0.0.1",
            &server,
            &fs::read_to_string(seed.join("index.html"))?,
        )
        .await
    }

    /// Starts one with this configuration, in which ADDRESS is where it listens: on a port of `host`. Its folder `www` has
    /// one page, `index.html`.
    ///
    /// # Errors
    ///
    /// When it does not start.
    pub async fn serving(host: &str, server: &str, index: &str) -> Result<Self> {
        let home = Home::new()?;
        home.write("www/index.html", index)?;
        let address = format!("{host}:{}", free_port()?);
        let server = server.replace("ADDRESS", &address).replace(
            "root www;",
            &format!("root {};", home.path().join("www").display()),
        );
        // One process, as whoever runs the test, with all that it writes at home.
        let around = "daemon off; master_process off; pid nginx.pid; error_log stderr; events {}\n";
        let paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|path| format!("{path}_temp_path {path};"));
        let http = format!("{around}http {{ access_log off; {}\n{server}}}\n", paths.concat());
        let file = home.write("nginx.conf", &http)?;
        let mut command = home.command("nginx");
        let process = Process::start(
            command
                .arg("-p")
                .arg(home.path())
                .arg("-c")
                .arg(file)
                .args(["-e", "stderr"]),
        )?;
        eventually("NGINX listens", async || {
            Ok(tokio::net::TcpStream::connect(&address).await?)
        })
        .await?;
        Ok(Self {
            url: format!("http://{address}"),
            _process: process,
            _home: home,
        })
    }
}
