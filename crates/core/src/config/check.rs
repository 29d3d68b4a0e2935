//! From the config as it is written to the config as it can be served.

use std::{
    net::IpAddr,
    ops::{Range, RangeInclusive},
    path::{Path, PathBuf},
};

use porthole_gateway::{Limits, Target};
use toml::Spanned;

use super::{
    Config, ConfigError, Display, LaunchPlan, Loaded, Place, THIS_SCREEN,
    exposed::{Exposed, Others, exposed},
    load::line_of,
    origin::origin,
    password,
    schema::{self, OneOrMore},
    words::{OPEN, THEMES},
};
use crate::{
    DisplayId,
    texts::{explained, say},
};

/// The longest name of a display, in characters: it has to fit a menu.
const MAX_NAME_BYTES: usize = 64;

/// What a bound of sessions may be: more than any VNC server serves.
const MAX_SESSIONS: RangeInclusive<usize> = 1..=100_000;

/// The longest name that DNS knows.
const MAX_HOST_BYTES: usize = 253;

pub(super) type Checked<T> = Result<T, ConfigError>;

pub(super) struct Checker<'a> {
    file: &'a Path,
    text: &'a str,
    warnings: Vec<Exposed>,
    files: &'a mut Vec<PathBuf>,
}

impl<'a> Checker<'a> {
    pub fn new(file: &'a Path, text: &'a str, files: &'a mut Vec<PathBuf>) -> Self {
        Self {
            file,
            text,
            warnings: Vec::new(),
            files,
        }
    }

    pub fn check(mut self, file: schema::File) -> Checked<Loaded> {
        let mut config = Config::empty();
        config.listen = file.listen.map(|listen| self.listen(listen)).transpose()?;
        config.port = file.port.map(|port| self.port(port)).transpose()?;
        config.base_path = file
            .base_path
            .map_or(Ok(String::new()), |path| self.base_path(path))?;
        config.hosts = file
            .hosts
            .into_iter()
            .map(|host| self.host(host))
            .collect::<Checked<_>>()?;
        config.origins = file
            .origins
            .into_iter()
            .map(|origin| self.origin(origin))
            .collect::<Checked<_>>()?;
        config.public_url = file.public_url.map(|url| self.public_url(url)).transpose()?;
        config.trusted_proxies = self.trusted_proxies(file.trusted_proxies)?;
        config.frame_ancestors = file
            .frame_ancestors
            .into_iter()
            .map(|origin| self.origin(origin))
            .collect::<Checked<_>>()?;
        config.encryption = self.encryption(file.encrypt, file.cert, file.key)?;
        config.mdns = file.mdns;
        config.token_file = file.token_file.map(|file| self.token_file(file)).transpose()?;
        config.links = self.links(file.links)?;
        config.limits = self.limits(file.limits)?;
        config.open = self.choice(file.open, &OPEN)?;
        config.theme = self.choice(file.theme, &THEMES)?;
        config.interface = file.interface.map(|name| self.interface(name)).transpose()?;
        config.displays = self.displays(file.display)?;
        Ok(Loaded {
            config,
            warnings: self.warnings,
        })
    }

