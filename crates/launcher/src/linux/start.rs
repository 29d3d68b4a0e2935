//! A display's start, step by step.

use std::path::{Path, PathBuf};

use super::{
    account::Account,
    desk,
    environment::Environment,
    folder::{Base, Folder, cannot_make},
    instance::Live,
    log::Log,
    passwords::Passwords,
    record::Record,
    server,
    session_command::{self, OwnSession},
    spawn::{Gate, Kind, Voice},
    this_screen::ThisScreen,
    x_authority,
    x_sockets::{self, XSocket},
};
use crate::{Desktop, Launch, LaunchError, LaunchStep, What, is_runtime_folder};

/// Who the display is for, if it may be started at all, and the folder it gets.
pub(super) async fn admit(launch: &Launch, base: &Base) -> Result<Live, LaunchError> {
    let mut account = match &launch.what {
        What::Desktop(desktop) => {
            server::find_xvnc()?;
            look_up(desktop.user.clone()).await?
        }
        What::ThisScreen => {
            server::find_x0vnc()?;
            ThisScreen::find()?;
            Account::find(None)?
        }
    };
    if let Some(home) = base.home.clone().filter(|_| account.is_us()) {
        account.home = home;
    }
    account.admit().await?;
    let base = base.for_account(&account)?;
    let random = |error| cannot_make(&base, &std::io::Error::other(error));
    let passwords = Passwords::generate().map_err(random)?;
    let record = Record::new(launch.clone(), account.name.clone(), passwords);
    let record = record.map_err(|error| cannot_make(&base, &error))?;
    let folder = Folder::make(&base, &launch.name)?;
    Ok(Live {
        account,
        folder,
        record,
        server: None,
        session: None,
        server_log: None,
        session_log: None,
    })
}

/// Off the async threads: accounts may be kept by a directory service that does not answer.
async fn look_up(user: Option<String>) -> Result<Account, LaunchError> {
    let name = user.clone().unwrap_or_default();
    let found = tokio::task::spawn_blocking(move || Account::find(user.as_deref()));
    found.await.unwrap_or(Err(LaunchError::NoSuchUser(name)))
}

impl Live {
    /// Starts server and session. Whether it fails or is dropped midway, [`Live::end`] clears away what there is.
    pub async fn start(&mut self, step: impl Fn(LaunchStep)) -> Result<(), LaunchError> {
        step(LaunchStep::Folder);
        // Before anything of the account's is in the folder, so that whoever finds it knows whose it is.
        Self::remember(&self.record, &self.folder)?;
        self.make_desk().await?;
        let path = self.folder.server_log();
        self.server_log = Some(self.start_log(&path)?);
        match self.record.launch.what.clone() {
            What::ThisScreen => {
                step(LaunchStep::Server);
                self.share_this_screen().await?;
            }
            What::Desktop(desktop) => {
                let path = self.folder.session_log();
                self.session_log = Some(self.start_log(&path)?);
                self.start_desktop(&desktop, step).await?;
            }
        }
        for log in [&mut self.server_log, &mut self.session_log]
            .into_iter()
            .flatten()
        {
            log.close();
        }
        self.record.complete = true;
        Self::remember(&self.record, &self.folder)
    }

    /// A log, of whose writer the record knows before anything is written.
    fn start_log(&mut self, path: &Path) -> Result<Log, LaunchError> {
        let log = Log::start(path).map_err(|error| cannot_make(path, &error))?;
        self.record.log_writers.push(log.writer());
        Self::remember(&self.record, &self.folder)?;
        Ok(log)
    }

    /// Makes the desk, as the display's user.
    async fn make_desk(&self) -> Result<(), LaunchError> {
        let (folder, account) = (&self.folder, &self.account);
        let path = folder.desk();
        let cookie =
            x_authority::generate().map_err(|error| cannot_make(&path, &std::io::Error::other(error)))?;
        desk::make(folder, account, &self.record.passwords.file(), &cookie).await
    }

