//! The program without a shell, by its front door: config and state in a folder, viewers at the gateway.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::{fs, net::SocketAddr};

use porthole_core::{Porthole, StartError};
use support::{Home, Viewer, Vnc, display, soon};
use tokio::{net::TcpListener, sync::oneshot};
use url::Url;

async fn start(home: &Home) -> Porthole {
    Porthole::start(home.place()).await.unwrap()
}

async fn links(porthole: &Porthole) -> Vec<Url> {
    porthole
        .new_links()
        .await
        .unwrap()
        .into_iter()
        .map(|(_, link)| link)
        .collect()
}

#[tokio::test]
async fn with_nothing_at_all_there_is_a_demo_and_the_port_and_its_links_stay() {
    let home = Home::new();
    let porthole = start(&home).await;
    let (address, links) = (porthole.addresses()[0], links(&porthole).await);
    assert!(address.ip().is_loopback());
    assert!(links[0].as_str().starts_with(&format!("http://{address}/v#")));
    Viewer::connect(&links[0]).await;
    porthole.stop().await;
    let porthole = start(&home).await;
    assert_eq!(porthole.addresses()[0], address);
    Viewer::connect(&links[0]).await;
    assert_eq!(
        Viewer::open(&address_with(&links[0], "guess"))
            .await
            .closed()
            .await,
        4001
    );
    porthole.stop().await;
}

fn address_with(link: &Url, token: &str) -> Url {
    let mut link = link.clone();
    link.set_fragment(Some(token));
    link
}

