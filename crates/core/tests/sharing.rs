//! Links for others: what they give, how other machines reach them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, net::SocketAddr};

use porthole_core::{
    DisplayId, Intent, Interface, NoticeKind, Reachability, SessionRights, Setting, ShareView, Snapshot,
    Terms,
};
use support::{
    Home, Viewer, display, id,
    person::{Asked, Person},
    soon,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn alice() -> DisplayId {
    id("Alice")
}

/// A person at a machine with two interfaces: addresses of the loopback interface stand in for them.
async fn start(home: &Home) -> Person {
    let interfaces = [("wlan0", "127.0.0.2"), ("eth0", "127.0.0.3")].map(|(name, ip)| Interface {
        name: name.into(),
        ip: ip.parse().unwrap(),
    });
    Person::start_at(home.place().with_interfaces(interfaces.into())).await
}

async fn share(person: &mut Person, terms: Terms) -> ShareView {
    let display = alice();
    person.click(Intent::Share { display, terms }).await;
    shown(person, |share| share.copied.is_some()).await
}

/// The link that is shown, once it is as wanted. Meanwhile the desktop does what it is asked.
async fn shown(person: &mut Person, wanted: impl Fn(&ShareView) -> bool) -> ShareView {
    // A desktop that is asked nothing more needs no answer.
    let _ = person.answers.send(Ok(()));
    let wanted = |now: &std::sync::Arc<Snapshot>| now.share.as_ref().is_some_and(&wanted);
    person.sees(wanted).await.share.clone().unwrap()
}

fn port(now: &Snapshot) -> u16 {
    now.address.rsplit_once(':').unwrap().1.parse().unwrap()
}

async fn connects(ip: &str, port: u16) -> bool {
    let address: SocketAddr = format!("{ip}:{port}").parse().unwrap();
    soon(TcpStream::connect(address)).await.is_ok()
}

#[tokio::test]
async fn others_can_connect_while_a_link_for_them_lives_and_no_longer() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    let port = port(&*person.sees(|now| !now.network.open).await);
    assert!(!connects("127.0.0.2", port).await);
    let share = share(&mut person, Terms::default()).await;
    let addresses = share.addresses.iter().map(|address| {
        let Reachability::Yes { doubt: None } = &address.opens else {
            panic!("{:?}", address.opens)
        };
        assert!(address.qr.size > 20);
        (address.host.as_str(), address.label.as_str())
    });
    let addresses: Vec<_> = addresses.collect();
    assert_eq!(addresses, [("127.0.0.2", "wlan0"), ("127.0.0.3", "eth0")]);
    assert_eq!((share.name.as_str(), share.pin), ("Alice", None));
    assert_eq!(share.copied.as_deref(), Some("127.0.0.2"));
    let url = &share.addresses[0].url;
    assert!(url.starts_with(&format!("http://127.0.0.2:{port}/v#")), "{url}");
    assert_eq!(soon(person.asked.recv()).await, Some(Asked::Copy(url.clone())));
    let now = person.sees(|now| now.network.open).await;
    assert_eq!(now.share_for, Some(alice()));
    assert_eq!(now.displays[0].links[0].id, share.link);
    let viewer = Viewer::connect(&url.parse().unwrap()).await;
    Viewer::connect(&share.addresses[1].url.parse().unwrap()).await;
    person.click(Intent::RevokeLink { link: share.link }).await;
    assert_eq!(viewer.closed().await, 4016);
    person
        .sees(|now| !now.network.open && now.share.is_none() && now.share_for.is_none())
        .await;
    for ip in ["127.0.0.2", "127.0.0.3"] {
        assert!(!connects(ip, port).await, "{ip}");
    }
    assert!(connects("127.0.0.1", port).await);
}

#[tokio::test]
async fn links_of_this_machine_let_nobody_else_in() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    person.click(Intent::Open { display: alice() }).await;
    let Asked::Window(_, window) = person.asked().await else {
        panic!()
    };
    person.sees_first(|display| !display.busy).await;
    person.click(Intent::OpenInBrowser { display: alice() }).await;
    let Asked::Browser(browser) = person.asked().await else {
        panic!()
    };
    for link in [window, browser] {
        assert_eq!(link.host_str(), Some("127.0.0.1"));
        Viewer::connect(&link).await;
    }
    person.sees_first(|display| display.links.len() == 1).await;
    assert!(!person.sees(|_| true).await.network.open);
}