    async fn start_desktop(
        &mut self,
        desktop: &Desktop,
        step: impl Fn(LaunchStep),
    ) -> Result<(), LaunchError> {
        let login = format!("/run/user/{}", self.account.uid);
        let login = Some(Path::new(&login)).filter(|path| is_runtime_folder(path, self.account.uid));
        // Asked first: a desktop with nothing on it would start, and show nothing.
        let own = self.own_session(desktop.session.is_none()).await?;
        let command = session_command::choose(desktop.session.as_deref(), &own, &self.account)?;

        step(LaunchStep::Server);
        x_sockets::ensure_folder()?;
        let ours = self.account.is_us();
        let program = server::find_xvnc()?;
        let program = server::xvnc(program, &self.record.launch.name, desktop, &self.folder, ours);
        let mut environment = Environment::of(&self.account);
        let mut voice = self.start_server(&program, &environment).await?;
        if let Some(server) = &self.server {
            let number = server::x_display(server, &mut voice).await?;
            self.record.x_display = Some(number);
            self.record.x_socket = XSocket::of(number, &self.account);
            server::check_socket(&self.folder.socket(), server, &self.account).await?;
        }
        Self::remember(&self.record, &self.folder)?;

        step(LaunchStep::Session);
        environment.set(
            "DISPLAY",
            format!(":{}", self.record.x_display.unwrap_or_default()),
        );
        environment.set("XAUTHORITY", self.folder.x_authority());
        environment.set("XDG_SESSION_TYPE", "x11");
        let ours = self.folder.runtime();
        self.start_session(&command, &environment, login.unwrap_or(&ours))
            .await
    }

    /// What the account has prepared for its sessions, if that is wanted. That it may log in, and has a home, is asked
    /// anyway.
    async fn own_session(&self, wanted: bool) -> Result<OwnSession, LaunchError> {
        match OwnSession::find(&self.account).await {
            // What is not run need not be in order.
            Ok(_) | Err(LaunchError::BadXstartup { .. }) if !wanted => Ok(OwnSession::None),
            Ok(OwnSession::None) => OwnSession::find_after_login(&self.account).await,
            found => found,
        }
    }

    async fn share_this_screen(&mut self) -> Result<(), LaunchError> {
        let screen = ThisScreen::find()?;
        let mut environment = Environment::of(&self.account);
        environment.set("DISPLAY", &screen.display);
        if let Some(x_authority) = &screen.x_authority {
            environment.set("XAUTHORITY", x_authority);
        }
        self.record.x_display = Some(screen.number);
        self.record.screen_authority = screen.x_authority;
        let program = server::find_x0vnc()?;
        let program = server::x0vnc(program, &self.record.launch.name, &screen.display, &self.folder);
        self.start_server(&program, &environment).await?;
        let socket = self.folder.socket();
        if let Some(server) = &self.server {
            server::listens(server, &socket).await?;
            server::check_socket(&socket, server, &self.account).await?;
        }
        Ok(())
    }

    async fn start_server(
        &mut self,
        program: &[std::ffi::OsString],
        environment: &Environment,
    ) -> Result<Voice, LaunchError> {
        let Some(log) = &self.server_log else {
            return Err(no_log(self.folder.server_log()));
        };
        let (record, folder) = (&mut self.record, &self.folder);
        let gate = Gate {
            account: &self.account,
            environment,
            program,
            log,
            kind: Kind::Server,
        };
        gate.open(&mut self.server, |leader| {
            record.server = Some(leader.identity());
            Self::remember(record, folder)
        })
        .await
    }

    async fn start_session(
        &mut self,
        program: &[std::ffi::OsString],
        environment: &Environment,
        runtime: &Path,
    ) -> Result<(), LaunchError> {
        let Some(log) = &self.session_log else {
            return Err(no_log(self.folder.session_log()));
        };
        let (record, folder) = (&mut self.record, &self.folder);
        let gate = Gate {
            account: &self.account,
            environment,
            program,
            log,
            kind: Kind::Login { runtime },
        };
        let opened = gate.open(&mut self.session, |leader| {
            record.session = Some(leader.identity());
            record.opener = leader.opener();
            Self::remember(record, folder)
        });
        opened.await.map(drop)
    }
}

fn no_log(path: PathBuf) -> LaunchError {
    LaunchError::Folder {
        path,
        why: String::new(),
    }
}
