//! A pipe with a name, for what a session has to say.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::unix::pipe,
};

use super::stage::within;

pub struct Ear {
    pub path: PathBuf,
    pipe: BufReader<pipe::Receiver>,
}

impl Ear {
    /// A pipe in `folder` that everybody may write to.
    pub fn new(folder: &Path, name: &str) -> Self {
        let path = folder.join(name);
        let mode = rustix::fs::Mode::from_raw_mode(0o666);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o666)).unwrap();
        let pipe = pipe::OpenOptions::new()
            .read_write(true)
            .open_receiver(&path)
            .unwrap();
        Self {
            path,
            pipe: BufReader::new(pipe),
        }
    }

    /// A command that lets this ear hear what `script` prints.
    pub fn saying(&self, script: &str) -> String {
        format!("({script}; echo END) >{}", self.path.display())
    }

    /// The next lines, up to the END.
    pub async fn hear(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            within(self.pipe.read_line(&mut line)).await.unwrap();
            match line.trim_end() {
                "END" => return lines,
                line => lines.push(line.to_owned()),
            }
        }
    }

    /// The next line, a number.
    pub async fn hear_number(&mut self) -> i32 {
        self.hear().await.concat().trim().parse().unwrap()
    }
}
