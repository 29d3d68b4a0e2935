//! What launched displays leave in a home: folders and processes.

use std::{fs, path::PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use super::Home;

impl Home {
    /// The folders of launched displays.
    pub fn desktops(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("desktops")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The processes of launched displays whose program's name begins with `program`.
    pub fn processes(&self, program: &str) -> Vec<Pid> {
        let folder = self.path("desktops");
        let of_ours = |pid: &Pid| {
            let read =
                |file: &str| fs::read(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap_or_default();
            let (command, environment) = (read("cmdline"), read("environ"));
            let names = |text: &[u8]| String::from_utf8_lossy(text).contains(folder.to_str().unwrap());
            let path = command.split(|byte| *byte == 0).next().unwrap_or_default();
            let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
            (names(&command) || names(&environment)) && name.starts_with(program.as_bytes())
        };
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
        pids.filter(of_ours).collect()
    }
}

/// A test that has failed leaves no display behind.
impl Drop for Home {
    fn drop(&mut self) {
        for process in self.processes("") {
            // It may be gone by now.
            let _ = kill_process(process, Signal::KILL);
        }
    }
}
