//! What is written to the config file: displays, passwords, settings, a token file. What follows from it does so however it
//! was written, once the file has been read again.

use std::path::{Path, PathBuf};

use porthole_gateway::{Password, Target, TargetError, probe};

use super::Service;
use crate::{
    DisplayId, Secret, Setting,
    config::{
        Added, Addition, Contents, Faulty, Place, Which, add, import, keep_password, look_into, not_written,
        set, write_first,
    },
    platform::blocking::blocking,
    texts::say,
};

/// Why a display's password was not kept.
pub(crate) enum NotKept {
    /// It is no display that lacks one.
    NotWanted,
    /// No session could begin with it.
    Refused(Place, TargetError),
    /// It could not be written.
    Unwritten(String),
}

impl Service {
    /// Whether a session with a VNC server could begin.
    ///
    /// # Errors
    /// Why it could not.
    pub async fn try_server(&self, target: &Target, password: Option<&Secret>) -> Result<(), TargetError> {
        let shown = password.map(|password| Password::from(password.expose()));
        probe(target, shown.as_ref()).await
    }

    /// Adds a display. Nothing is tried before.
    ///
    /// # Errors
    /// Why it could not be added, and what to do.
    pub async fn add(&self, addition: Addition) -> Result<Added, String> {
        let file = self.config_file()?.to_owned();
        blocking(move || add(&file, &addition)).await
    }

    /// Whether a display's password can be kept: it is a VNC server of the person's, and none is known.
    pub fn lacks_password(&self, display: &DisplayId) -> bool {
        let config = self.links.config();
        let display = config.display(display.as_str());
        display.is_some_and(|display| display.password.is_none() && matches!(display.place, Place::At(_)))
    }

    /// Keeps the password of a display, once its server has let us in with it.
    ///
    /// # Errors
    /// Why it is not kept.
    pub async fn keep_password(&self, display: &DisplayId, password: Secret) -> Result<(), NotKept> {
        let file = self.config_file().map_err(NotKept::Unwritten)?.to_owned();
        let known = self.links.config().display(display.as_str()).cloned();
        let known = known.filter(|known| known.password.is_none());
        let known = known.ok_or(NotKept::NotWanted)?;
        let Place::At(target) = &known.place else {
            return Err(NotKept::NotWanted);
        };
        if let Err(error) = self.try_server(target, Some(&password)).await {
            return Err(NotKept::Refused(known.place, error));
        }
        let written = move || {
            let which = (&Which::of(&known), known.name.as_str());
            keep_password(&file, which, &known.place, &password)
        };
        blocking(written).await.map_err(NotKept::Unwritten)
    }

    /// Looks what a token file of websockify's would bring.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn look_into_token_file(&self, file: PathBuf) -> Result<Contents, Faulty> {
        let config = self.links.config();
        blocking(move || look_into(&file, &config)).await
    }

    /// Takes a token file over: names it in the config, and adds displays for its targets, which are returned.
    ///
    /// # Errors
    /// Why it could not be taken over, and what to do.
    pub async fn import_token_file(&self, file: PathBuf) -> Result<Vec<Added>, Faulty> {
        let config_file = self
            .config_file()
            .map_err(|cause| Faulty(vec![cause]))?
            .to_owned();
        blocking(move || import(&config_file, &file)).await
    }

    /// Writes a setting.
    ///
    /// # Errors
    /// Why it could not be written, and what to do.
    pub async fn set(&self, setting: Setting) -> Result<(), String> {
        let file = self.config_file()?.to_owned();
        blocking(move || set(&file, &setting)).await
    }

    /// Sees to it that there is a config file, and says where.
    ///
    /// # Errors
    /// Why none could be written.
    pub async fn write_first_config(&self) -> Result<PathBuf, String> {
        let file = self.config_file()?.to_owned();
        let written = blocking({
            let file = file.clone();
            move || write_first(&file)
        });
        match written.await {
            Ok(()) => Ok(file),
            Err(cause) => Err(not_written(&file, cause)),
        }
    }

    fn config_file(&self) -> Result<&Path, String> {
        self.config_file
            .as_deref()
            .ok_or_else(|| say!("config-is-arguments"))
    }
}
