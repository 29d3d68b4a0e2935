//! The file of the history: a line for each event, appended. All of this blocks.

use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use porthole_gateway::open_regular_file;

use super::{
    event::Event,
    fold::{Fold, MAX_LINES},
};
use crate::{
    model::milliseconds::{LATEST, in_milliseconds, milliseconds},
    platform::private_file,
};

/// How long a visit is remembered.
const KEPT_TIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// When the file is longer than this, in bytes, its events are folded.
const MAX_FILE_BYTES: u64 = 2 << 20;

/// What is read at most, in bytes: the latest. More than [`MAX_FILE_BYTES`] and all that is appended at once, so that nothing
/// is lost before it is folded.
const MAX_READ_BYTES: u64 = 2 * MAX_FILE_BYTES;

/// Adds events, and folds all when the file has become too long.
pub(super) fn append(path: &Path, events: Vec<Event>, now: SystemTime) -> io::Result<()> {
    let mut text = lines(events)?;
    let mut file = open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 && !ends_a_line(&mut file)? {
        // The disk was full, or the machine lost its power, in the middle of a line.
        text.insert(0, b'\n');
    }
    file.write_all(&text)?;
    if length + text.len() as u64 > MAX_FILE_BYTES {
        prune(path, now)?;
    }
    Ok(())
}

/// What the events make.
pub(super) fn read(path: &Path) -> io::Result<Fold> {
    let mut file = match open_regular_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Fold::default()),
        file => file?,
    };
    let begin = file.seek(SeekFrom::End(0))?.saturating_sub(MAX_READ_BYTES);
    file.seek(SeekFrom::Start(begin))?;
    read_lines(BufReader::new(file.take(MAX_READ_BYTES)))
}

/// Line by line: what was needed for the whole of it at once, the process would keep. Lines that make no sense are passed
/// over.
pub(super) fn read_lines(mut file: impl BufRead) -> io::Result<Fold> {
    let mut fold = Fold::default();
    let mut line = Vec::new();
    while file.read_until(b'\n', &mut line)? > 0 {
        match serde_json::from_slice::<Event>(&line) {
            Ok(event) if event.latest() <= LATEST => fold.add(event),
            _ => {}
        }
        line.clear();
    }
    Ok(fold)
}

/// Folds events, and forgets those that are too old or too many.
pub(super) fn prune(path: &Path, now: SystemTime) -> io::Result<()> {
    let Ok(before) = path.metadata() else {
        return Ok(());
    };
    let mut fold = read(path)?;
    forget_old(&mut fold, now);
    let mut most = MAX_LINES;
    let text = loop {
        fold.keep(most);
        let text = lines(fold.events())?;
        // Or it would be folded again soon, and in vain.
        if text.len() as u64 <= MAX_FILE_BYTES / 2 || most == 0 {
            break text;
        }
        most /= 2;
    };
    if text.len() as u64 == before.len() {
        return Ok(());
    }
    private_file::replace(path, &text)
}

/// Forgets the visits that are too old.
pub(super) fn forget_old(fold: &mut Fold, now: SystemTime) {
    fold.forget_before(milliseconds(now).saturating_sub(in_milliseconds(KEPT_TIME)));
}

pub(super) fn lines(events: impl IntoIterator<Item = Event>) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for event in events {
        serde_json::to_writer(&mut text, &event)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private_file::create_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    private_file::private(&mut options).open(path)
}

fn ends_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{super::event::What, *};
    use crate::{SessionRights, VisitView, sharing::links::LinkId};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn event(number: u64, at: SystemTime) -> Event {
        by_link(number, number, at)
    }

    fn by_link(link: LinkId, number: u64, at: SystemTime) -> Event {
        Event {
            visit: format!("1-{number}"),
            at: milliseconds(at),
            what: What::Began {
                link: Some(link),
                display: "A \"display\"\n.".into(),
                display_id: None,
                address: format!("{}.{}.{}.1", number >> 16, number >> 8 & 255, number & 255),
                rights: SessionRights::View,
            },
        }
    }

    fn views(path: &Path) -> Vec<VisitView> {
        read(path).unwrap().views()
    }

    #[test]
    fn what_is_older_than_30_days_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        prune(&path, now).unwrap();
        assert!(!path.exists(), "no file for nothing");
        let events = vec![event(1, now - 31 * DAY), event(2, now - 29 * DAY), event(3, now)];
        append(&path, events, now).unwrap();
        let before = views(&path);
        assert_eq!(before.len(), 3);
        prune(&path, now).unwrap();
        assert_eq!(views(&path), before[..2]);
    }

    #[test]
    fn a_line_that_was_cut_off_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        append(&path, vec![event(1, now)], now).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"\xff\n", &whole[..9]].concat()).unwrap();
        append(&path, vec![event(2, now)], now).unwrap();
        assert_eq!(views(&path).len(), 2);
        prune(&path, now).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn a_line_of_a_moment_beyond_the_calendar_makes_no_sense() {
        let began = |at: u64| {
            let text = r#"{"visit":"1-1","at":AT,"event":"began","display":"A","address":"192.0.2.1","rights":"view"}"#;
            text.replace("AT", &at.to_string())
        };
        let ended =
            |at: u64| format!(r#"{{"visit":"1-1","at":{at},"event":"ended","why":"The viewer left."}}"#);
        let visits = |first: u64, last: u64, ended: u64| {
            format!(
                r#"{{"at":5,"event":"visits","display":"B","address":"192.0.2.1","rights":"view","count":2,"first":{first},"last":{last},"ended":{ended}}}"#
            )
        };
        let (good, bad) = (8_640_000_000_000_000, 8_640_000_000_000_001);
        let lines = [
            began(bad),
            began(5),
            ended(bad),
            visits(bad, 6, 7),
            visits(5, bad, 7),
            visits(5, 6, bad),
            visits(5, 6, good),
        ];
        let views = read_lines(lines.join("\n").as_bytes()).unwrap().views();
        let read: Vec<_> = views
            .iter()
            .map(|view| (&*view.display, view.began, view.last, view.ended))
            .collect();
        assert_eq!(read, [("B", 5, 6, Some(good)), ("A", 5, 5, None)]);
    }

    #[test]
    fn what_earlier_versions_wrote_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let old = r#"{"visit":"1-1","at":5,"event":"began","display":"Alice","address":"192.0.2.1","rights":"view"}
{"visit":"1-1","at":9,"event":"ended","why":"The viewer left."}
"#;
        fs::write(&path, old).unwrap();
        let views = views(&path);
        assert_eq!((views.len(), views[0].began, views[0].ended), (1, 5, Some(9)));
    }

    #[test]
    fn the_file_is_never_long_for_long_and_nobody_is_pushed_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        append(&path, vec![by_link(7, 1, now), by_link(8, 2, now)], now).unwrap();
        for round in 0..10 {
            let many = (0..5000).map(|number| by_link(9, round * 5000 + number, now));
            append(&path, many.collect(), now).unwrap();
            assert!(path.metadata().unwrap().len() <= MAX_FILE_BYTES, "{round}");
        }
        prune(&path, now).unwrap();
        let seen = views(&path);
        assert!(seen.len() > 3000, "{}", seen.len());
        for few in ["0.0.1.1", "0.0.2.1"] {
            assert!(seen.iter().any(|view| view.address == few), "{few}");
        }
        fs::write(&path, vec![b'x'; 5 << 20]).unwrap();
        append(&path, vec![event(1, now)], now).unwrap();
        assert_eq!(views(&path).len(), 1, "somebody else has written it");
    }
}
