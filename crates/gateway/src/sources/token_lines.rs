//! The syntax of websockify's token files.

use std::{
    io::{self, BufRead, Read},
    ops::ControlFlow,
    path::Path,
};

use super::{
    faults::{Cause, Fault, Faults},
    guessable::is_guessable,
    websockify_target,
};
use crate::{Target, Token};

/// The longest line in bytes. A comment may be longer.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// A line of a token file: `token: target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenLine {
    /// What stands before the colon.
    pub token: Token,
    /// What stands behind it.
    pub target: Target,
}

impl TokenLine {
    /// Whether the token is so short that it can be guessed.
    pub fn is_guessable(&self) -> bool {
        is_guessable(&self.token)
    }
}

/// Reads the content of a token file: the lines that are good, in their order, and what is wrong with the others.
///
/// As websockify has it, a line loses the white space around it and is skipped when nothing is left or when it begins
/// with `#`; it must then have exactly one colon that is followed by white space. Unlike there, a byte order mark is no
/// part of the first token, and a comment may hold any bytes. `file` only goes into the faults.
pub fn parse(file: &Path, content: &[u8]) -> (Vec<TokenLine>, Faults) {
    let (mut lines, mut faults) = (Vec::new(), Faults::default());
    let read = for_each_line(content, |number, line| {
        match line {
            Ok(Line::Token(line)) => lines.push(line),
            Ok(Line::Comment | Line::Blank) => {}
            Err(cause) => faults.push(Fault {
                file: file.to_owned(),
                line: Some(number),
                cause,
            }),
        }
        ControlFlow::Continue(())
    });
    debug_assert!(read.is_ok(), "bytes at hand can be read");
    (lines, faults)
}

/// What a line holds.
#[derive(Debug)]
pub(super) enum Line {
    Token(TokenLine),
    Comment,
    /// White space at most.
    Blank,
}

/// Reads line after line, until `each` breaks. It gets the number of the line, from 1, and what it holds. Takes the
/// memory of one line, however long the file or the line is.
///
/// # Errors
/// What the reader says.
pub(super) fn for_each_line(
    mut reader: impl BufRead,
    mut each: impl FnMut(usize, Result<Line, Cause>) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if reader
            .by_ref()
            .take(MAX_LINE_BYTES)
            .read_until(b'\n', &mut line)?
            == 0
        {
            break;
        }
        let is_cut = line.len() as u64 == MAX_LINE_BYTES && !line.ends_with(b"\n");
        if is_cut {
            reader.skip_until(b'\n')?;
        }
        let text = match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) if number == 1 => rest,
            _ => &line,
        };
        let parsed = match parse_line(text) {
            Ok(Line::Token(_) | Line::Blank) | Err(_) if is_cut => Err(Cause::LongLine(MAX_LINE_BYTES)),
            parsed => parsed,
        };
        if each(number, parsed).is_break() {
            break;
        }
    }
    Ok(())
}

