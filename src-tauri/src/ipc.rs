//! What the window's page may call: see, and ask. The event `snapshot` tells it what is new.

use porthole_core::{Handle, Intent, Snapshot};
use tauri::{AppHandle, Emitter, Manager, Runtime, State, ipc::Invoke};
use tracing::warn;

use crate::windows::MAIN;

/// The commands, for [`tauri::Builder::invoke_handler`]. Each has its permission in `capabilities/main.json`.
pub fn commands<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![snapshot, dispatch]
}

/// Tells the window's page what there is to be seen now.
pub fn tell<R: Runtime>(app: &AppHandle<R>, snapshot: &Snapshot) {
    if let Err(error) = app.emit_to(MAIN, "snapshot", snapshot) {
        warn!(%error, "the window could not be told what is new");
    }
}

/// Passes on what was asked outside the page: in the tray, by a signal, by closing the window.
pub fn ask<R: Runtime>(app: &AppHandle<R>, intent: Intent) {
    // Before the program has started there is nothing to ask for.
    let Some(handle) = app.try_state::<Handle>() else {
        return;
    };
    let intents = handle.intents.clone();
    tauri::async_runtime::spawn(async move {
        // Fails only when the program is ending.
        let _ = intents.send(intent).await;
    });
}

#[tauri::command]
fn snapshot(handle: State<'_, Handle>) -> Snapshot {
    handle.snapshots.borrow().as_ref().clone()
}

#[tauri::command]
async fn dispatch(intent: Intent, handle: State<'_, Handle>) -> Result<(), &'static str> {
    handle
        .intents
        .send(intent)
        .await
        .map_err(|_| "Porthole is ending")
}
