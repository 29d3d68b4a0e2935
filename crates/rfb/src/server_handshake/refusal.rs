use crate::{ServerError, printable::printable};

/// What the server had refused when it goes on to give a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Connection,
    Password,
    UserAndPassword,
    TooMany,
}

impl Refusal {
    pub(super) fn error(self, reason: &[u8]) -> ServerError {
        let said = printable(reason);
        let lower = said.to_lowercase();
        // TigerVNC says "Too many security failures", RealVNC "Too many authentication failures".
        let too_many = lower.contains("too many") && lower.contains("failures");
        match self {
            Self::TooMany => ServerError::TooManyFailures { said },
            _ if too_many => ServerError::TooManyFailures { said },
            Self::Connection => ServerError::Refused { said },
            Self::Password => ServerError::WrongPassword { said },
            Self::UserAndPassword => ServerError::WrongUser { said },
        }
    }
}