#[tokio::test]
async fn a_kept_port_that_is_taken_is_told_with_what_to_do() {
    let home = Home::new();
    let first = start(&home).await;
    let address = first.addresses()[0];
    first.stop().await;
    let _taken = TcpListener::bind(address).await.unwrap();
    let error = Porthole::start(home.place()).await.err().unwrap();
    assert!(matches!(&error, StartError::Listen(error) if error.address() == address));
    let text = error.to_string();
    for part in [
        address.to_string().as_str(),
        "config.toml",
        "perhaps another Porthole",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

/// A window beside the service, say: it does not open with a second copy of the links.
#[tokio::test]
async fn a_second_program_with_the_same_config_is_refused_and_says_what_to_do() {
    let home = Home::with("");
    let first = start(&home).await;
    let error = Porthole::start_despite_faults(home.place()).await.err().unwrap();
    assert!(matches!(&error, StartError::Running(_)), "{error}");
    let process = format!("process {}", std::process::id());
    for (text, parts) in [
        (error.to_string(), [&*process, "stop it first", "--config FILE"]),
        (
            error.told(),
            [
                &*process,
                "systemctl --user stop portholed",
                "porthole --config FILE.",
            ],
        ),
    ] {
        for part in parts {
            assert!(text.contains(part), "no `{part}` in {text}");
        }
    }
    first.stop().await;
    start(&home).await;
}

/// Where nothing can be locked the program runs, and says what that means.
#[tokio::test]
async fn a_config_that_cannot_be_locked_is_served_and_that_is_said() {
    let home = Home::with("");
    fs::create_dir_all(home.path("state/state.lock")).unwrap();
    let porthole = start(&home).await;
    let notes: Vec<_> = porthole.notes().iter().map(|note| note.text.as_str()).collect();
    assert!(
        notes
            .iter()
            .any(|note| note.contains("state.lock cannot be locked") && note.contains("revoked here")),
        "{notes:?}"
    );
}

#[tokio::test]
async fn a_config_that_is_wrong_is_told_at_the_start() {
    let home = Home::with("[[display]]\nname = \"Alice\"\ntarget = \"nowhere\"\n");
    let error = Porthole::start(home.place()).await.err().unwrap().to_string();
    assert!(
        error.contains("config.toml:4: `nowhere` is not an address"),
        "{error}"
    );
    let porthole = Porthole::start_despite_faults(home.place()).await.unwrap();
    assert_eq!(porthole.fault().unwrap().to_string(), error);
    assert!(porthole.config().displays.is_empty());
}

#[tokio::test]
async fn an_edit_cuts_the_sessions_that_it_concerns_and_no_others() {
    let (alice, bob, carol) = (Vnc::start().await, Vnc::start().await, Vnc::start().await);
    let (alice, bob) = (display("Alice", alice.address), display("Bob", bob.address));
    let home = Home::with(&format!("{alice}{bob}{}", display("Carol", carol.address)));
    let mut porthole = start(&home).await;
    let links = links(&porthole).await;
    let mut viewers = Vec::new();
    for link in &links {
        viewers.push(Viewer::connect(link).await);
    }
    home.write(&format!(
        "{}{alice}{}",
        display("Dave", ":9"),
        display("Carol", ":8")
    ));
    let change = soon(porthole.changed()).await;
    assert_eq!(change.displays, ["dave", "carol"]);
    assert!(change.notes.is_empty());
    assert_eq!(
        viewers.pop().unwrap().closed().await,
        4003,
        "Carol is elsewhere now"
    );
    assert_eq!(viewers.pop().unwrap().closed().await, 4003, "Bob is gone");
    assert_eq!(Viewer::open(&links[1]).await.closed().await, 4001);
    let left: Vec<_> = porthole
        .sessions()
        .list()
        .into_iter()
        .map(|session| session.display)
        .collect();
    assert_eq!(left, ["alice"]);
    let (code, ()) = tokio::join!(viewers.pop().unwrap().closed(), porthole.stop());
    assert_eq!(code, 1001);
}

#[tokio::test]
async fn a_fault_leaves_the_last_good_config_in_force() {
    let vnc = Vnc::start().await;
    let home = Home::with(&display("Alice", vnc.address));
    let mut porthole = start(&home).await;
    let links = links(&porthole).await;
    home.write("[[display]]\nname = \"Bob\"\n");
    soon(porthole.changed()).await;
    assert!(
        porthole
            .fault()
            .unwrap()
            .to_string()
            .contains("neither `target` nor `launch`")
    );
    Viewer::connect(&links[0]).await;
    home.write(&display("Alice", vnc.address));
    assert!(soon(porthole.changed()).await.displays.is_empty());
    assert!(porthole.fault().is_none());
}

#[tokio::test]
async fn another_port_counts_from_the_next_start() {
    let home = Home::with("");
    let mut porthole = start(&home).await;
    let address = porthole.addresses()[0];
    let port = address.port() ^ 1;
    fs::write(home.path("config.toml"), format!("port = {port}")).unwrap();
    let change = soon(porthole.changed()).await;
    assert!(change.notes[0].text.contains("after a restart"), "{change:?}");
    assert_eq!(porthole.addresses(), [address]);
}

#[tokio::test]
async fn it_listens_where_the_config_says_from_now_on_and_sessions_go_on() {
    let home = Home::with(&display("Alice", "demo"));
    let mut porthole = start(&home).await;
    let viewer = Viewer::connect(&links(&porthole).await[0]).await;
    let port = porthole.addresses()[0].port();
    let listens_on = async |porthole: &mut Porthole, wanted: &[&str]| {
        let wanted: Vec<SocketAddr> = wanted
            .iter()
            .map(|ip| format!("{ip}:{port}").parse().unwrap())
            .collect();
        while porthole.addresses() != wanted {
            soon(porthole.changed()).await;
        }
    };
    home.write(&format!("listen = \"127.0.0.2\"\n{}", display("Alice", "demo")));
    listens_on(&mut porthole, &["127.0.0.2"]).await;
    let link = links(&porthole).await.remove(0);
    assert_eq!(link.host_str(), Some("127.0.0.2"));
    Viewer::connect(&link).await;
    // An address that is not ours leaves things as they are, and that is said.
    home.write(&format!("listen = \"192.0.2.77\"\n{}", display("Alice", "demo")));
    let mut notes = Vec::new();
    while notes.is_empty() {
        notes = soon(porthole.changed()).await.notes;
    }
    let text = &notes[0].text;
    assert!(
        text.contains("Cannot listen on 192.0.2.77") && text.contains("change `listen`"),
        "{text}"
    );
    listens_on(&mut porthole, &["127.0.0.2"]).await;
    home.write(&display("Alice", "demo"));
    listens_on(&mut porthole, &["127.0.0.1"]).await;
    let (code, ()) = tokio::join!(viewer.closed(), porthole.stop());
    assert_eq!(code, 1001);
}

#[tokio::test]
async fn a_state_that_cannot_be_kept_stops_nothing() {
    let vnc = Vnc::start().await;
    let home = Home::with(&display("Alice", vnc.address));
    fs::write(home.path("state"), "not a folder").unwrap();
    let porthole = start(&home).await;
    Viewer::connect(&links(&porthole).await[0]).await;
}

#[tokio::test]
async fn links_name_the_way_through_a_proxy() {
    let home = Home::with(&format!("base_path = \"/novnc\"\n{}", display("Alice", "demo")));
    let porthole = start(&home).await;
    let links = links(&porthole).await;
    assert_eq!(links[0].path(), "/novnc/v");
    Viewer::connect(&links[0]).await;
}

#[tokio::test]
async fn it_runs_until_it_is_told_to_stop() {
    let home = Home::with(&display("Demo", "demo"));
    let porthole = start(&home).await;
    let viewer = Viewer::connect(&links(&porthole).await[0]).await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(porthole.run_until(async { drop(stopped.await) }));
    stop.send(()).unwrap();
    assert_eq!(viewer.closed().await, 1001);
    soon(running).await.unwrap();
}
