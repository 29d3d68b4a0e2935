//! nginx as a plain TCP relay, by its stream module.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::{Peer, Setting, free_port, on_path, wait_for};
use crate::{process::Process, secure, viewer::Door};

/// Where Debian, Fedora and Arch keep the module.
const MODULES: [&str; 3] = [
    "/usr/lib/nginx/modules/ngx_stream_module.so",
    "/usr/lib64/nginx/modules/ngx_stream_module.so",
    "/usr/share/nginx/modules/ngx_stream_module.so",
];

pub struct Nginx;

fn module() -> Option<PathBuf> {
    MODULES.into_iter().map(PathBuf::from).find(|file| file.is_file())
}

impl Peer for Nginx {
    fn name(&self) -> &str {
        "nginx stream"
    }

    fn missing(&self) -> Option<String> {
        let found = on_path("nginx").is_some() && module().is_some();
        (!found).then(|| "nginx and its stream module are not installed".into())
    }

    fn speaks_tls(&self) -> bool {
        true
    }

    fn start(&self, target: SocketAddr, setting: Setting, folder: &Path) -> Result<(Option<Process>, Door)> {
        let address = free_port()?;
        let module = module().context("nginx has no stream module")?;
        let (tls, certificate) = if setting.tls {
            let file = folder.join(secure::FILE);
            let file = file.display();
            let lines =
                format!("ssl_certificate {file}; ssl_certificate_key {file}; ssl_protocols TLSv1.3; ");
            (" ssl", lines)
        } else {
            ("", String::new())
        };
        let config = format!(
            "load_module {};\ndaemon off;\nworker_processes auto;\nworker_rlimit_nofile 20000;\npid nginx.pid;\n\
             error_log stderr crit;\nevents {{ worker_connections 20000; }}\n\
             stream {{ {certificate}tcp_nodelay on; server {{ listen {address}{tls} backlog=1024; proxy_pass {target}; proxy_timeout 1h; }} }}\n",
            module.display()
        );
        fs::write(folder.join("nginx.conf"), config)?;
        let mut command = Command::new(on_path("nginx").context("nginx is not installed")?);
        command
            .arg("-p")
            .arg(folder)
            .args(["-c", "nginx.conf", "-e", "stderr"]);
        let mut process = Process::start(&mut command, folder)?;
        wait_for(address, &mut process, folder)?;
        let door = Door {
            address,
            tls: setting.tls,
            websocket: None,
            vnc: false,
        };
        Ok((Some(process), door))
    }
}
