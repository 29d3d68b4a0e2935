//! `portholed doctor`: what is not well, and what to do about it.

use std::{
    fmt::Write as _,
    io::{self, IsTerminal, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use porthole_core::{
    Finding, Verdict,
    control::Instance,
    doctor::{Machine, examine, examine_started},
};

/// Looks, prints what was found, and says how this process is to end: 0 when nothing is at fault.
pub fn run(instance: Instance, token_source: Option<PathBuf>, json: bool) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    // A sentence that begins with a relative path would change its first letter.
    let token_source = token_source.map(|path| std::path::absolute(&path).unwrap_or(path));
    let findings = runtime.block_on(async {
        match instance {
            Instance::OfConfig(place) => examine(place, Machine::here(), token_source).await,
            started => examine_started(started, Machine::here(), token_source).await,
        }
    });
    // Something that has not answered by now need not hold us up.
    runtime.shutdown_timeout(Duration::ZERO);
    let text = if json {
        serde_json::to_string_pretty(&findings)? + "\n"
    } else {
        report(&findings, io::stdout().is_terminal())
    };
    // The caller may not listen.
    let _ = io::stdout().write_all(text.as_bytes());
    let at_fault = findings.iter().any(|finding| finding.verdict == Verdict::Fault);
    Ok(if at_fault {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// One line for each finding, and one below it for what to do.
fn report(findings: &[Finding], colours: bool) -> String {
    let width = findings
        .iter()
        .map(|finding| finding.check.len())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for finding in findings {
        let (word, colour) = match finding.verdict {
            Verdict::Ok => ("ok   ", "32"),
            Verdict::Warn => ("warn ", "33"),
            Verdict::Fault => ("FAULT", "31"),
        };
        let word = if colours {
            format!("\x1b[{colour}m{word}\x1b[0m")
        } else {
            word.to_owned()
        };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{word}  {:width$}  {}", finding.check, finding.text);
        if let Some(fix) = &finding.fix {
            let _ = writeln!(text, "{:indent$}-> {fix}", "", indent = width + 9);
        }
    }
    let count = |verdict| {
        findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    };
    let _ = writeln!(
        text,
        "\n{} at fault, {} to be warned of",
        count(Verdict::Fault),
        count(Verdict::Warn)
    );
    text
}