    fn listen(&self, listen: Spanned<OneOrMore>) -> Checked<Vec<IpAddr>> {
        let span = listen.span();
        let texts = match listen.into_inner() {
            OneOrMore::One(text) => vec![text],
            OneOrMore::More(texts) => texts,
        };
        if texts.is_empty() {
            return Err(self.wrong(&span, say!("config-listen-empty")));
        }
        let mut addresses = Vec::new();
        for text in texts {
            let address = text
                .trim_start_matches('[')
                .trim_end_matches(']')
                .parse()
                .map_err(|_| self.wrong(&span, say!("config-no-address", text = text.as_str())))?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }

    fn port(&self, port: Spanned<i64>) -> Checked<u16> {
        u16::try_from(*port.get_ref()).map_err(|_| {
            let cause = say!("config-no-port", number = port.get_ref().to_string());
            self.wrong(&port.span(), cause)
        })
    }

    fn base_path(&self, path: Spanned<String>) -> Checked<String> {
        let trimmed = path.get_ref().trim_end_matches('/');
        let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
        let good = (trimmed.is_empty() || trimmed.starts_with('/'))
            && trimmed.chars().all(plain)
            && trimmed
                .split('/')
                .skip(1)
                .all(|segment| !matches!(segment, "" | "." | ".."));
        if !good {
            let cause = say!("config-no-base-path", text = path.get_ref().as_str());
            return Err(self.wrong(&path.span(), cause));
        }
        Ok(trimmed.to_owned())
    }

    fn host(&self, host: Spanned<String>) -> Checked<String> {
        let name = host.get_ref().to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if name.is_empty() || name.len() > MAX_HOST_BYTES || !name.chars().all(plain) {
            let cause = say!("config-no-host", text = host.get_ref().as_str());
            return Err(self.wrong(&host.span(), cause));
        }
        Ok(name)
    }

    fn origin(&self, text: Spanned<String>) -> Checked<String> {
        origin(text.get_ref()).map_err(|_| {
            // What stands before an @ may be a password.
            let shown = text.get_ref().rsplit('@').next().unwrap_or_default();
            self.wrong(&text.span(), say!("config-no-origin", text = shown))
        })
    }

    fn limits(&self, limits: schema::Limits) -> Checked<Limits> {
        let usual = Limits::default();
        let number = |limit: Option<Spanned<i64>>, usual| {
            let Some(limit) = limit else { return Ok(usual) };
            let number = usize::try_from(*limit.get_ref()).ok();
            number
                .filter(|number| MAX_SESSIONS.contains(number))
                .ok_or_else(|| {
                    let cause = say!("config-no-limit", number = limit.get_ref().to_string());
                    self.wrong(&limit.span(), cause)
                })
        };
        Ok(Limits {
            sessions_per_link: number(limits.sessions_per_link, usual.sessions_per_link)?,
            sessions_per_display: number(limits.sessions_per_display, usual.sessions_per_display)?,
        })
    }

    fn displays(&mut self, displays: Vec<schema::Display>) -> Checked<Vec<Display>> {
        let mut named: Vec<(String, usize)> = Vec::new();
        let mut known: Vec<(DisplayId, usize)> = Vec::new();
        let mut checked = Vec::new();
        for display in displays {
            let written = display.id.map(|id| self.id(&id, &mut known)).transpose()?;
            let name = self.name(&display.name)?;
            let line = self.line(&display.name.span());
            if let Some((_, first)) = named.iter().find(|(other, _)| *other == name) {
                let cause = say!("config-name-taken", name = name, line = *first);
                return Err(self.wrong(&display.name.span(), cause));
            }
            named.push((name.clone(), line));
            let place = self.place(&display.name, display.target, display.launch)?;
            let password = match display.password_file {
                Some(file) if matches!(place, Place::Launched(_)) => {
                    let cause = say!("config-needless-password");
                    return Err(self.wrong(&file.span(), cause));
                }
                file => file.map(|file| self.password(&file)).transpose()?,
            };
            checked.push(Display {
                id_is_written: written.is_some(),
                former_ids: Vec::new(),
                id: written.unwrap_or_else(|| DisplayId::derived(&name, &place.identity(), 0)),
                name,
                place,
                password,
                picture: display.picture.unwrap_or(true),
            });
        }
        Ok(checked)
    }

    /// An id that the person wrote; `known` has those before it, with their lines.
    fn id(&self, id: &Spanned<String>, known: &mut Vec<(DisplayId, usize)>) -> Checked<DisplayId> {
        let text = id.get_ref().as_str();
        let Ok(parsed) = text.parse::<DisplayId>() else {
            return Err(self.wrong(&id.span(), say!("config-no-id", text = text)));
        };
        if let Some((_, first)) = known.iter().find(|(other, _)| *other == parsed) {
            let cause = say!("config-id-taken", id = text, line = *first);
            return Err(self.wrong(&id.span(), cause));
        }
        known.push((parsed.clone(), self.line(&id.span())));
        Ok(parsed)
    }

    fn name(&self, name: &Spanned<String>) -> Checked<String> {
        let text = name.get_ref().trim();
        let cause = if text.is_empty() {
            say!("config-name-missing")
        } else if text.chars().count() > MAX_NAME_BYTES {
            say!("config-name-long")
        } else if text.chars().any(char::is_control) {
            say!("config-name-control")
        } else {
            return Ok(text.to_owned());
        };
        Err(self.wrong(&name.span(), cause))
    }

    fn place(
        &self,
        name: &Spanned<String>,
        target: Option<Spanned<String>>,
        launch: Option<Spanned<schema::Launch>>,
    ) -> Checked<Place> {
        match (target, launch) {
            (Some(target), None) => self.target(&target),
            (None, Some(launch)) => self.launch(launch.into_inner()).map(Place::Launched),
            (Some(_), Some(launch)) => Err(self.wrong(&launch.span(), say!("config-target-and-launch"))),
            (None, None) => Err(self.wrong(&name.span(), say!("config-neither-target-nor-launch"))),
        }
    }

    fn target(&self, target: &Spanned<String>) -> Checked<Place> {
        match target.get_ref().as_str() {
            "demo" => Ok(Place::Demo),
            THIS_SCREEN => Ok(Place::Launched(LaunchPlan::this_screen())),
            text => text
                .parse::<Target>()
                .map(Place::At)
                .map_err(|error| self.wrong(&target.span(), explained(&error).trim_end_matches('.'))),
        }
    }

    fn password(&mut self, file: &Spanned<String>) -> Checked<porthole_gateway::Password> {
        let path = self.beside(file);
        let password = password::read(&path).map_err(|cause| {
            self.wrong(
                &file.span(),
                say!(
                    "config-password-file",
                    file = path.display().to_string(),
                    cause = cause
                ),
            )
        })?;
        self.warn(exposed(&path, Others::All));
        Ok(password)
    }

    /// The path of a file that the config names. It is followed from now on.
    pub(super) fn beside(&mut self, file: &Spanned<String>) -> PathBuf {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let path = folder.join(file.get_ref());
        self.follow([path.clone()]);
        path
    }

    /// Further files whose change is a change of the config.
    pub(super) fn follow(&mut self, files: impl IntoIterator<Item = PathBuf>) {
        self.files.extend(files);
    }

    pub(super) fn warn(&mut self, warning: Option<Exposed>) {
        self.warnings.extend(warning);
    }

    fn line(&self, span: &Range<usize>) -> usize {
        line_of(self.text.as_bytes(), span.start)
    }

    pub(super) fn wrong(&self, span: &Range<usize>, cause: impl ToString) -> ConfigError {
        ConfigError {
            file: self.file.to_owned(),
            line: Some(self.line(span)),
            cause: cause.to_string(),
        }
    }
}