#[tokio::test]
async fn an_address_that_is_taken_is_said_and_not_handed_out() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    let port = port(&*person.sees(|_| true).await);
    let _taken = TcpListener::bind(("127.0.0.2", port)).await.unwrap();
    let share = share(&mut person, Terms::default()).await;
    let hosts: Vec<_> = share
        .addresses
        .iter()
        .map(|address| address.host.as_str())
        .collect();
    assert_eq!(hosts, ["127.0.0.3"]);
    assert_eq!(share.copied.as_deref(), Some("127.0.0.3"));
    let notice = person.sees_notice().await;
    let taken = format!("Cannot listen on 127.0.0.2:{port}");
    assert!(
        notice.kind == NoticeKind::Error && notice.text.contains(&taken),
        "{notice:?}"
    );
}

#[tokio::test]
async fn the_link_that_is_shown_can_be_copied_as_another_address_and_tried_again() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    let terms = Terms {
        pin: true,
        seconds: None,
        ..Terms::default()
    };
    let first = share(&mut person, terms).await;
    assert!(first.pin.is_some_and(|pin| pin.len() >= 4));
    person.asked.recv().await;
    let host = "127.0.0.3".to_owned();
    person.click(Intent::CopyShared { host }).await;
    let second = shown(&mut person, |share| share.copied.as_deref() == Some("127.0.0.3")).await;
    let url = second.addresses[1].url.clone();
    assert_eq!(soon(person.asked.recv()).await, Some(Asked::Copy(url)));
    let host = "192.0.2.1".to_owned();
    person.click(Intent::CopyShared { host }).await;
    let notice = person.sees_notice().await;
    assert!(notice.text.contains("192.0.2.1"), "{notice:?}");
    person.click(Intent::RecheckShared).await;
    let open = |share: &ShareView| {
        let yes = |address: &porthole_core::ShareAddress| matches!(address.opens, Reachability::Yes { .. });
        share.addresses.iter().all(yes)
    };
    let third = shown(&mut person, open).await;
    assert_eq!(
        third.copied.as_deref(),
        Some("127.0.0.3"),
        "it is not copied again"
    );
    person.click(Intent::CloseShare).await;
    let now = person.sees(|now| now.share.is_none()).await;
    assert!(now.network.open, "it works on");
}

#[tokio::test]
async fn the_link_that_is_shown_follows_the_network() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    share(&mut person, Terms::default()).await;
    home.write(&format!("listen = \"127.0.0.1\"\n{}", display("Alice", "demo")));
    let labels = |share: &ShareView| {
        let labels = share.addresses.iter().map(|address| address.label.clone());
        labels.collect::<Vec<_>>()
    };
    shown(&mut person, |share| labels(share) == ["this computer only"]).await;
    person.sees(|now| !now.network.open).await;
    home.write(&format!(
        "listen = [\"127.0.0.1\", \"127.0.0.3\"]\nbase_path = \"/novnc\"\n{}",
        display("Alice", "demo")
    ));
    let share = shown(&mut person, |share| labels(share) == ["eth0"]).await;
    assert!(share.addresses[0].url.contains("/novnc/v#"));
    let opens = |share: &ShareView| share.addresses[0].opens == Reachability::Yes { doubt: None };
    shown(&mut person, opens).await;
    home.write("");
    person
        .sees(|now| now.share.is_none() && now.share_for.is_none())
        .await;
}

#[tokio::test]
async fn a_link_is_copied_as_the_config_says_and_that_is_told() {
    let alice_only = display("Alice", "demo");
    let home = Home::with(&format!("[links]\nrights = \"view\"\nonce = true\n{alice_only}"));
    let mut person = start(&home).await;
    person.click(Intent::CopyLink { display: alice() }).await;
    let Asked::Copy(link) = person.asked().await else {
        panic!()
    };
    assert!(link.starts_with("http://127.0.0.2:"), "{link}");
    let notice = person.sees_notice().await;
    assert_eq!(notice.text, "Link copied: view only, for 1 hour, one visit.");
    let now = person.sees_first(|display| !display.links.is_empty()).await;
    assert_eq!(now.links[0].terms.rights, SessionRights::View);
    assert!(person.sees(|_| true).await.share.is_none());
    // With a PIN there is more to tell than a link.
    home.write(&format!("[links]\npin = true\n{alice_only}"));
    person.sees(|now| now.default_terms.pin).await;
    person.click(Intent::CopyLink { display: alice() }).await;
    assert_eq!(person.asked().await, Asked::Show);
    let share = shown(&mut person, |share| share.copied.is_some()).await;
    assert!(share.pin.is_some());
}

