//! The file of the history: a line for each event, appended. All of this blocks.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom, Write},
    path::Path,
    time::{Duration, SystemTime},
};

use super::event::Event;
use crate::{
    milliseconds::{in_milliseconds, milliseconds},
    private_file,
};

/// How long a visit is remembered.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What is read at most, in bytes: the latest. When the file is longer, the older half of that is forgotten.
const LONGEST: u64 = 2 << 20;

/// Adds events, and forgets old ones when the file has become too long.
pub(super) fn append(path: &Path, events: &[Event], now: SystemTime) -> io::Result<()> {
    let mut text = lines(events)?;
    let mut file = open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    if length > 0 && !ends_a_line(&mut file)? {
        // The disk was full, or the machine lost its power, in the middle of a line.
        text.insert(0, b'\n');
    }
    file.write_all(&text)?;
    if length + text.len() as u64 > LONGEST {
        prune(path, now)?;
    }
    Ok(())
}

/// The events, in their order. Lines that make no sense are passed over.
pub(super) fn read(path: &Path) -> io::Result<Vec<Event>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        file => file?,
    };
    let begin = file.seek(SeekFrom::End(0))?.saturating_sub(LONGEST);
    file.seek(SeekFrom::Start(begin))?;
    let mut text = Vec::new();
    file.take(LONGEST).read_to_end(&mut text)?;
    let lines = text.split(|byte| *byte == b'\n');
    Ok(lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect())
}

/// Forgets events that are too old or too many.
pub(super) fn prune(path: &Path, now: SystemTime) -> io::Result<()> {
    let Ok(before) = path.metadata() else {
        return Ok(());
    };
    let oldest = milliseconds(now).saturating_sub(in_milliseconds(KEPT));
    let mut events = read(path)?;
    events.retain(|event| event.at >= oldest);
    let mut text = lines(&events)?;
    while text.len() as u64 > LONGEST / 2 && before.len() > LONGEST {
        events.drain(..events.len().div_ceil(2));
        text = lines(&events)?;
    }
    if text.len() as u64 == before.len() {
        return Ok(());
    }
    private_file::replace(path, &text)
}

fn lines(events: &[Event]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for event in events {
        serde_json::to_writer(&mut text, event)?;
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
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
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

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn event(number: u64, at: SystemTime) -> Event {
        Event {
            visit: number.to_string(),
            at: milliseconds(at),
            what: What::Ended {
                why: "The display's server said \"bye\"\n.".into(),
            },
        }
    }

    #[test]
    fn what_is_older_than_30_days_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        prune(&path, now).unwrap();
        assert!(!path.exists(), "no file for nothing");
        let events = [event(1, now - 31 * DAY), event(2, now - 29 * DAY), event(3, now)];
        append(&path, &events, now).unwrap();
        assert_eq!(read(&path).unwrap(), events);
        prune(&path, now).unwrap();
        assert_eq!(read(&path).unwrap(), events[1..]);
    }

    #[test]
    fn a_line_that_was_cut_off_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        append(&path, &[event(1, now)], now).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], b"\xff\n", &whole[..9]].concat()).unwrap();
        append(&path, &[event(2, now)], now).unwrap();
        assert_eq!(read(&path).unwrap(), [event(1, now), event(2, now)]);
        prune(&path, now).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 2);
    }

    #[test]
    fn the_file_is_never_long_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history");
        let now = SystemTime::now();
        let events: Vec<_> = (0..5000).map(|number| event(number, now)).collect();
        for round in 0..10 {
            append(&path, &events, now).unwrap();
            assert!(path.metadata().unwrap().len() <= LONGEST, "{round}");
        }
        assert_eq!(read(&path).unwrap().last(), events.last());
        assert!(read(&path).unwrap().len() > 3000);
        fs::write(&path, vec![b'x'; 5 << 20]).unwrap();
        append(&path, &events[..1], now).unwrap();
        assert_eq!(read(&path).unwrap(), events[..1], "somebody else has written it");
    }
}
