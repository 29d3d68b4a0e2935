//! What is wrong with token files, in the person's language: the log has it in the gateway's own words.

use porthole_gateway::sources::{Cause, Faults, TargetFault};

use crate::texts::say;

/// A line for each fault, as `FILE:LINE: cause`, without a full stop.
pub(crate) fn token_faults(faults: &Faults) -> Vec<String> {
    let lines = faults.first().iter().map(|fault| {
        let (file, cause) = (fault.file.display(), cause(&fault.cause));
        match fault.line {
            Some(line) => format!("{file}:{line}: {cause}"),
            None => format!("{file}: {cause}"),
        }
    });
    let more = (faults.others() > 0).then(|| say!("tokens-more", others = faults.others()));
    lines.chain(more).collect()
}

fn cause(cause: &Cause) -> String {
    match cause {
        Cause::NotUtf8 => say!("tokens-not-utf8"),
        Cause::NoColon => say!("tokens-no-colon"),
        Cause::TwoColons => say!("tokens-two-colons"),
        Cause::NoToken => say!("tokens-no-token"),
        Cause::Target(fault) => match fault {
            TargetFault::NoPort => say!("tokens-no-port"),
            TargetFault::BadPort => say!("tokens-bad-port"),
            TargetFault::BadHost => say!("tokens-bad-host"),
            TargetFault::BadAddress => say!("tokens-bad-address"),
            TargetFault::RelativePath => say!("tokens-relative-socket"),
            TargetFault::UnknownSocket => say!("tokens-unknown-socket"),
        },
        Cause::Unreadable(error) => say!("config-unreadable", error = error.to_string()),
        Cause::NotAFile => say!("tokens-no-file"),
        Cause::TooBig(bytes) => say!("tokens-too-big", mebibytes = bytes >> 20),
        Cause::TooMany(tokens) => say!("tokens-too-many", tokens = tokens.to_string()),
        Cause::LongLine(bytes) => say!("tokens-long-line", kibibytes = bytes >> 10),
        Cause::Emptied => say!("tokens-emptied"),
        Cause::EmptiedFolder => say!("tokens-emptied-folder"),
    }
}

#[cfg(test)]
mod tests {
    use porthole_gateway::sources::read_token_file;

    use super::*;
    use crate::texts::tests::in_german;

    #[test]
    fn the_same_in_english_as_in_the_log_and_besides_in_german() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tokens");
        let lines = "x\na: b: c:1\n: a:1\na: b\na: b:x\na: b c:1\na: [x]:1\na: unix_socket:x\na: /x\n";
        std::fs::write(&file, lines.repeat(3)).unwrap();
        let faults = read_token_file(&file).unwrap_err();
        assert_eq!(token_faults(&faults).join("\n"), faults.to_string());
        let german = in_german(|| token_faults(&faults));
        assert!(german[0].ends_with(
            "tokens:1: Ein Doppelpunkt mit Leerzeichen danach fehlt; schreiben Sie `token: host:port`"
        ));
        assert_eq!(german.last().unwrap(), "… und 7 weitere");
        for (german, english) in german.iter().zip(token_faults(&faults)) {
            assert_ne!(*german, english);
        }
    }
}
