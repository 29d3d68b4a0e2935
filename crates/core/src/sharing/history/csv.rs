//! The history as a table for spreadsheets.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use time::OffsetDateTime;

use crate::{
    SessionRights, VisitView,
    model::milliseconds::milliseconds,
    platform::private_file::{create_folder, private},
};

/// So many exports of one day find a name.
const MAX_EXPORTS_PER_DAY: usize = 1000;

/// Without it, a well-known spreadsheet does not take the text for UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes visits to a new CSV file (RFC 4180) in a folder, and says which. Only its owner may read it. Blocks.
pub(crate) fn export(visits: &[VisitView], folder: &Path, now: SystemTime) -> io::Result<PathBuf> {
    create_folder(folder)?;
    let day = date(milliseconds(now));
    let day = day.split(' ').next().unwrap_or_default();
    for number in 1..=MAX_EXPORTS_PER_DAY {
        let name = match number {
            1 => format!("Porthole history {day}.csv"),
            more => format!("Porthole history {day} ({more}).csv"),
        };
        let path = folder.join(name);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        match private(&mut options).open(&path) {
            Ok(mut file) => {
                file.write_all(table(visits).as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(
        ErrorKind::AlreadyExists,
        "there are too many of this day already",
    ))
}

fn table(visits: &[VisitView]) -> String {
    let heads = [
        "Display",
        "Address",
        "Rights",
        "Visits",
        "Began (UTC)",
        "Ended (UTC)",
        "Why",
        "Display id",
    ];
    let mut text = BYTE_ORDER_MARK.to_owned() + &row(heads.map(str::to_owned));
    for visit in visits {
        let rights = match visit.rights {
            SessionRights::Control => "control",
            SessionRights::View => "view only",
        };
        text += &row([
            visit.display.clone(),
            visit.address.clone(),
            rights.into(),
            visit.visits.to_string(),
            date(visit.began),
            visit.ended.map(date).unwrap_or_default(),
            visit.why.clone().unwrap_or_default(),
            visit.display_id.clone().map(String::from).unwrap_or_default(),
        ]);
    }
    text
}

fn row(cells: [String; 8]) -> String {
    cells.map(|text| cell(&text)).join(",") + "\r\n"
}

/// Spreadsheets take text that begins like a formula for one, and displays' names and servers' reasons come from
/// outside: an apostrophe makes it text.
fn cell(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let like_a_formula = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let mark = if like_a_formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

/// As `2026-11-22 17:49:08`, which every spreadsheet reads as a date; nothing for moments beyond the calendar.
fn date(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).ok();
    let Some(at) = seconds.and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok()) else {
        return String::new();
    };
    let (hour, minute, second) = at.to_hms();
    format!(
        "{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}",
        at.year(),
        u8::from(at.month()),
        at.day()
    )
}

#[cfg(test)]
mod tests {
    use std::{fs, time::UNIX_EPOCH};

    use super::*;

    fn visit(display: &str, why: &str) -> VisitView {
        VisitView {
            display: display.into(),
            display_id: Some("alice".parse().unwrap()),
            address: "2001:db8::1".into(),
            rights: SessionRights::View,
            visits: 3,
            began: 951_827_696_789,
            last: 951_827_696_789,
            ended: None,
            code: None,
            why: Some(why.into()),
        }
    }

    #[test]
    fn nothing_in_it_is_a_formula() {
        for (text, safe) in [
            ("Alice", "\"Alice\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\t=x", "\"' =x\""),
            (" \r\n=x", "\"'   =x\""),
            ("＝x", "\"'＝x\""),
            ("\"=x", "\"\"\"=x\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), safe);
        }
    }

    #[test]
    fn an_export_replaces_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("Downloads");
        let visits = [visit("=cmd|' /C calc'!A0", "The viewer left.")];
        let first = export(&visits, &folder, UNIX_EPOCH).unwrap();
        let second = export(&[], &folder, UNIX_EPOCH).unwrap();
        assert_eq!(first, folder.join("Porthole history 1970-01-01.csv"));
        assert_eq!(second, folder.join("Porthole history 1970-01-01 (2).csv"));
        assert_eq!(
            fs::read_to_string(first).unwrap(),
            "\u{feff}\"Display\",\"Address\",\"Rights\",\"Visits\",\"Began (UTC)\",\"Ended (UTC)\",\"Why\",\"Display id\"\r\n\"'=cmd|' /C calc'!A0\",\
             \"2001:db8::1\",\"view only\",\"3\",\"2000-02-29 12:34:56\",\"\",\"The viewer left.\",\"alice\"\r\n"
        );
    }
}
