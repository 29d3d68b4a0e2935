//! Stopping what Porthole has launched, from outside of a program that runs.

use porthole_launcher::Launcher;
use tokio::task::JoinSet;

/// Stops the displays that this user's programs have launched and that none of them watches over any more, whichever
/// config they were of, and waits until nothing of them is left. Returns their names.
pub async fn stop_left() -> Vec<String> {
    let mut stops = JoinSet::new();
    for launched in Launcher::every().adopt().await {
        stops.spawn(async move {
            launched.stop().await;
            launched.launch().name.clone()
        });
    }
    let mut names = stops.join_all().await;
    names.sort();
    names
}
