//! Who the gateway is to those who come over TLS, as the config says.

use std::{path::PathBuf, time::SystemTime};

use porthole_gateway::Identity;

use super::{
    certificate::{CannotMake, Certificate, certificate},
    name::names,
};
use crate::{
    Interface,
    config::{Config, Encryption, OwnCertificate, identity_fault},
    platform::blocking::blocking,
    texts::{say, sentence::sentence},
};

/// Who the gateway is, and what is wrong with that.
#[derive(Clone, Default)]
pub(super) struct TlsIdentity {
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
pub(super) struct TlsIdentities {
    file: PathBuf,
    last: Option<(Source, TlsIdentity)>,
}

#[derive(PartialEq, Eq)]
enum Source {
    Own(OwnCertificate),
    Generated(Certificate),
}

impl TlsIdentities {
    /// A certificate of the program's own is kept in `file`.
    pub fn new(file: PathBuf) -> Self {
        Self { file, last: None }
    }

    pub async fn of(&mut self, config: &Config, interfaces: &[Interface]) -> TlsIdentity {
        let (source, faults) = match &config.encryption {
            Encryption::Off => {
                self.last = None;
                return TlsIdentity::default();
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
                        return TlsIdentity {
                            encrypted: true,
                            faults: vec![fault],
                            ..TlsIdentity::default()
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
        let (certificate, saved) = made
            .await
            .map_err(|CannotMake(error)| say!("network-no-certificate", error = error))?;
        let fault = saved.err().map(|error| {
            let (file, error) = (file.display().to_string(), error.to_string());
            say!("network-certificate-unsaved", file = file, error = error)
        });
        Ok((certificate, fault.into_iter().collect()))
    }
}

impl Source {
    fn proof(&self, mut faults: Vec<String>) -> TlsIdentity {
        let (certificate, key) = match self {
            Self::Own(own) => (own.certificate.as_slice(), own.key.as_slice()),
            Self::Generated(made) => (made.certificate.as_bytes(), made.key.as_bytes()),
        };
        let identity = Identity::from_pem(certificate, key);
        let identity = identity.map_err(|error| faults.push(sentence(&identity_fault(&error))));
        TlsIdentity {
            encrypted: true,
            identity: identity.ok(),
            generated: matches!(self, Self::Generated(_)),
            faults,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(encryption: Encryption) -> Config {
        Config {
            encryption,
            ..Config::empty()
        }
    }

    fn own() -> Encryption {
        let made = rcgen::generate_simple_self_signed(["desk".to_owned()]).unwrap();
        Encryption::Own(OwnCertificate {
            certificate: made.cert.pem().into_bytes(),
            key: made.signing_key.serialize_pem().into_bytes(),
        })
    }

    fn fingerprint(proof: &TlsIdentity) -> &str {
        proof.identity.as_ref().unwrap().fingerprint()
    }

    #[tokio::test]
    async fn who_the_gateway_is_follows_the_config() {
        let folder = tempfile::tempdir().unwrap();
        let mut papers = TlsIdentities::new(folder.path().join("certificate.json"));
        let first = papers.of(&config(own()), &[]).await;
        assert!(first.encrypted && !first.generated && first.faults.is_empty());
        let renewed = papers.of(&config(own()), &[]).await;
        assert_ne!(fingerprint(&first), fingerprint(&renewed));
        let off = papers.of(&config(Encryption::Off), &[]).await;
        assert!(!off.encrypted && off.identity.is_none());
        let made = papers.of(&config(Encryption::Generated), &[]).await;
        assert!(made.encrypted && made.generated);
        let same = papers.of(&config(Encryption::Generated), &[]).await;
        assert_eq!(fingerprint(&made), fingerprint(&same));
        let named = Config {
            hosts: vec!["desk.example.org".into()],
            ..config(Encryption::Generated)
        };
        assert_ne!(
            fingerprint(&made),
            fingerprint(&papers.of(&named, &[]).await),
            "for another name"
        );
    }

    #[tokio::test]
    async fn a_certificate_that_cannot_be_kept_is_used_and_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        let mut papers = TlsIdentities::new(blocked.join("certificate.json"));
        let first = papers.of(&config(Encryption::Generated), &[]).await;
        let second = papers.of(&config(Encryption::Generated), &[]).await;
        assert!(first.faults[0].starts_with("Cannot save "), "{:?}", first.faults);
        assert_eq!(fingerprint(&first), fingerprint(&second));
        let broken = Encryption::Own(OwnCertificate {
            certificate: Vec::new(),
            key: Vec::new(),
        });
        let broken = papers.of(&config(broken), &[]).await;
        assert!(
            broken.encrypted && broken.identity.is_none() && !broken.faults.is_empty(),
            "links do not become http by themselves"
        );
    }
}
