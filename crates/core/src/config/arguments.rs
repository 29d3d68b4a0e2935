//! websockify's command line, which takes the place of a config file.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use porthole_gateway::{Limits, ProxyNetwork, Target};
use serde::{Deserialize, Serialize};

use super::{
    Config, ConfigError, Encryption, Loaded,
    encryption::{OwnCertificate, identity_why, read_own},
    exposed::{Others, exposed},
};
use crate::texts::say;

/// What websockify's command line says. Paths are absolute: a process in the background works in another folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    /// Where to listen; never empty. Port 0 lets the system choose.
    pub listen: Vec<SocketAddr>,
    /// What is served.
    pub served: Served,
    /// With it https is spoken.
    pub certificate: Option<CertificateFiles>,
    /// Whether http is not.
    pub tls_only: bool,
    /// A folder in place of the viewer that is built in.
    pub web: Option<PathBuf>,
    /// Whether `/` lists the targets with their links.
    pub index: bool,
    /// Host names that are answered besides this machine's own.
    pub hosts: Vec<String>,
    /// Origins that may open a WebSocket besides our own.
    pub origins: Vec<String>,
    /// The reverse proxies that may say for whom they connect.
    pub trusted_proxies: Vec<ProxyNetwork>,
    /// The Origins whose pages may show the viewer in a frame.
    pub frame_ancestors: Vec<String>,
    /// How many sessions a target may have.
    pub limits: Limits,
    /// How often viewers are pinged.
    pub heartbeat: Duration,
}

/// What a command line serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Served {
    /// One target, which needs no token.
    Target(Target),
    /// The targets of a token file, or of a folder of them.
    TokenFile(PathBuf),
}

/// The files of a certificate and its key, which may be one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFiles {
    /// The chain, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

impl Arguments {
    /// The config that this is, with its certificate as it is now. The files that were read are added to `files`. Blocks.
    ///
    /// # Errors
    /// What is wrong with the certificate or its key.
    pub(super) fn load(self: &Arc<Self>, files: &mut Vec<PathBuf>) -> Result<Loaded, ConfigError> {
        let mut warnings = Vec::new();
        let encryption = match &self.certificate {
            None => Encryption::Off,
            Some(named) => {
                files.extend([named.certificate.clone(), named.key.clone()]);
                let own = named.read()?;
                warnings.extend(exposed(&named.key, Others::Strangers));
                Encryption::Own(own)
            }
        };
        let mut addresses: Vec<IpAddr> = Vec::new();
        for ip in self.listen.iter().map(SocketAddr::ip) {
            if !addresses.contains(&ip) {
                addresses.push(ip);
            }
        }
        let config = Config {
            listen: Some(addresses),
            port: self.listen.first().map(SocketAddr::port),
            hosts: self.hosts.clone(),
            origins: self.origins.clone(),
            trusted_proxies: self.trusted_proxies.clone(),
            frame_ancestors: self.frame_ancestors.clone(),
            encryption,
            token_file: self.token_file().map(Path::to_owned),
            limits: self.limits,
            arguments: Some(Arc::clone(self)),
            ..Config::empty()
        };
        Ok(Loaded { config, warnings })
    }

    /// The token file, if one is served.
    pub(crate) fn token_file(&self) -> Option<&Path> {
        match &self.served {
            Served::TokenFile(path) => Some(path),
            Served::Target(_) => None,
        }
    }

    /// Whether every Host and Origin is answered. A token is all that websockify asks for, and behind a proxy there may be
    /// no more to go by. Where there is no token, web pages of others must not get in.
    pub(crate) fn answers_all(&self) -> bool {
        self.token_file().is_some() && self.hosts.is_empty() && self.origins.is_empty()
    }
}

impl CertificateFiles {
    /// Reads both files. Blocks.
    ///
    /// # Errors
    /// What is wrong with them, and in which.
    pub(crate) fn read(&self) -> Result<OwnCertificate, ConfigError> {
        let unreadable = |(file, error): (PathBuf, std::io::Error)| ConfigError {
            file,
            line: None,
            cause: say!("identity-unreadable", error = error.to_string()),
        };
        let own = read_own(&self.certificate, &self.key).map_err(unreadable)?;
        own.identity(&self.certificate, &self.key)
            .map(|_| own)
            .map_err(|error| ConfigError {
                file: PathBuf::from(&error.place),
                line: None,
                cause: identity_why(&error),
            })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn arguments(certificate: Option<CertificateFiles>) -> Arc<Arguments> {
        Arc::new(Arguments {
            listen: ["127.0.0.1:6080", "[::1]:6080"]
                .map(|text| text.parse().unwrap())
                .to_vec(),
            served: Served::TokenFile("/etc/tokens".into()),
            certificate,
            tls_only: false,
            web: None,
            index: false,
            hosts: Vec::new(),
            origins: Vec::new(),
            trusted_proxies: Vec::new(),
            frame_ancestors: Vec::new(),
            limits: Limits::default(),
            heartbeat: Duration::from_secs(20),
        })
    }

    #[test]
    fn a_command_line_is_a_config() {
        let mut files = Vec::new();
        let config = arguments(None).load(&mut files).unwrap().config;
        assert_eq!(config.port, Some(6080));
        assert_eq!(config.listen.unwrap().len(), 2);
        assert_eq!(config.token_file.as_deref(), Some(Path::new("/etc/tokens")));
        assert_eq!(
            files,
            [] as [PathBuf; 0],
            "a token file is followed by what serves it"
        );
    }

    #[test]
    fn a_certificate_is_read_anew_and_its_files_are_followed_also_when_they_are_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["desk".to_owned()]).unwrap();
        let named = CertificateFiles {
            certificate: folder.path().join("cert.pem"),
            key: folder.path().join("key.pem"),
        };
        let mut files = Vec::new();
        let error = arguments(Some(named.clone())).load(&mut files).unwrap_err();
        assert_eq!(error.file, named.certificate);
        assert_eq!(files, [named.certificate.clone(), named.key.clone()]);
        fs::write(&named.certificate, made.cert.pem()).unwrap();
        fs::write(&named.key, made.signing_key.serialize_pem()).unwrap();
        let loaded = arguments(Some(named.clone())).load(&mut Vec::new()).unwrap();
        assert!(matches!(loaded.config.encryption, Encryption::Own(_)));
        fs::write(&named.key, "").unwrap();
        let error = arguments(Some(named.clone())).load(&mut Vec::new()).unwrap_err();
        assert_eq!(error.file, named.key);
    }
}
