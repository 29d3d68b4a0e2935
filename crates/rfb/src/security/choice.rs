use std::fmt;

/// The security type that was chosen of those that a VNC server offers, and what it is worth.
///
/// `Display` gives its usual name, such as `RA2_256` or `X509Plain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityChoice {
    /// The TLS around the log-in and all that follows, if any.
    pub tls: Option<TlsKind>,
    /// The log-in itself.
    pub method: LogInMethod,
    /// What the server wants to know.
    pub asks: Asks,
}

/// How a log-in goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogInMethod {
    /// Nothing is asked for.
    None,
    /// A challenge is encrypted with the password (RFC 6143 §7.2.2).
    VncAuth,
    /// User name and password are sent as they are: VeNCrypt's Plain.
    Plain,
    /// The same, of TightVNC and TurboVNC.
    Unix,
    /// User name and target as they are, then [`VncAuth`](Self::VncAuth).
    Xvp,
    /// RSA and AES of RealVNC, TigerVNC and neatvnc: RA2 and its kin.
    Ra2(Ra2),
    /// Diffie-Hellman and AES of Apple Remote Desktop.
    Apple,
    /// Diffie-Hellman of 64 bits and DES of UltraVNC.
    MsLogon,
}

/// One of the four kinds of RA2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ra2 {
    /// AES-256 and SHA-256 instead of AES-128 and SHA-1.
    pub is_256_bit: bool,
    /// Everything is encrypted to the end of the session; otherwise ("ne") only until the credentials have gone out.
    pub encrypts_session: bool,
}

/// What TLS tells about the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsKind {
    /// Nothing: anonymous Diffie-Hellman (VeNCrypt's TLS types, and the old type 18).
    Anonymous,
    /// It has a certificate (VeNCrypt's X509 types).
    Certificate,
}

/// What a VNC server wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// A password, of which the first 8 bytes count.
    ShortPassword,
    /// A password.
    Password,
    /// A user name and a password.
    UserAndPassword,
}

/// How far credentials can be read on their way, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialsProtection {
    /// By whoever listens.
    Readable,
    /// By whoever listens and makes a small effort: keys of 56 bits.
    Weak,
    /// They are not sent; whoever listens can try passwords at leisure, and there are 2^56.
    Challenge,
    /// By nobody who only listens.
    Encrypted,
    /// There are none.
    NoneSent,
}

/// How a VNC server can be recognised the next time, so that nobody passes for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerIdentity {
    /// It cannot.
    Unproven,
    /// By its RSA key, see [`ServerKey`](crate::ServerKey).
    Key,
    /// By its TLS certificate.
    Certificate,
}

impl SecurityChoice {
    pub(crate) fn new(tls: Option<TlsKind>, method: LogInMethod) -> Self {
        let asks = match method {
            LogInMethod::None => Asks::Nothing,
            LogInMethod::VncAuth => Asks::ShortPassword,
            // RA2 may turn out to ask for a password alone.
            _ => Asks::UserAndPassword,
        };
        Self { tls, method, asks }
    }

    /// A security type, or a sub-type of VeNCrypt, that needs no choice within; inside this TLS, if any.
    pub(crate) fn of_number(number: u32, tls: Option<TlsKind>) -> Option<Self> {
        let ra2 = |is_256_bit, encrypts_session| {
            LogInMethod::Ra2(Ra2 {
                is_256_bit,
                encrypts_session,
            })
        };
        let (tls, method) = match number {
            1 => (tls, LogInMethod::None),
            2 => (tls, LogInMethod::VncAuth),
            5 => (tls, ra2(false, true)),
            6 => (tls, ra2(false, false)),
            22 => (tls, LogInMethod::Xvp),
            30 => (tls, LogInMethod::Apple),
            113 => (tls, LogInMethod::MsLogon),
            129 => (tls, ra2(true, true)),
            130 => (tls, ra2(true, false)),
            256 => (tls, LogInMethod::Plain),
            257 => (Some(TlsKind::Anonymous), LogInMethod::None),
            258 => (Some(TlsKind::Anonymous), LogInMethod::VncAuth),
            259 => (Some(TlsKind::Anonymous), LogInMethod::Plain),
            260 => (Some(TlsKind::Certificate), LogInMethod::None),
            261 => (Some(TlsKind::Certificate), LogInMethod::VncAuth),
            262 => (Some(TlsKind::Certificate), LogInMethod::Plain),
            _ => return None,
        };
        Some(Self::new(tls, method))
    }

