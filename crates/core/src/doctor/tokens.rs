//! Token files of websockify's, and the VNC servers that their tokens lead to.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use porthole_gateway::{
    ServerError, Target, TargetError, probe,
    sources::{TokenLine, read_token_file},
};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, timeout_at},
};

use crate::{
    Finding,
    config::{Place, token_faults},
    platform::blocking::blocking,
    reachability::unreachable::unreachable,
    texts::{say, sentence::sentence},
};

const CHECK: &str = "tokens";

/// So many of the targets are tried: a file may have a million, and each costs its server a connection.
const MAX_TARGETS: usize = 100;

/// So many are tried at a time.
const MAX_AT_ONCE: usize = 32;

/// How long all of them may take together.
const ASK_TIMEOUT: Duration = Duration::from_secs(12);

/// So many that do not answer are told of one by one.
const MAX_TOLD: usize = 20;

/// Whether a token file can be served, and whether the targets in it answer.
pub(super) async fn tokens(source: Option<PathBuf>) -> Vec<Finding> {
    let Some(source) = source else {
        return Vec::new();
    };
    let read = blocking({
        let source = source.clone();
        move || read_token_file(&source).map(Contents::of)
    });
    match read.await {
        Ok(contents) => {
            let mut findings = vec![Finding::ok(
                CHECK,
                say!(
                    "doctor-tokens-well",
                    file = source.display().to_string(),
                    tokens = contents.tokens
                ),
            )];
            findings.extend(contents.guessable(&source));
            findings.extend(targets(&source, contents.targets).await);
            findings
        }
        Err(faults) => token_faults(&faults)
            .iter()
            .map(|fault| Finding::fault(CHECK, sentence(fault), say!("doctor-tokens-fix")))
            .collect(),
    }
}

/// What a token file holds.
struct Contents {
    /// How many tokens.
    tokens: usize,
    /// Where they lead to, each once, in the file's order.
    targets: Vec<Target>,
    /// How many tokens can be guessed.
    guessable: usize,
    /// Where the first of them leads to.
    first_guessable: Option<Target>,
}

impl Contents {
    fn of(lines: Vec<TokenLine>) -> Self {
        let (mut tokens, mut seen, mut targets) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let (mut guessable, mut first_guessable) = (0, None);
        // Of lines with the same token the last one counts.
        for line in lines.into_iter().rev() {
            if !tokens.insert(line.token.hash()) {
                continue;
            }
            if line.is_guessable() {
                guessable += 1;
                first_guessable = Some(line.target.clone());
            }
            if seen.insert(line.target.to_string()) {
                targets.push(line.target);
            }
        }
        targets.reverse();
        Self {
            tokens: tokens.len(),
            targets,
            guessable,
            first_guessable,
        }
    }

    /// That tokens are too short. Which they are is not told: they open desktops.
    fn guessable(&self, source: &Path) -> Option<Finding> {
        let target = self.first_guessable.as_ref()?.to_string();
        let file = source.display().to_string();
        let text = say!(
            "doctor-tokens-guessable",
            file = file,
            target = target,
            tokens = self.guessable
        );
        Some(Finding::warn(CHECK, text, say!("doctor-tokens-guessable-fix")))
    }
}

/// Tries the targets, at once, and tells of those that do not answer, and how many were not tried.
async fn targets(source: &Path, targets: Vec<Target>) -> Vec<Finding> {
    let (all, until) = (targets.len(), Instant::now() + ASK_TIMEOUT);
    let places = Arc::new(Semaphore::new(MAX_AT_ONCE));
    let mut tries = JoinSet::new();
    for (at, target) in targets.into_iter().take(MAX_TARGETS).enumerate() {
        let places = Arc::clone(&places);
        tries.spawn(async move {
            let _place = places.acquire().await;
            (at, obstacle(target).await)
        });
    }
    let (mut tried, mut obstacles) = (0, Vec::new());
    while let Ok(Some(Ok((at, obstacle)))) = timeout_at(until, tries.join_next()).await {
        tried += 1;
        obstacles.extend(obstacle.map(|obstacle| (at, obstacle)));
    }
    obstacles.sort_by_key(|(at, _)| *at);
    let file = source.display().to_string();
    let mut findings = Vec::new();
    if obstacles.is_empty() && tried > 0 {
        findings.push(Finding::ok(
            CHECK,
            say!("doctor-targets-well", file = file.as_str(), targets = tried),
        ));
    }
    let more = obstacles.len().saturating_sub(MAX_TOLD);
    let told = obstacles.into_iter().take(MAX_TOLD);
    findings.extend(told.map(|(_, (cause, fix))| Finding::fault(CHECK, cause, fix)));
    if more > 0 {
        findings.push(Finding::fault(
            CHECK,
            say!("doctor-targets-more", targets = more),
            say!("doctor-targets-fix"),
        ));
    }
    if tried < all {
        findings.push(Finding::warn(
            CHECK,
            say!("doctor-targets-untried", file = file, targets = all - tried),
            say!("doctor-targets-untried-fix"),
        ));
    }
    findings
}

/// What keeps viewers from a target: the cause and what to do. Passwords and ciphers are the viewer's matter, whom the
/// gateway passes on byte for byte.
pub(super) async fn obstacle(target: Target) -> Option<(String, String)> {
    match probe(&target, None).await {
        Ok(())
        | Err(TargetError::Refused(
            ServerError::PasswordMissing
            | ServerError::PasswordNotAsked
            | ServerError::UnsupportedSecurity { .. }
            | ServerError::NameTooLong { .. },
        )) => None,
        Err(error) => {
            let (cause, _) = unreachable(&Place::At(target.clone()), &error);
            let cause = match error {
                TargetError::Refused(_) => format!("{target}: {cause}"),
                _ => cause,
            };
            Some((cause, say!("doctor-targets-fix")))
        }
    }
}
