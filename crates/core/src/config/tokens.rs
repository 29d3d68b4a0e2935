//! websockify's token files: what the config says of them, and how one is taken over.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

use porthole_gateway::{
    Target,
    sources::{TokenLine, check_token_file, read_token_file},
};
use toml::Spanned;

use super::{
    Config,
    check::{Checked, Checker},
    edit::{Added, Addition, added, new_id},
    exposed::{Exposed, Others, exposed},
    key::{Change, changed},
    places::{display_at, here},
    rewrite::rewrite,
    token_faults::token_faults,
};
use crate::texts::say;

/// So many displays are made of one file at most: a list of more is nobody's to read.
const MAX_IMPORTED: usize = 100;

impl Checker<'_> {
    /// A file with faults is a fault of the config: half of somebody's links would be gone, and nothing would say so.
    pub(super) fn token_file(&mut self, file: Spanned<String>) -> Checked<PathBuf> {
        let path = self.beside(&file);
        match check_token_file(&path) {
            Ok(()) => {
                self.warn(exposed(&path, Others::All));
                Ok(path)
            }
            Err(faults) => {
                // In a folder, it is those that have to be mended.
                let faulty = faults.first().iter().map(|fault| fault.file.clone());
                self.follow(faulty);
                let first = token_faults(&faults).into_iter().next().unwrap_or_default();
                Err(self.wrong(&file.span(), say!("config-token-file", fault = first)))
            }
        }
    }
}

/// What a token file would bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contents {
    /// How many tokens it has.
    pub tokens: usize,
    /// The targets that become displays, in the file's order, and how many tokens each has.
    pub targets: Vec<(Target, usize)>,
    /// How many targets become none.
    pub more: usize,
    /// The token file that the config names until now, if it is another.
    pub replaces: Option<PathBuf>,
    /// What to do about a file that others can read, if they can.
    pub exposed: Option<Exposed>,
}

/// Why a token file cannot be taken over: a sentence for each fault, as `FILE:LINE: cause`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Faulty(pub Vec<String>);

impl Faulty {
    fn one(fault: impl fmt::Display) -> Self {
        Self(vec![fault.to_string()])
    }
}

/// Looks what is in a token file, for a config that says `config` now. Blocks.
///
/// # Errors
/// What is wrong with it, each with its place.
pub(crate) fn look_into(file: &Path, config: &Config) -> Result<Contents, Faulty> {
    if !file.is_absolute() {
        return Err(Faulty::one(say!(
            "tokens-relative",
            file = file.display().to_string()
        )));
    }
    let lines = read_token_file(file).map_err(|faults| Faulty(token_faults(&faults)))?;
    let all = counted(lines);
    let (tokens, count) = (all.iter().map(|(_, tokens)| tokens).sum(), all.len());
    let as_displays = all.into_iter().filter(|(target, _)| is_written(target));
    let targets: Vec<_> = as_displays.take(MAX_IMPORTED).collect();
    Ok(Contents {
        tokens,
        more: count - targets.len(),
        targets,
        replaces: config.token_file.clone().filter(|named| named != file),
        exposed: exposed(file, Others::All),
    })
}

/// Whether the config file can say it: there, a port below 100 is a display's number.
fn is_written(target: &Target) -> bool {
    target.to_string().parse().as_ref() == Ok(target)
}

/// The targets in their order, and how many tokens each has. Of lines with the same token the last one counts.
fn counted(lines: Vec<TokenLine>) -> Vec<(Target, usize)> {
    let mut last = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        last.insert(line.token.hash(), at);
    }
    let mut targets: Vec<(Target, usize)> = Vec::new();
    let mut places = HashMap::new();
    for (at, line) in lines.into_iter().enumerate() {
        if last.get(&line.token.hash()) != Some(&at) {
            continue;
        }
        let place = *places.entry(line.target.to_string()).or_insert_with(|| {
            targets.push((line.target, 0));
            targets.len() - 1
        });
        targets[place].1 += 1;
    }
    targets
}

