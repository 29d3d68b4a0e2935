//! websockify's options for TLS.

use std::{net::SocketAddr, sync::Arc};

use rustix::process::Signal;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::{
    client::{connect, get},
    program::{Home, Portholed},
    target,
};

/// A certificate and its key, as PEM.
fn pair() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// Speaks TLS with whoever has this certificate.
async fn secured(address: SocketAddr, certificate: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::IpAddress(address.ip().into());
    TlsConnector::from(Arc::new(config))
        .connect(name, TcpStream::connect(address).await?)
        .await
}

/// The status of a page.
async fn asks(mut stream: TlsStream<TcpStream>, address: SocketAddr, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response.split(' ').nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_certificate_gives_https_beside_http() {
    let home = Home::new();
    let echo = target::echo().await;
    let (certificate, key) = pair();
    // As websockify has it, in one file.
    home.write("self.pem", &format!("{key}{certificate}"));
    let portholed = Portholed::start(&home, &["--cert=self.pem", "127.0.0.1:0", &echo.to_string()]);
    let at = portholed.address;
    let stream = secured(at, &certificate).await.unwrap();
    assert_eq!(asks(stream, at, "/vnc.html").await, "200");
    assert_eq!(get(at, "/vnc.html").await.0, 200);
}

#[tokio::test]
async fn with_ssl_only_http_is_told_to_use_https() {
    let home = Home::new();
    let echo = target::echo().await.to_string();
    let (certificate, key) = pair();
    home.write("cert.pem", &certificate);
    home.write("key.pem", &key);
    let args = [
        "--cert=cert.pem",
        "--key=key.pem",
        "--ssl-only",
        "127.0.0.1:0",
        &echo,
    ];
    let portholed = Portholed::start(&home, &args);
    let at = portholed.address;
    let stream = secured(at, &certificate).await.unwrap();
    assert_eq!(asks(stream, at, "/vnc.html").await, "200");
    let (status, body) = get(at, "/vnc.html").await;
    assert!(status == 400 && body.contains("https"), "{status} {body}");
}

#[tokio::test]
async fn a_renewed_certificate_is_taken_up_and_a_broken_one_is_not() {
    let home = Home::new();
    let (first, second) = (pair(), pair());
    home.write("self.pem", &format!("{}{}", first.0, first.1));
    let tokens = home.write("tokens", &format!("alice: {}\n", target::echo().await));
    let source = crate::program::token_source(&tokens);
    let portholed = Portholed::start(&home, &["--cert=self.pem", &source[0], &source[1], "127.0.0.1:0"]);
    let at = portholed.address;
    let mut session = connect(at, "/?token=alice").await;

    home.replace("self.pem", "half of it");
    portholed.signal(Signal::HUP);
    // The next one tells that the one before was dealt with.
    while !home
        .read("stderr")
        .contains("the last good certificate stays in use")
    {
        tokio::task::yield_now().await;
    }
    secured(at, &first.0).await.unwrap();

    home.replace("self.pem", &format!("{}{}", second.0, second.1));
    portholed.signal(Signal::HUP);
    while secured(at, &second.0).await.is_err() {}
    assert!(secured(at, &first.0).await.is_err());
    session.hears_its_echo().await;
    let stderr = home.read("stderr");
    let told = stderr.matches("self.pem: there is no certificate in it").count();
    assert_eq!(told, 1, "{stderr}");
    assert!(!stderr.contains("PRIVATE KEY"), "{stderr}");
}

#[tokio::test]
async fn a_renewed_certificate_is_noticed_without_a_signal_also_behind_a_link() {
    let home = Home::new();
    let (first, second) = (pair(), pair());
    for (folder, (certificate, key)) in [("1", &first), ("2", &second)] {
        std::fs::create_dir(home.path(folder)).unwrap();
        home.write(&format!("{folder}/cert.pem"), certificate);
        home.write(&format!("{folder}/key.pem"), key);
    }
    // As certbot and container orchestrators do it.
    let turn = |folder: &str| {
        for name in ["cert.pem", "key.pem"] {
            let link = home.path(&format!("{name}.new"));
            std::os::unix::fs::symlink(home.path(&format!("{folder}/{name}")), &link).unwrap();
            std::fs::rename(link, home.path(name)).unwrap();
        }
    };
    turn("1");
    let args = ["--cert=cert.pem", "--key=key.pem", "127.0.0.1:0", "127.0.0.1:9"];
    let portholed = Portholed::start(&home, &args);
    secured(portholed.address, &first.0).await.unwrap();
    turn("2");
    let renewed = async { while secured(portholed.address, &second.0).await.is_err() {} };
    // Well before the files' dates are looked at.
    tokio::time::timeout(std::time::Duration::from_secs(30), renewed)
        .await
        .unwrap();
    assert!(secured(portholed.address, &first.0).await.is_err());
}

#[tokio::test]
async fn a_certificate_that_is_wrong_at_the_start_is_said() {
    let home = Home::new();
    let (first, second) = (pair(), pair());
    home.write("cert.pem", &first.0);
    home.write("key.pem", &second.1);
    let output = home.run(&[
        "--cert=cert.pem",
        "--key=key.pem",
        "127.0.0.1:0",
        "127.0.0.1:5901",
    ]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.contains("key.pem: this key does not match any certificate in ") && error.contains("cert.pem"),
        "{error}"
    );
}
