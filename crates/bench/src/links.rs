//! What thousands of links cost: one more of them, and a start. Beside one more link stands what the disk takes for it:
//! as many bytes appended to a file and brought to the disk, by nothing else.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    modes::quantile,
    peers::porthole_vnc::with_display,
    process::Process,
    target::{Service, Target},
};

/// How many links there are already.
const LINKS: [usize; 3] = [0, 10_000, 20_000 - MORE * MAX_ROUNDS];
/// So many more are made in each round.
const MORE: usize = 50;
/// The rounds that leave room for all of them.
const MAX_ROUNDS: usize = 50;
/// When the links were made that are there already, in seconds since 1970.
const CREATED: u64 = 1_700_000_000;

/// What was measured with so many links, in milliseconds.
#[derive(Default)]
struct Figures {
    one_more: Vec<f64>,
    bare: Vec<f64>,
    start: Vec<f64>,
    kilobytes: u64,
}

/// Measures, and gives the table.
pub fn measure(portholed: &Path, rounds: u32) -> Result<String> {
    let target = Target::start(true, Service::Answer)?;
    let mut table = String::from(
        "| links | one more, ms: median | p99 | bare write and fdatasync, ms | (ratio) | start, ms | state and journal |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for links in LINKS {
        let mut figures = with_links(portholed, target.address(), links, rounds)
            .with_context(|| format!("with {links} links"))?;
        let [median, p99] = [0.5, 0.99].map(|part| quantile(&mut figures.one_more, part));
        let (bare, start) = (
            quantile(&mut figures.bare, 0.5),
            quantile(&mut figures.start, 0.5),
        );
        table += &format!(
            "| {links} | {median:.2} | {p99:.2} | {bare:.3} | ({:.1}) | {start:.0} | {} KiB |\n",
            median / bare,
            figures.kilobytes
        );
    }
    Ok(table)
}

fn with_links(program: &Path, target: SocketAddr, links: usize, rounds: u32) -> Result<Figures> {
    ensure!(
        rounds as usize <= MAX_ROUNDS,
        "{MAX_ROUNDS} rounds are as many as a display's links allow"
    );
    let folder = tempfile::tempdir()?;
    let place = format!("id = \"bench\"\ntarget = \"{target}\"\npicture = false");
    let begin = || with_display(program, &place, "", folder.path()).map(|(process, _)| process);
    // The first start says where its files are, the second takes up the links.
    drop(begin()?);
    let files = Files::find(folder.path())?;
    files.write(links)?;
    drop(begin()?);
    let mut figures = Figures::default();
    for _ in 0..rounds {
        let began = Instant::now();
        let process: Process = begin()?;
        figures.start.push(milliseconds(began.elapsed()));
        let before = fs::metadata(&files.journal)?.len();
        for _ in 0..MORE {
            figures.one_more.push(milliseconds(files.one_more()?));
        }
        let grown = fs::metadata(&files.journal)?.len().saturating_sub(before);
        figures.bare.extend(bare(folder.path(), grown as usize / MORE)?);
        figures.kilobytes = (fs::metadata(&files.state)?.len() + before + grown) >> 10;
        drop(process);
    }
    Ok(figures)
}

/// Where a `portholed` of a folder remembers.
struct Files {
    state: PathBuf,
    journal: PathBuf,
    folder: PathBuf,
}

impl Files {
    fn find(home: &Path) -> Result<Self> {
        let folder = home.join(".local/state/porthole");
        let journal = only(&folder, "journal")?;
        Ok(Self {
            state: journal.with_extension("json"),
            journal,
            folder,
        })
    }

    /// So many links without an end, as an earlier version has written them.
    fn write(&self, links: usize) -> Result<()> {
        let link = |number: usize| {
            json!({
                "token": format!("{number:064x}"),
                "display": "bench",
                "display_id": "bench",
                "created": CREATED,
                "expires": null,
                "id": number,
                "shared": true,
                "terms": { "rights": "control", "seconds": null, "once": false, "ask": false, "pin": false },
            })
        };
        let links: Vec<Value> = (1..=links).map(link).collect();
        fs::write(&self.state, json!({ "port": null, "links": links }).to_string())?;
        Ok(())
    }

    /// How long it takes to make a link, from the request to the answer.
    fn one_more(&self) -> Result<Duration> {
        let socket = only(&self.folder, "sock")?;
        let began = Instant::now();
        let mut stream = UnixStream::connect(socket)?;
        stream.write_all(b"{\"request\":\"link\",\"display\":\"bench\"}\n")?;
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer)?;
        let took = began.elapsed();
        ensure!(
            answer.starts_with("{\"answer\":\"link\""),
            "no link was made: {answer}"
        );
        Ok(took)
    }
}

/// The file of a folder that ends so.
fn only(folder: &Path, extension: &str) -> Result<PathBuf> {
    let files = fs::read_dir(folder)?.flatten().map(|file| file.path());
    let mut files = files.filter(|file| file.extension().is_some_and(|found| found == extension));
    files
        .next()
        .with_context(|| format!("no .{extension} in {}", folder.display()))
}

/// What the disk takes for so many bytes, as often as links were made.
fn bare(folder: &Path, bytes: usize) -> Result<Vec<f64>> {
    let mut file = File::create(folder.join("bare"))?;
    let line = vec![b'x'; bytes];
    let mut times = Vec::new();
    for _ in 0..MORE {
        let began = Instant::now();
        file.write_all(&line)?;
        file.sync_data()?;
        times.push(milliseconds(began.elapsed()));
    }
    Ok(times)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