/// Names a token file in the config file as `token_file`, and adds a display for each of its targets that no display
/// has, writing a config file first if there is none. Returns the new displays. Blocks.
///
/// # Errors
/// Why it could not be taken over, and what to do.
pub(crate) fn import(config_file: &Path, token_file: &Path) -> Result<Vec<Added>, Faulty> {
    // Its faults are said by themselves, each with its place.
    look_into(token_file, &Config::empty())?;
    let change = |text: &str, config: &Config| {
        let contents = look_into(token_file, config).map_err(|Faulty(faults)| faults.join(" "))?;
        let path = token_file.to_str().ok_or_else(|| {
            let file = token_file.display();
            say!("tokens-path-not-utf8", file = file.to_string())
        })?;
        let named = Change {
            table: None,
            key: "token_file",
            value: Some(path.into()),
        };
        let mut text = changed(text, &named)?;
        let (mut new, mut places) = (Vec::new(), Vec::new());
        for (target, _) in contents.targets {
            let place = here(target.clone());
            if display_at(config, &target).is_some() || places.contains(&place) {
                continue;
            }
            places.push(place);
            let name = target.to_string();
            let (display, with_it) = added(&text, &Addition::server(name.clone(), name), &new_id()?, None)?;
            text = with_it;
            new.push(display);
        }
        Ok((new, text))
    };
    rewrite(config_file, change).map_err(Faulty::one)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::load;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(config: &str, tokens: &str) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            fs::write(folder.config(), config).unwrap();
            fs::write(folder.tokens(), tokens).unwrap();
            folder
        }

        fn config(&self) -> PathBuf {
            self.0.path().join("config.toml")
        }

        fn tokens(&self) -> PathBuf {
            self.0.path().join("tokens")
        }

        fn import(&self) -> Result<Vec<String>, Faulty> {
            let added = import(&self.config(), &self.tokens())?;
            Ok(added.into_iter().map(|added| added.name).collect())
        }

        fn text(&self) -> String {
            fs::read_to_string(self.config()).unwrap()
        }
    }

    #[test]
    fn targets_are_counted_by_the_tokens_that_lead_there() {
        let lines = "a: h:1\nb: h:2\nc: h:1\nd: h:1\nb: h:3\n";
        let (lines, _) = porthole_gateway::sources::parse(Path::new("tokens"), lines.as_bytes());
        let targets: Vec<_> = counted(lines)
            .into_iter()
            .map(|(target, tokens)| (target.to_string(), tokens))
            .collect();
        assert_eq!(targets, [("h:1".into(), 3), ("h:3".into(), 1)]);
    }

    #[test]
    fn a_file_is_taken_over_once_and_the_rest_stays_as_it_is() {
        let old = "# mine\nport = 1 # one\n\n[[display]]\nname = \"A\"\ntarget = \"localhost:1\"\n";
        let folder = Folder::with(
            old,
            "x: 127.0.0.1:5901\ny: h:5907\nz: h:5907\nu: unix_socket:/run/u\nlow: h:80\nzone: [fe80::1%eth0]:5901\n",
        );
        assert_eq!(folder.import(), Ok(vec!["h:5907".into(), "unix:/run/u".into()]));
        let text = folder.text();
        let mut ids = text
            .lines()
            .filter(|line| line.starts_with("id = "))
            .map(str::to_owned);
        let mut display = |target| {
            let id = ids.next().unwrap();
            format!("\n[[display]]\nname = \"{target}\"\n{id}\ntarget = \"{target}\"\n")
        };
        let tokens = folder.tokens().display().to_string();
        let new = format!(
            "token_file = \"{tokens}\"\n{old}{}{}",
            display("h:5907"),
            display("unix:/run/u")
        );
        assert_eq!(folder.text(), new);
        assert_eq!(folder.import(), Ok(Vec::new()));
        assert_eq!(folder.text(), new);
    }

    #[test]
    fn another_file_takes_its_place_and_that_is_said() {
        let folder = Folder::with("", "x: h:5907\n");
        let other = folder.0.path().join("other");
        fs::write(&other, "y: h:5908\n").unwrap();
        import(&folder.config(), &other).unwrap();
        let config = load::check(&folder.config(), folder.text().into_bytes(), &mut Vec::new());
        let config = config.unwrap().config;
        assert_eq!(config.token_file.as_deref(), Some(&*other));
        let contents = look_into(&folder.tokens(), &config).unwrap();
        assert_eq!(contents.replaces, Some(other));
        folder.import().unwrap();
        assert_eq!(folder.text().matches("token_file").count(), 1);
    }

    #[test]
    fn a_list_does_not_grow_beyond_what_can_be_read() {
        let lines: String = (1000..1005 + MAX_IMPORTED)
            .map(|port| format!("t{port}: h:{port}\n"))
            .collect();
        let folder = Folder::with("", &lines);
        assert_eq!(folder.import().unwrap().len(), MAX_IMPORTED);
        let contents = look_into(&folder.tokens(), &Config::empty()).unwrap();
        assert_eq!((contents.tokens, contents.more), (MAX_IMPORTED + 5, 5));
    }

    #[test]
    fn faults_are_named_with_their_place_and_nothing_is_written() {
        let folder = Folder::with("# mine\n", "x: h:5907\nsecret\n\nsecret: h\n");
        let Err(Faulty(faults)) = folder.import() else {
            panic!()
        };
        let tokens = folder.tokens().display().to_string();
        assert!(
            faults[0].starts_with(&format!("{tokens}:2: no colon")),
            "{faults:?}"
        );
        assert!(faults[1].starts_with(&format!("{tokens}:4: ")), "{faults:?}");
        assert!(!faults.concat().contains("secret"));
        assert_eq!(folder.text(), "# mine\n");
        for (path, cause) in [
            ("tokens", "not a full path"),
            ("/nowhere/tokens", "/nowhere/tokens: cannot be read"),
        ] {
            let Err(Faulty(faults)) = look_into(Path::new(path), &Config::empty()) else {
                panic!()
            };
            assert!(faults[0].contains(cause), "{faults:?}");
        }
    }

    #[test]
    fn a_fault_in_the_file_is_one_of_the_config_until_it_is_mended() {
        let folder = Folder::with("\ntoken_file = \"tokens\"\n", "secret\nsecret\n");
        let mut files = Vec::new();
        let load =
            |files: &mut Vec<PathBuf>| load::check(&folder.config(), folder.text().into_bytes(), files);
        let error = load(&mut files).unwrap_err().to_string();
        assert!(error.contains("config.toml:2: in the token file, ") && error.contains("tokens:1: no colon"));
        assert!(!error.contains("secret") && !error.contains('\n'));
        assert!(files.contains(&folder.tokens()));
        fs::write(folder.tokens(), "secret: h:1\n").unwrap();
        let config = load(&mut files).unwrap().config;
        assert_eq!(config.token_file, Some(folder.tokens()));
    }
}