    /// Whether screen, keys and clipboard are encrypted.
    pub fn encrypts_session(self) -> bool {
        let by_method = matches!(self.method, LogInMethod::Ra2(ra2) if ra2.encrypts_session);
        self.tls.is_some() || by_method
    }

    /// How well the credentials are protected from whoever listens. Somebody in between who passes for the server is kept
    /// out only by its [identity](Self::server_identity).
    pub fn credentials_protection(self) -> CredentialsProtection {
        match self.method {
            LogInMethod::None => CredentialsProtection::NoneSent,
            _ if self.tls.is_some() => CredentialsProtection::Encrypted,
            LogInMethod::Ra2(_) | LogInMethod::Apple => CredentialsProtection::Encrypted,
            LogInMethod::VncAuth | LogInMethod::Xvp => CredentialsProtection::Challenge,
            LogInMethod::MsLogon => CredentialsProtection::Weak,
            LogInMethod::Plain | LogInMethod::Unix => CredentialsProtection::Readable,
        }
    }

    /// How the server can be recognised.
    pub fn server_identity(self) -> ServerIdentity {
        match (self.tls, self.method) {
            (Some(TlsKind::Certificate), _) => ServerIdentity::Certificate,
            (_, LogInMethod::Ra2(_)) => ServerIdentity::Key,
            _ => ServerIdentity::Unproven,
        }
    }

    /// Whether the server takes a user name, or may.
    pub(crate) fn takes_user(self) -> bool {
        self.asks == Asks::UserAndPassword
    }

    /// What is better is greater: first that the session is encrypted, and by a server that can be recognised; then that
    /// nobody learns the credentials (docs/decisions/0013).
    pub(crate) fn strength(self) -> u8 {
        match (self.tls, self.method) {
            (Some(TlsKind::Certificate), _) => 9,
            (_, LogInMethod::Ra2(ra2)) if ra2.encrypts_session => 7 + u8::from(ra2.is_256_bit),
            (Some(TlsKind::Anonymous), _) => 6,
            (None, LogInMethod::Ra2(ra2)) => 4 + u8::from(ra2.is_256_bit),
            (None, LogInMethod::Apple) => 3,
            (None, LogInMethod::VncAuth | LogInMethod::Xvp) => 2,
            (None, LogInMethod::MsLogon) => 1,
            (None, LogInMethod::Plain | LogInMethod::Unix | LogInMethod::None) => 0,
        }
    }
}

impl fmt::Display for SecurityChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.tls {
            None => "",
            Some(TlsKind::Anonymous) => "TLS",
            Some(TlsKind::Certificate) => "X509",
        })?;
        f.write_str(match self.method {
            LogInMethod::None => "None",
            LogInMethod::VncAuth if self.tls.is_some() => "Vnc",
            LogInMethod::VncAuth => "VncAuth",
            LogInMethod::Plain => "Plain",
            LogInMethod::Unix => "Unix login",
            LogInMethod::Xvp => "XVP",
            LogInMethod::Apple => "Apple Diffie-Hellman",
            LogInMethod::MsLogon => "MS-Logon II",
            LogInMethod::Ra2(ra2) => match (ra2.is_256_bit, ra2.encrypts_session) {
                (false, true) => "RA2",
                (true, true) => "RA2_256",
                (false, false) => "RA2ne",
                (true, false) => "RA2ne_256",
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_the_names_that_servers_call_them_by() {
        let names = [
            (1, "None"),
            (2, "VncAuth"),
            (5, "RA2"),
            (6, "RA2ne"),
            (129, "RA2_256"),
            (130, "RA2ne_256"),
            (256, "Plain"),
            (257, "TLSNone"),
            (258, "TLSVnc"),
            (259, "TLSPlain"),
            (260, "X509None"),
            (261, "X509Vnc"),
            (262, "X509Plain"),
        ];
        for (number, name) in names {
            assert_eq!(SecurityChoice::of_number(number, None).unwrap().to_string(), name);
        }
        for unknown in [0, 3, 16, 18, 19, 20, 33, 133, 255, 263, u32::MAX] {
            assert_eq!(SecurityChoice::of_number(unknown, None), None);
        }
    }
}
