//! Choosing among the security types that a server offers.

use crate::security::{
    choice::{LogInMethod, SecurityChoice, TlsKind},
    log_in::{Lack, LogIn},
};

pub(crate) const TIGHT: u32 = 16;
pub(crate) const OLD_TLS: u32 = 18;
pub(crate) const VENCRYPT: u32 = 19;

/// What one number of a server's list leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Direct(SecurityChoice),
    Tight,
    VeNCrypt,
    /// Type 18: TLS, and inside it the types anew.
    OldTls,
}

/// The way to take and its number, with what it is worth; or why there is none.
pub(crate) fn choose(
    log_in: &LogIn,
    offered: &[u32],
    tls: Option<TlsKind>,
) -> Result<(u32, Way, (bool, u8)), Lack> {
    let mut best: Option<(u32, Way, (bool, u8), bool)> = None;
    let mut lack = Lack::Unknown;
    for &number in offered {
        let Some(way) = Way::of(log_in, number, tls) else {
            continue;
        };
        match way.worth(log_in, tls) {
            Ok(worth) => {
                let is_direct = matches!(way, Way::Direct(_));
                // Of equals the direct way, then the server's first.
                if best.is_none_or(|(_, _, other, direct)| (worth, is_direct) > (other, direct)) {
                    best = Some((number, way, worth, is_direct));
                }
            }
            Err(other) => lack = lack.min(other),
        }
    }
    if let Some((number, way, worth, _)) = best {
        return Ok((number, way, worth));
    }
    // What is inside shows better what is missing.
    let nested = [(VENCRYPT, Way::VeNCrypt), (TIGHT, Way::Tight)];
    nested
        .into_iter()
        .find(|(number, way)| {
            offered.contains(number) && Way::of(log_in, *number, tls) == Some(*way) && lack == Lack::Unknown
        })
        .map(|(number, way)| (number, way, (false, 0)))
        .ok_or(lack)
}

impl Way {
    fn of(log_in: &LogIn, number: u32, tls: Option<TlsKind>) -> Option<Self> {
        match number {
            _ if log_in.is_basic() => SecurityChoice::of_number(number, tls).map(Self::Direct),
            TIGHT => Some(Self::Tight),
            VENCRYPT if tls.is_none() => log_in.policy().vencrypt.then_some(Self::VeNCrypt),
            OLD_TLS if tls.is_none() => log_in.policy().anonymous_tls.then_some(Self::OldTls),
            // Sub-types of VeNCrypt mean nothing outside it.
            256.. => None,
            number => SecurityChoice::of_number(number, tls).map(Self::Direct),
        }
    }

    /// The worth of the best that may be found on it.
    fn worth(self, log_in: &LogIn, tls: Option<TlsKind>) -> Result<(bool, u8), Lack> {
        let may_be: Vec<SecurityChoice> = match self {
            Self::Direct(choice) => vec![choice],
            Self::Tight => [LogInMethod::None, LogInMethod::VncAuth, LogInMethod::Unix]
                .map(|method| SecurityChoice::new(tls, method))
                .to_vec(),
            Self::VeNCrypt => (256..=262)
                .filter_map(|number| SecurityChoice::of_number(number, None))
                .collect(),
            Self::OldTls => [LogInMethod::None, LogInMethod::VncAuth]
                .map(|method| SecurityChoice::new(Some(TlsKind::Anonymous), method))
                .to_vec(),
        };
        let is_direct = matches!(self, Self::Direct(_));
        best(log_in, may_be.into_iter()).map_err(|lack| {
            // What is not offered yet cannot lack anything.
            if is_direct { lack } else { Lack::Unknown }
        })
    }
}

fn best(log_in: &LogIn, choices: impl Iterator<Item = SecurityChoice>) -> Result<(bool, u8), Lack> {
    let mut best = Err(Lack::Unknown);
    for choice in choices {
        best = match (log_in.lacks(choice), best) {
            (Ok(()), Ok(other)) => Ok(log_in.rank(choice).max(other)),
            (Ok(()), Err(_)) => Ok(log_in.rank(choice)),
            (Err(lack), Err(other)) => Err(lack.min(other)),
            (Err(_), other) => other,
        };
    }
    best
}

/// The best of what VeNCrypt or Tight offers inside; of equals the server's first.
pub(crate) fn choose_inside<N: Copy>(
    log_in: &LogIn,
    offered: impl Iterator<Item = (N, SecurityChoice)>,
) -> Result<(N, SecurityChoice), Lack> {
    let mut best: Option<(N, SecurityChoice)> = None;
    let mut lack = Lack::Unknown;
    for (name, choice) in offered {
        match log_in.lacks(choice) {
            Ok(()) if best.is_none_or(|(_, other)| log_in.rank(choice) > log_in.rank(other)) => {
                best = Some((name, choice));
            }
            Ok(()) => {}
            Err(other) => lack = lack.min(other),
        }
    }
    best.ok_or(lack)
}
