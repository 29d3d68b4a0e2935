//! What the next start of this program must know of a display that still runs: kept beside it, gone with it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use serde::{Deserialize, Serialize};

use super::{passwords::Passwords, process::Identity, x_sockets::XSocket};
use crate::Launch;

/// A display that was started. It holds its passwords, so it has no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Record {
    pub launch: Launch,
    /// The name of the account it runs as.
    pub user: String,
    pub passwords: Passwords,
    pub since: SystemTime,
    /// The machine's boot in which this is true.
    boot: String,
    pub server: Option<Identity>,
    pub x_display: Option<u32>,
    pub x_socket: Option<XSocket>,
    pub session: Option<Identity>,
    /// What has opened the session, and closes it at the end: `su`.
    #[serde(default)]
    pub opener: Option<Identity>,
    /// What writes the logs of the two, in this order.
    #[serde(default)]
    pub log_writers: Vec<Option<Identity>>,
    /// The cookie's file of a screen that is shared; a desktop's is in its folder.
    pub screen_authority: Option<PathBuf>,
    /// Everything was started.
    pub complete: bool,
}

impl Record {
    /// The record of a display that is about to be started.
    pub fn new(launch: Launch, user: String, passwords: Passwords) -> io::Result<Self> {
        Ok(Self {
            launch,
            user,
            passwords,
            since: SystemTime::now(),
            boot: this_boot()?,
            server: None,
            x_display: None,
            x_socket: None,
            session: None,
            opener: None,
            log_writers: Vec::new(),
            screen_authority: None,
            complete: false,
        })
    }

    /// Reads the record at `path`; `None` if there is none that is whole and of this boot.
    pub fn read(path: &Path) -> Option<Self> {
        let record: Self = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        (record.boot == this_boot().ok()?).then_some(record)
    }

    /// Writes it to `path`, at 0600 from its first byte: the old record or the new one, never half of one.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let new = path.with_extension("new");
        let mut file = open_anew(&new)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        std::fs::rename(new, path)
    }

    /// The POSIX sessions of the display's processes.
    pub fn sessions(&self) -> Vec<i32> {
        let leaders = [self.server, self.session].into_iter().flatten();
        leaders.filter_map(Identity::session).collect()
    }
}

fn open_anew(path: &Path) -> io::Result<File> {
    let _ = std::fs::remove_file(path);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Process numbers and start times mean nothing in another boot.
fn this_boot() -> io::Result<String> {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").map(|id| id.trim().to_owned())
}
