//! The program from its start to its end: one window, one tray icon, one controller.

use std::{io, path::PathBuf};

use porthole_core::{ConfigPlace, Controller, Ending, Handle, Intent};
use tauri::{AppHandle, Context, Manager, RunEvent, Runtime, WindowEvent};
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    desktop::Desktop,
    ipc,
    login::{HIDDEN, Login},
    notifications, thumbnails, tray,
    tray::Tray,
    windows,
};

/// Runs until somebody quits. A second start only brings up the window of the first, and returns. When `hidden`, no
/// window is shown until somebody asks for it.
pub fn run(config: Option<PathBuf>, hidden: bool) -> anyhow::Result<()> {
    let named = config.is_some();
    let place = ConfigPlace::find(config)?;
    let named = named.then(|| place.file().to_owned());
    let app = tauri::Builder::default()
        // The first plugin: a second start ends here.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, _| {
            if !arguments.iter().any(|argument| argument == HIDDEN) {
                ipc::ask(app, Intent::ShowWindow);
            }
        }))
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(ipc::commands())
        .register_uri_scheme_protocol(thumbnails::SCHEME, thumbnails::answer)
        .build(context())?;

    let desktop = Desktop {
        app: app.handle().clone(),
        login: Login::new(app.path().config_dir()?, named)?,
    };
    let handle = tauri::async_runtime::block_on(Controller::start(place, desktop))?;
    app.manage(handle);
    if !hidden {
        windows::show_main(app.handle())?;
    }
    let tray = Tray::new(app.handle(), &app.state::<Handle>().snapshots.borrow());
    tauri::async_runtime::spawn(draw(app.handle().clone(), tray));
    tauri::async_runtime::spawn(notifications::draw(app.handle().clone()));
    tauri::async_runtime::spawn(end_on_signals(app.handle().clone()));

    app.run(|app, event| match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == windows::MAIN => {
            api.prevent_close();
            tauri::async_runtime::spawn(close_main(app.clone()));
        }
        // No window is left, though nobody quit.
        RunEvent::ExitRequested { code: None, api, .. } => {
            api.prevent_exit();
            tauri::async_runtime::spawn(stay_in_the_tray(app.clone()));
        }
        _ => (),
    });
    Ok(())
}

fn context<R: Runtime>() -> Context<R> {
    tauri::generate_context!()
}

/// Shows each snapshot in the window and in the tray.
async fn draw<R: Runtime>(app: AppHandle<R>, mut tray: Option<Tray<R>>) {
    let mut snapshots = app.state::<Handle>().snapshots.clone();
    while snapshots.changed().await.is_ok() {
        let snapshot = snapshots.borrow_and_update().clone();
        ipc::tell(&app, &snapshot);
        if let Some(tray) = &mut tray {
            tray.show(&snapshot);
        }
    }
}

/// Closing the window leaves the tray icon. Where there is none to be seen, nothing would bring the window back, so
/// closing it ends the program; not without a question while others use it.
async fn close_main<R: Runtime>(app: AppHandle<R>) {
    let hidden = tray::is_visible(&app).await && windows::hide_main(&app).is_ok();
    ipc::ask(&app, if hidden { Intent::CancelQuestion } else { close() });
}

/// Without a tray icon, an end; sessions shall hear of it all the same.
async fn stay_in_the_tray<R: Runtime>(app: AppHandle<R>) {
    if !tray::is_visible(&app).await {
        ipc::ask(&app, close());
    }
}

fn close() -> Intent {
    Intent::AskFirst {
        ending: Ending::CloseWindow,
    }
}

/// Quits as by the menu when the session ends or somebody stops the process.
async fn end_on_signals<R: Runtime>(app: AppHandle<R>) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = hangup.recv() => (),
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
    ipc::ask(&app, Intent::Quit);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use porthole_core::{Snapshot, Thumbnails};
    use serde_json::{Value, json};
    use tauri::{
        App, WebviewWindow, WebviewWindowBuilder,
        ipc::{CallbackFn, InvokeBody},
        test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder},
        webview::InvokeRequest,
    };
    use tokio::sync::{mpsc, watch};

    use super::*;

    const LOCAL: &str = "tauri://localhost";
    const GATEWAY: &str = "http://127.0.0.1:6080/v";

    /// The program without a screen: what is asked comes out of the channel.
    fn program() -> (App<MockRuntime>, mpsc::Receiver<Intent>) {
        let (intents, asked) = mpsc::channel(8);
        let (_, snapshots) = watch::channel(Arc::new(Snapshot {
            version: "0.1.0".into(),
            ..Snapshot::default()
        }));
        let app = mock_builder()
            .invoke_handler(ipc::commands())
            .build(context())
            .unwrap();
        app.manage(Handle {
            intents,
            snapshots,
            pictures: Thumbnails::default(),
        });
        (app, asked)
    }

    fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
        WebviewWindowBuilder::new(app, label, Default::default())
            .build()
            .unwrap()
    }

    /// What a page at `url` in `window` gets when it calls `command`.
    fn call(
        window: &WebviewWindow<MockRuntime>,
        url: &str,
        command: &str,
        body: Value,
    ) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: url.parse().unwrap(),
            body: InvokeBody::Json(body),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.into(),
        };
        get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
    }

    #[test]
    fn the_main_window_sees_and_asks() {
        let (app, mut asked) = program();
        let main = window(&app, windows::MAIN);
        assert_eq!(
            call(&main, LOCAL, "snapshot", json!({})).unwrap()["version"],
            "0.1.0"
        );

        let open = json!({ "intent": { "type": "open", "display": "alice" } });
        assert_eq!(call(&main, LOCAL, "dispatch", open), Ok(Value::Null));
        assert_eq!(
            asked.try_recv().unwrap(),
            Intent::Open {
                display: "alice".parse().unwrap()
            }
        );
    }

    #[test]
    fn an_intent_that_does_not_exist_is_refused() {
        let (app, _asked) = program();
        let main = window(&app, windows::MAIN);
        assert!(
            call(
                &main,
                LOCAL,
                "dispatch",
                json!({ "intent": { "type": "format" } })
            )
            .is_err()
        );
    }

    #[test]
    fn a_page_that_is_not_the_windows_own_can_call_nothing() {
        let (app, mut asked) = program();
        let main = window(&app, windows::MAIN);
        let viewer = window(&app, "viewer-alice");
        // The last two are Tauri's own.
        for command in [
            "snapshot",
            "dispatch",
            "plugin:event|listen",
            "plugin:window|close",
        ] {
            for (window, url) in [(&viewer, GATEWAY), (&viewer, LOCAL), (&main, GATEWAY)] {
                let quit = json!({ "intent": { "type": "quit" }, "event": "snapshot", "target": { "kind": "Any" }, "handler": 0 });
                let answer = call(window, url, command, quit);
                assert!(
                    answer.is_err(),
                    "{url} in {} called {command}: {answer:?}",
                    window.label()
                );
            }
        }
        assert!(asked.try_recv().is_err());
    }
}