#[tokio::test]
async fn what_a_link_gives_unless_said_otherwise_stands_in_the_config() {
    let home = Home::with("[links]\nends = \"30m\"\nask = true\n");
    let mut person = Person::start(&home).await;
    let terms = person.sees(|_| true).await.default_terms;
    assert_eq!((terms.seconds, terms.ask), (Some(30 * 60), true));
    home.write("[links]\nrights = \"view\"\n");
    let rights = |now: &porthole_core::Snapshot| now.default_terms.rights;
    person.sees(|now| rights(now) == SessionRights::View).await;
}

#[tokio::test]
async fn encryption_is_switched_in_the_config() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    let before = share(&mut person, Terms::default()).await;
    assert!(before.addresses[0].url.starts_with("http://"));
    person
        .click(Intent::Set {
            setting: Setting::Encrypt { value: true },
        })
        .await;
    let now = person.sees(|now| now.network.encrypted).await;
    let fingerprint = now.network.fingerprint.clone().unwrap();
    assert_eq!(fingerprint.len(), 32 * 3 - 1, "{fingerprint}");
    assert!(now.address.starts_with("http://127.0.0.1:"), "windows need none");
    // The link that is shown changes with it, and opens: it is fetched over TLS, from this certificate alone.
    let encrypted = |share: &ShareView| {
        let address = &share.addresses[0];
        address.url.starts_with("https://127.0.0.2:") && address.opens == Reachability::Yes { doubt: None }
    };
    shown(&mut person, encrypted).await;
    person.click(Intent::Open { display: alice() }).await;
    let window = loop {
        match soon(person.asked.recv()).await {
            Some(Asked::Window(_, link)) => break link,
            Some(Asked::Copy(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(window.scheme(), "http");
    Viewer::connect(&window).await;
    // The certificate is kept for the next start, for nobody else to read.
    let kept = home.path("state/state.certificate.json");
    assert!(fs::read_to_string(&kept).unwrap().contains("PRIVATE KEY"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    }
    person
        .click(Intent::Set {
            setting: Setting::Encrypt { value: false },
        })
        .await;
    let now = person.sees(|now| !now.network.encrypted).await;
    assert_eq!(now.network.fingerprint, None);
    person.click(Intent::Quit).await;
    while soon(person.asked.recv()).await != Some(Asked::Quit) {}
    let mut again = start(&home).await;
    again
        .click(Intent::Set {
            setting: Setting::Encrypt { value: true },
        })
        .await;
    let now = again.sees(|now| now.network.encrypted).await;
    assert_eq!(now.network.fingerprint.as_ref(), Some(&fingerprint));
}

#[tokio::test]
async fn a_link_that_has_changed_is_not_said_to_be_on_the_clipboard() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    share(&mut person, Terms::default()).await;
    assert!(matches!(person.asked().await, Asked::Copy(_)));
    shown(&mut person, |share| share.copied.is_some()).await;
    person
        .click(Intent::Set {
            setting: Setting::Encrypt { value: true },
        })
        .await;
    shown(&mut person, |share| {
        share.addresses[0].url.starts_with("https://") && share.copied.is_none()
    })
    .await;
    let host = "127.0.0.2".to_owned();
    person.click(Intent::CopyShared { host: host.clone() }).await;
    assert!(matches!(person.asked().await, Asked::Copy(link) if link.starts_with("https://")));
    shown(&mut person, |share| share.copied.as_ref() == Some(&host)).await;
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_taken_up_when_it_is_renewed() {
    let home = Home::new();
    let renew = || {
        let made = rcgen::generate_simple_self_signed(["desk.example.org".to_owned()]).unwrap();
        let pem = made.cert.pem() + &made.signing_key.serialize_pem();
        fs::write(home.path("own.pem"), pem).unwrap();
    };
    renew();
    home.write(&format!("cert = \"own.pem\"\n{}", display("Alice", "demo")));
    let mut person = start(&home).await;
    let now = person.sees(|now| now.network.encrypted).await;
    assert_eq!(now.network.fingerprint, None, "it is for its issuer to vouch for");
    share(&mut person, Terms::default()).await;
    let opens = |share: &ShareView| matches!(share.addresses[0].opens, Reachability::Yes { .. });
    shown(&mut person, opens).await;
    fs::write(home.path("own.pem"), "half of it").unwrap();
    let fault = person
        .sees(|now| now.fault.is_some())
        .await
        .fault
        .clone()
        .unwrap();
    assert!(fault.contains("config.toml:2: "), "{fault}");
    renew();
    person.sees(|now| now.fault.is_none()).await;
    // Who answers must have the new one: the page is fetched from no other.
    person.click(Intent::RecheckShared).await;
    shown(&mut person, opens).await;
}

#[tokio::test]
async fn a_config_that_is_wrong_is_not_written_into() {
    let home = Home::with("[[displays]]");
    let mut person = start(&home).await;
    person.sees(|now| now.fault.is_some()).await;
    person
        .click(Intent::Set {
            setting: Setting::Encrypt { value: true },
        })
        .await;
    let notice = person.sees_notice().await;
    assert!(
        notice.text.contains("config.toml:2: unknown field `displays`"),
        "{notice:?}"
    );
    assert_eq!(
        fs::read_to_string(home.path("config.toml")).unwrap(),
        "port = 0\n[[displays]]"
    );
}

#[tokio::test]
async fn behind_a_proxy_the_public_address_comes_first_and_is_what_is_copied() {
    let keys = "public_url = \"https://desk.example.org/novnc\"\n";
    let home = Home::with(&format!("{keys}{}", display("Alice", "demo")));
    let mut person = start(&home).await;
    let share = share(&mut person, Terms::default()).await;
    let first = &share.addresses[0];
    assert_eq!(first.host, "desk.example.org");
    assert!(
        first.url.starts_with("https://desk.example.org/novnc/v#"),
        "{}",
        first.url
    );
    // It answers to the proxy; where that leads cannot be seen from here.
    assert!(
        matches!(first.opens, Reachability::Yes { doubt: Some(_) }),
        "{:?}",
        first.opens
    );
    assert_eq!(share.copied.as_deref(), Some("desk.example.org"));
    assert_eq!(
        soon(person.asked.recv()).await,
        Some(Asked::Copy(first.url.clone()))
    );
    let others: Vec<_> = share.addresses[1..]
        .iter()
        .map(|address| address.host.as_str())
        .collect();
    assert_eq!(others, ["127.0.0.2", "127.0.0.3"]);
}

#[tokio::test]
async fn the_window_says_by_which_name_a_visitor_was_refused_but_not_by_how_many() {
    let home = Home::with(&display("Alice", "demo"));
    let mut person = start(&home).await;
    let port = port(&*person.sees(|now| !now.displays.is_empty()).await);
    for i in 0..6 {
        let mut stream = soon(TcpStream::connect(("127.0.0.1", port))).await.unwrap();
        let request = format!("GET /v HTTP/1.1\r\nHost: desk{i}.fritz.box\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        soon(stream.read_to_string(&mut answer)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 421 "), "{answer}");
        let says = |now: &std::sync::Arc<Snapshot>| {
            let name = format!("hosts = [\"desk{i}.fritz.box\"]");
            now.notice
                .as_ref()
                .is_some_and(|notice| notice.text.contains(&name))
        };
        if i < 3 {
            person.sees(says).await;
        }
    }
    // Something else happens after that, and the last names were not told of.
    person.click(Intent::ShowSettings { shown: true }).await;
    let now = person.sees(|now| now.settings.start_at_login.is_some()).await;
    let notice = now.notice.as_ref().map_or("", |notice| &notice.text);
    assert!(!notice.contains("desk5") && !notice.contains("desk3"), "{notice}");
}