fn parse_line(line: &[u8]) -> Result<Line, Cause> {
    // Before it is looked at as text: a comment may be older than UTF-8.
    if line.trim_ascii_start().starts_with(b"#") {
        return Ok(Line::Comment);
    }
    let line = str::from_utf8(line).map_err(|_| Cause::NotUtf8)?.trim();
    match line.chars().next() {
        None => return Ok(Line::Blank),
        Some('#') => return Ok(Line::Comment),
        Some(_) => {}
    }
    let mut colons = line
        .match_indices(':')
        .filter(|(at, _)| line[at + 1..].starts_with(char::is_whitespace));
    let (at, _) = colons.next().ok_or(Cause::NoColon)?;
    if colons.next().is_some() {
        return Err(Cause::TwoColons);
    }
    let (token, target) = (&line[..at], line[at + 1..].trim());
    // An empty token would open to everybody who shows none.
    if token.is_empty() {
        return Err(Cause::NoToken);
    }
    Ok(Line::Token(TokenLine {
        token: token.into(),
        target: websockify_target(target)?,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tcp(token: &str, host: &str, port: u16) -> TokenLine {
        TokenLine {
            token: token.into(),
            target: Target::Tcp {
                host: host.into(),
                port,
            },
        }
    }

    #[test]
    fn lines_as_websockify_takes_them() {
        for (content, expected) in [
            ("", vec![]),
            ("\n \t\n# alice: 127.0.0.1:1\n   # indented\n", vec![]),
            ("alice: 127.0.0.1:5901", vec![tcp("alice", "127.0.0.1", 5901)]),
            (
                "  alice:  127.0.0.1:5901  \n",
                vec![tcp("alice", "127.0.0.1", 5901)],
            ),
            ("alice:\t127.0.0.1:5901", vec![tcp("alice", "127.0.0.1", 5901)]),
            (
                "alice: h:1\r\nbob: h:2\r\n",
                vec![tcp("alice", "h", 1), tcp("bob", "h", 2)],
            ),
            ("alice and bob: h:1", vec![tcp("alice and bob", "h", 1)]),
            ("alice : h:1", vec![tcp("alice ", "h", 1)]),
            ("a:b: h:1", vec![tcp("a:b", "h", 1)]),
            ("a:: h:1", vec![tcp("a:", "h", 1)]),
            ("größe: h:1", vec![tcp("größe", "h", 1)]),
            ("a#b: h:1", vec![tcp("a#b", "h", 1)]),
            ("alice: localhost:1", vec![tcp("alice", "localhost", 1)]),
            ("alice: :1", vec![tcp("alice", "localhost", 1)]),
            ("alice: ::1:1", vec![tcp("alice", "::1", 1)]),
            ("alice: [::1]:1", vec![tcp("alice", "::1", 1)]),
            ("\u{feff}alice: h:1", vec![tcp("alice", "h", 1)]),
            (
                "alice: h:1\nalice: h:2",
                vec![tcp("alice", "h", 1), tcp("alice", "h", 2)],
            ),
            (
                "alice: unix_socket:/run/alice.sock",
                vec![TokenLine {
                    token: "alice".into(),
                    target: Target::Unix("/run/alice.sock".into()),
                }],
            ),
        ] {
            let (lines, faults) = parse(Path::new("tokens"), content.as_bytes());
            assert!(faults.is_empty(), "{content:?}: {faults}");
            assert_eq!(lines, expected, "{content:?}");
        }
    }

    #[test]
    fn a_fault_names_file_and_line_and_repeats_nothing_of_it() {
        for (line, cause) in [
            (&b"secret"[..], "no colon"),
            (b"secret:127.0.0.1:5901", "no colon"),
            (b"secret:", "no colon"),
            (b"secret: h:5901 # the desk: hers", "comment on a line of its own"),
            (b"secret: h:5901 # hers", "comment on a line of its own"),
            (b": h:5901", "no token"),
            (b"h:5901: secret", "no port"),
            (b"secret: h", "no port"),
            (b"secret: h:vnc", "1 to 65535"),
            (b"secret: h:70000", "1 to 65535"),
            (b"secret: unix:/run/secret", "unix_socket:/path"),
            (b"secret\xff: h:5901", "UTF-8"),
        ] {
            let content = [b"# first\r\nalice: h:1\n", line, b"\nbob: h:2\n"].concat();
            let (lines, faults) = parse(Path::new("/etc/tokens"), &content);
            assert_eq!(lines, [tcp("alice", "h", 1), tcp("bob", "h", 2)]);
            let text = faults.to_string();
            assert!(
                text.starts_with("/etc/tokens:3: ") && text.contains(cause),
                "{text}"
            );
            assert!(!text.contains("secret") && text.lines().count() == 1, "{text}");
        }
    }

    #[test]
    fn a_comment_may_hold_any_bytes_and_be_of_any_length() {
        let long = [b"# ", &[0xe4; 200_000][..]].concat();
        for comment in [&b"# f\xfcr Alice"[..], b"#\xff\xfe\0", b" \t#\xe4", &long] {
            let content = [comment, b"\nalice: h:1\n", comment].concat();
            let (lines, faults) = parse(Path::new("tokens"), &content);
            assert!(faults.is_empty(), "{faults}");
            assert_eq!(lines, [tcp("alice", "h", 1)]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_a_fault_and_the_next_one_is_read() {
        for line in [
            "x".repeat(200_000),
            format!("{}: h:1", "x".repeat(70_000)),
            " ".repeat(70_000),
        ] {
            let (lines, faults) = parse(Path::new("tokens"), format!("{line}\nalice: h:1").as_bytes());
            assert_eq!(lines, [tcp("alice", "h", 1)]);
            assert_eq!(
                faults.to_string(),
                "tokens:1: this line is too long: more than 64 KiB"
            );
        }
    }

    #[test]
    fn twenty_faults_are_listed_and_the_others_counted() {
        let (_, faults) = parse(Path::new("tokens"), "x\n".repeat(33).as_bytes());
        let text = faults.to_string();
        assert_eq!(text.lines().count(), 21);
        assert!(
            text.ends_with(
                "tokens:20: no colon followed by a space; write `token: host:port`\n… and 13 more"
            )
        );
    }

    proptest! {
        #[test]
        fn whatever_bytes_stand_there(content: Vec<u8>) {
            parse(Path::new("tokens"), &content);
        }

        #[test]
        fn bytes_that_nearly_are_lines(content in "([a# ]{0,3}(: |:\t|:)[a\\[\\]:/ ]{0,4}[0-9:]{0,6}\r?\n){0,8}") {
            parse(Path::new("tokens"), content.as_bytes());
        }

        #[test]
        fn a_table_survives_its_text(rows in prop::collection::vec(("[a-z0-9:_é-]{1,12}", "[a-z][a-z0-9.-]{0,9}", 1u16..), 0..9)) {
            let text: String = rows.iter().map(|(token, host, port)| format!("{token}: {host}:{port}\n")).collect();
            let expected: Vec<_> = rows.iter().map(|(token, host, port)| tcp(token, host, *port)).collect();
            let (lines, faults) = parse(Path::new("tokens"), text.as_bytes());
            prop_assert!(faults.is_empty(), "{}", faults);
            prop_assert_eq!(lines, expected);
        }
    }
}
