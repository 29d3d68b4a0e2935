//! Sharing the screen that one sees.

use porthole_launcher::{Exit, Launch, LaunchError, Launched, Launcher, Reason, What};

use super::{
    again::{Again, role},
    stage::{
        Stage, assert_nothing_left, ended, kill, mode_and_owner, running, server_pid, tcp_listeners, within,
    },
    wire::desktop_name,
};

const NAME: &str = "screen::this_screen_is_shared_on_a_socket_alone";

fn share(launcher: &Launcher) -> Launched {
    launcher.start(Launch {
        id: String::new(),
        name: "This screen".to_owned(),
        what: What::ThisScreen,
    })
}

#[tokio::test]
async fn this_screen_is_shared_on_a_socket_alone() {
    let stage = Stage::new();
    if role().is_none() {
        // A desktop of our own is the screen to share.
        let screen = stage.start("exec sleep 1000");
        let running = running(&screen).await;
        let again = Again::new(NAME, "there").set("DISPLAY", format!(":{}", running.x_display));
        again.set("XAUTHORITY", running.x_authority).passes().await;
        within(screen.stop()).await;
        return;
    }
    let launched = share(&stage.launcher);
    let shared = running(&launched).await;
    assert_eq!(mode_and_owner(&shared.socket).0, 0o600);
    assert_eq!(tcp_listeners(server_pid(&shared)), 0);
    assert_eq!(
        desktop_name(&shared.socket, shared.password.clone())
            .await
            .unwrap(),
        "This screen"
    );
    within(launched.stop()).await;
    assert_nothing_left(&shared);

    let launched = share(&stage.launcher);
    let shared = running(&launched).await;
    kill(server_pid(&shared));
    assert_eq!(
        ended(&launched).await.reason,
        Reason::ServerEnded(Exit::Signal(9))
    );
    assert!(stage.is_empty());
}

#[tokio::test]
async fn without_a_screen_to_share_it_says_so() {
    let name = "screen::without_a_screen_to_share_it_says_so";
    let Some(role) = role() else {
        Again::new(name, "nothing").passes().await;
        Again::new(name, "wayland")
            .set("WAYLAND_DISPLAY", "wayland-0")
            .set("DISPLAY", ":0")
            .passes()
            .await;
        Again::new(name, "gone").set("DISPLAY", ":4711").passes().await;
        return;
    };
    let stage = Stage::new();
    let end = ended(&share(&stage.launcher)).await;
    match role.as_str() {
        "nothing" => assert_eq!(end.reason, Reason::NotStarted(LaunchError::NoScreen)),
        "wayland" => {
            assert_eq!(end.reason, Reason::NotStarted(LaunchError::Wayland));
            assert!(end.reason.to_string().contains("wayvnc"));
        }
        _ => assert!(end.reason.to_string().contains(":4711"), "{}", end.reason),
    }
    assert!(stage.is_empty());
}
