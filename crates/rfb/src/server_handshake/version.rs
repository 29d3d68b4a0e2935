use crate::{ServerError, printable::printable};

/// The three forms that the handshake has (RFC 6143 appendix A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V33,
    V37,
    V38,
}

impl Version {
    /// Reads the server's version and decides which of the three forms to speak.
    ///
    /// Between 3.3 and 3.7 lie servers that report versions of their own and mean 3.3 (RFC 6143 §7.1.1); from
    /// 3.8 on (Apple's 3.889, RealVNC's 4 and 5) servers understand 3.8.
    pub(super) fn of(greeting: &[u8]) -> Result<Self, ServerError> {
        let (major, minor) = numbers(greeting).ok_or_else(|| ServerError::NotRfb {
            greeting: printable(greeting),
        })?;
        match (major, minor) {
            (3, 3..=6) => Ok(Self::V33),
            (3, 7) => Ok(Self::V37),
            (3, 8..) | (4.., _) => Ok(Self::V38),
            _ => Err(ServerError::Version {
                version: format!("{major:03}.{minor:03}"),
            }),
        }
    }

    pub(super) fn line(self) -> &'static [u8; 12] {
        match self {
            Self::V33 => b"RFB 003.003\n",
            Self::V37 => b"RFB 003.007\n",
            Self::V38 => b"RFB 003.008\n",
        }
    }
}

/// The two numbers of `RFB 003.008\n` (RFC 6143 §7.1.1).
fn numbers(greeting: &[u8]) -> Option<(u16, u16)> {
    let numbers = greeting.strip_prefix(b"RFB ")?.strip_suffix(b"\n")?;
    match numbers {
        [major @ .., b'.', _, _, _] if major.len() == 3 => Some((decimal(major)?, decimal(&numbers[4..])?)),
        _ => None,
    }
}

fn decimal(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Some(sum * 10 + u16::from(digit - b'0')),
        _ => None,
    })
}
