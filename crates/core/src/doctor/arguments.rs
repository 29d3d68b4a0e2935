//! What a Porthole stands on that websockify's command line has started.

use std::{net::SocketAddr, path::PathBuf};

use porthole_gateway::Target;

use super::{
    Subject, certificate, firewall, limits, network, refused,
    running::{self, Running},
    tokens,
};
use crate::{
    Finding,
    config::{CertificateFiles, Config, Encryption},
    control::{ArgumentsStatus, Instance},
    platform::{blocking::blocking, machine::Machine},
    texts::{say, sentence::sentence},
};

/// Looks at everything, and tells of it in the order in which a person would mend it. `token_source` is a token file to look
/// at in place of the one that is served. Takes some seconds when something does not answer.
pub async fn examine_started(
    instance: Instance,
    machine: Machine,
    token_source: Option<PathBuf>,
) -> Vec<Finding> {
    let running = running::ask(instance).await;
    let arguments = match &running {
        Running::Yes { arguments, .. } => arguments.clone(),
        Running::No | Running::Unknown { .. } => None,
    };
    let runs = running::control(&running);
    let Some(arguments) = arguments else {
        return [runs, tokens::tokens(token_source).await].concat();
    };
    let (subject, fault) = blocking({
        let arguments = arguments.clone();
        move || subject(machine, running, &arguments)
    })
    .await;
    let own = blocking({
        let subject = subject.clone();
        move || {
            let certificate = fault.unwrap_or_else(|| certificate::certificate(&subject));
            [
                refused::refused(&subject),
                network::addresses(&subject),
                certificate,
                limits::descriptors(&subject.machine),
                limits::clock(&subject.machine, None),
            ]
            .concat()
        }
    });
    let source = token_source.or(arguments.token_file.map(|tokens| tokens.file));
    let target = match source {
        Some(_) => None,
        None => arguments.targets.first().map(|served| served.target.clone()),
    };
    let (own, firewall, tokens, target) = tokio::join!(
        own,
        firewall::firewall(&subject),
        tokens::tokens(source),
        single(target),
    );
    [runs, own, firewall, tokens, target].concat()
}

/// What it serves as a config, and what is wrong with its certificate as it is now. Blocks.
fn subject(
    machine: Machine,
    running: Running,
    arguments: &ArgumentsStatus,
) -> (Subject, Option<Vec<Finding>>) {
    let mut fault = None;
    let encryption = match arguments.certificate.as_ref().map(CertificateFiles::read) {
        None => Encryption::Off,
        Some(Ok(own)) => Encryption::Own(own),
        Some(Err(error)) => {
            let text = sentence(&error.to_string());
            let finding = Finding::fault(certificate::CHECK, text, say!("doctor-certificate-files-fix"));
            fault = Some(vec![finding]);
            Encryption::Off
        }
    };
    let config = Config {
        listen: Some(arguments.listen.iter().map(SocketAddr::ip).collect()),
        port: arguments.listen.first().map(SocketAddr::port),
        encryption,
        ..Config::empty()
    };
    let subject = Subject {
        machine,
        config,
        kept_port: None,
        running,
    };
    (subject, fault)
}

/// Whether the one target answers that is served without a token.
async fn single(target: Option<String>) -> Vec<Finding> {
    const CHECK: &str = "target";
    let Some(target) = target.and_then(|target| target.parse::<Target>().ok()) else {
        return Vec::new();
    };
    vec![match tokens::obstacle(target.clone()).await {
        None => Finding::ok(CHECK, say!("doctor-target-well", target = target.to_string())),
        Some((cause, _)) => Finding::fault(CHECK, cause, say!("doctor-target-fix")),
    }]
}
