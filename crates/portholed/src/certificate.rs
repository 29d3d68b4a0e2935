//! The certificate that the command line names, and its renewal while it is in use.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use porthole_gateway::{Identity, IdentityError, open_regular_file};
use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};

/// How often the files are looked at. Certificates are renewed days before their end.
const POLL_INTERVAL: Duration = Duration::from_secs(60);

/// What is read of a file, in bytes, as the gateway does.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// The files of a certificate and its key, which may be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    pub file: PathBuf,
    pub key: PathBuf,
}

/// A certificate in use, and what its files held when they were last looked at.
pub struct Followed {
    certificate: Certificate,
    seen: Mutex<Content>,
}

/// What both files held.
type Content = [Result<Vec<u8>, io::ErrorKind>; 2];

impl Followed {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// Whatever is wrong with them.
    pub async fn open(certificate: Certificate) -> Result<(Self, Identity), IdentityError> {
        let (seen, identity) = read(certificate.clone()).await;
        let seen = Mutex::new(seen);
        Ok((Self { certificate, seen }, identity?))
    }

    /// Waits until the certificate is renewed.
    pub async fn renewed(&self) -> Identity {
        loop {
            sleep(POLL_INTERVAL).await;
            if let Some(identity) = self.look().await {
                return identity;
            }
        }
    }

    /// What the files are now, unless they are as before. If there is something wrong with them, or one of them is
    /// renewed and the other not yet, it says so once, and what was in use stays.
    pub async fn look(&self) -> Option<Identity> {
        let mut seen = self.seen.lock().await;
        let (content, identity) = read(self.certificate.clone()).await;
        if *seen == content {
            return None;
        }
        *seen = content;
        match identity {
            Ok(identity) => {
                let fingerprint = identity.fingerprint();
                tracing::info!(%fingerprint, "the certificate was renewed");
                Some(identity)
            }
            Err(error) => {
                tracing::error!("{error}; the last good certificate stays in use");
                None
            }
        }
    }
}

async fn read(certificate: Certificate) -> (Content, Result<Identity, IdentityError>) {
    let Certificate { file, key } = certificate;
    let work = move || {
        let content = |path: &Path| {
            let mut bytes = Vec::new();
            let read =
                open_regular_file(path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_end(&mut bytes));
            read.map(|_| bytes).map_err(|error| error.kind())
        };
        // What changes in between is seen at the next look.
        ([content(&file), content(&key)], Identity::from_files(&file, &key))
    };
    match spawn_blocking(work).await {
        Ok(read) => read,
        // The runtime is ending, and so is whoever waits.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn write(folder: &Path, certificate: &str, key: &str) -> Certificate {
        let files = Certificate {
            file: folder.join("cert.pem"),
            key: folder.join("key.pem"),
        };
        fs::write(&files.file, certificate).unwrap();
        fs::write(&files.key, key).unwrap();
        files
    }

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[tokio::test(start_paused = true)]
    async fn a_renewed_certificate_is_taken_up_within_a_minute_and_a_broken_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (pair(), pair());
        let files = write(folder.path(), &first.0, &first.1);
        let (followed, identity) = Followed::open(files.clone()).await.unwrap();
        assert!(followed.look().await.is_none());

        // Its key is not there yet.
        write(folder.path(), &second.0, &first.1);
        assert!(followed.look().await.is_none());
        fs::remove_file(&files.file).unwrap();
        assert!(followed.look().await.is_none());

        let renewed = tokio::spawn(async move { followed.renewed().await });
        tokio::time::sleep(POLL_INTERVAL * 3).await;
        assert!(!renewed.is_finished());
        write(folder.path(), &second.0, &second.1);
        tokio::time::sleep(POLL_INTERVAL).await;
        let renewed = renewed.await.unwrap();
        assert_ne!(renewed.fingerprint(), identity.fingerprint());
        let now = Identity::from_files(&files.file, &files.key).unwrap();
        assert_eq!(renewed.fingerprint(), now.fingerprint());
    }

    #[tokio::test]
    async fn at_the_start_it_must_be_good() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = pair();
        let mut files = write(folder.path(), &certificate, &key);
        files.key = folder.path().join("missing.pem");
        let error = Followed::open(files).await.map(drop).unwrap_err().to_string();
        assert!(error.contains("missing.pem: cannot read it"), "{error}");
    }
}
