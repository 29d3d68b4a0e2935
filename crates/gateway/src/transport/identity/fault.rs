//! What can be wrong with a certificate and its key, and how it is mended.

/// Why a certificate and a key are no identity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct IdentityError {
    /// A file, or what was to be in it.
    pub place: String,
    /// What is wrong with it.
    pub why: IdentityFault,
}

/// What is wrong with a certificate, or with a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityFault {
    /// The system does not let us; in its own words.
    #[error("cannot read it: {0}")]
    Unreadable(String),
    /// The key is another's; names where the certificates stand.
    #[error(
        "this key does not match any certificate in {0}; compare what `openssl pkey -in KEY -pubout` and \
         `openssl x509 -in CERTIFICATE -noout -pubkey` print"
    )]
    Mismatch(String),
    /// No certificate can be made of what stands between BEGIN and END.
    #[error("a certificate in it is damaged; export or fetch it again")]
    BrokenCertificate,
    /// X.509 version 1 or 2, which nobody takes any more.
    #[error(
        "this certificate has X.509 version 1, which browsers reject; make one of version 3 with the same key: \
         `openssl req -x509 -key KEY -days 397 -subj /CN=HOST -addext subjectAltName=DNS:HOST -out CERTIFICATE`"
    )]
    OldCertificate,
    /// TLS has no use for it.
    #[error("this certificate cannot be used for TLS; see `openssl x509 -in CERTIFICATE -noout -text`")]
    UnusableCertificate,
    /// TLS has no use for the key.
    #[error("{0}")]
    UnusableKey(#[from] KeyFault),
    /// PEM that makes no sense.
    #[error("it is damaged: a block from BEGIN to END is cut off or garbled")]
    Broken,
    /// PEM without one.
    #[error("there is no certificate in it; one in PEM begins with -----BEGIN CERTIFICATE-----")]
    NoCertificate,
    /// Certificate or key, but not as text.
    #[error(
        "it is not in PEM; `openssl x509 -in FILE -out NEW` converts a certificate, `openssl pkey -in FILE -out NEW` a \
         key, and `openssl pkcs12 -in FILE -nodes -out NEW` a .pfx or .p12 with both"
    )]
    NotPem,
    /// Nobody is there to be asked for its password.
    #[error("the key in it has a password; `openssl pkey -in KEY -out NEW` makes a copy without one")]
    LockedKey,
    /// What is wrong with it may quote it, and is not said.
    #[error("the key in it is damaged")]
    BrokenKey,
    /// Neither PKCS #8 nor PKCS #1 nor SEC 1.
    #[error("there is no private key in it; one in PEM begins with -----BEGIN PRIVATE KEY-----")]
    NoKey,
}

/// Why a key that is whole cannot be used. Another key needs another certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}; make a P-256 key and a certificate for it: `{NEW_PAIR}`, or ask your certificate authority for one", self.why())]
pub enum KeyFault {
    /// An EC key of the curve P-521.
    P521,
    /// An EC key that is neither P-256 nor P-384, or one with parameters of its own.
    Curve,
    /// RSA of more than 4,096 bits.
    LargeRsa,
    /// RSA of fewer than 2,048 bits.
    SmallRsa,
    /// DSA, Ed448 or whatever it is.
    Kind,
}

/// The command that makes a key which every browser takes, and a certificate for it.
pub const NEW_PAIR: &str = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 397 -subj /CN=HOST \
                            -addext subjectAltName=DNS:HOST -keyout KEY -out CERTIFICATE";

impl KeyFault {
    fn why(self) -> &'static str {
        match self {
            Self::P521 => "this key cannot be used: its curve is P-521, which browsers reject",
            Self::Curve => "this key cannot be used: its curve is neither P-256 nor P-384",
            Self::LargeRsa => "this key cannot be used: it is an RSA key of more than 4096 bits",
            Self::SmallRsa => {
                "this key cannot be used: it is an RSA key of fewer than 2048 bits, which is not safe"
            }
            Self::Kind => "this key cannot be used: it is not RSA, EC or Ed25519",
        }
    }
}
