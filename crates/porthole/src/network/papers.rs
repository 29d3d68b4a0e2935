//! Who the gateway is to those who come over TLS, as the config says.

use std::{path::PathBuf, time::SystemTime};

use porthole_gateway::Identity;

use super::{
    certificate::{Certificate, certificate},
    interfaces::Interface,
    name::names,
};
use crate::{
    blocking::blocking,
    config::{Config, Encryption, OwnCertificate},
    sentence::sentence,
};

/// Who the gateway is, and what is wrong with that.
#[derive(Clone, Default)]
pub(super) struct Proof {
    /// Whether links are https. That they should be and cannot is no reason to make them http.
    pub encrypted: bool,
    /// The certificate in use.
    pub identity: Option<Identity>,
    /// Whether the program made it itself.
    pub generated: bool,
    /// What is not as it should be, as sentences.
    pub faults: Vec<String>,
}

/// Remembers the proof for as long as what it is made of stays the same.
pub(super) struct Papers {
    file: PathBuf,
    last: Option<(Source, Proof)>,
}

#[derive(PartialEq, Eq)]
enum Source {
    Own(OwnCertificate),
    Generated(Certificate),
}

impl Papers {
    /// A certificate of the program's own is kept in `file`.
    pub fn new(file: PathBuf) -> Self {
        Self { file, last: None }
    }

    pub async fn of(&mut self, config: &Config, interfaces: &[Interface]) -> Proof {
        let (source, faults) = match &config.encryption {
            Encryption::Off => {
                self.last = None;
                return Proof::default();
            }
            Encryption::Own(own) => (Source::Own(own.clone()), Vec::new()),
            Encryption::Generated => {
                let names = [names(), config.hosts.clone()].concat();
                if let Some((Source::Generated(kept), proof)) = &self.last
                    && kept.is_good(&names, SystemTime::now())
                {
                    return proof.clone();
                }
                match self.generated(names, interfaces).await {
                    Ok((certificate, faults)) => (Source::Generated(certificate), faults),
                    Err(fault) => {
                        return Proof {
                            encrypted: true,
                            faults: vec![fault],
                            ..Proof::default()
                        };
                    }
                }
            }
        };
        if let Some((last, proof)) = &self.last
            && *last == source
        {
            return proof.clone();
        }
        let proof = source.proof(faults);
        self.last = Some((source, proof.clone()));
        proof
    }

    async fn generated(
        &self,
        names: Vec<String>,
        interfaces: &[Interface],
    ) -> Result<(Certificate, Vec<String>), String> {
        let file = self.file.clone();
        let addresses: Vec<_> = interfaces.iter().map(|interface| interface.ip).collect();
        let made = blocking({
            let file = file.clone();
            move || certificate(&file, &names, &addresses, SystemTime::now())
        });
        let (certificate, saved) = made.await.map_err(|error| sentence(&error.to_string()))?;
        let fault = saved.err().map(|error| {
            format!(
                "{} could not be saved: {error}. The next start makes another certificate.",
                file.display()
            )
        });
        Ok((certificate, fault.into_iter().collect()))
    }
}

impl Source {
    fn proof(&self, mut faults: Vec<String>) -> Proof {
        let (certificate, key) = match self {
            Self::Own(own) => (own.certificate.as_slice(), own.key.as_slice()),
            Self::Generated(made) => (made.certificate.as_bytes(), made.key.as_bytes()),
        };
        let identity = Identity::from_pem(certificate, key);
        let identity = identity.map_err(|error| faults.push(sentence(&error.to_string())));
        Proof {
            encrypted: true,
            identity: identity.ok(),
            generated: matches!(self, Self::Generated(_)),
            faults,
        }
    }
}
