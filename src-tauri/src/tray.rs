//! The tray icon, which draws [`porthole_core::app::tray::menu`].

use porthole_core::{
    Snapshot,
    app::tray::{Item, menu, tooltip},
};
use tauri::{
    AppHandle, Manager, Result, Runtime,
    image::Image,
    include_image,
    menu::{IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu},
    tray::{TrayIcon, TrayIconBuilder},
};
use tracing::warn;
use zbus::fdo::DBusProxy;

use crate::{ipc, platform::has_tray_library};

const ID: &str = "porthole";
const QUIET: Image<'_> = include_image!("icons/tray.png");
const WATCHED: Image<'_> = include_image!("icons/tray-watched.png");

/// The icon, and the menu and the tooltip that it has now.
pub struct Tray<R: Runtime> {
    icon: TrayIcon<R>,
    shown: Vec<Item>,
    said: String,
}

impl<R: Runtime> Tray<R> {
    /// Makes the icon; none if this system has nothing to make it with.
    pub fn new(app: &AppHandle<R>, snapshot: &Snapshot) -> Option<Self> {
        if !has_tray_library() {
            warn!("there is no tray icon: install libayatana-appindicator3-1 to have one");
            return None;
        }
        let shown = menu(snapshot);
        let icon = make(app, &shown)
            .inspect_err(|error| warn!(%error, "there is no tray icon"))
            .ok()?;
        let said = String::new();
        let mut tray = Self { icon, shown, said };
        tray.show(snapshot);
        Some(tray)
    }

    /// Brings the icon and its menu up to date.
    pub fn show(&mut self, snapshot: &Snapshot) {
        self.show_menu(menu(snapshot));
        self.show_guests(snapshot);
    }

    /// Another icon while somebody is connected from elsewhere, and how many in its tooltip, which Linux has not.
    fn show_guests(&mut self, snapshot: &Snapshot) {
        let says = tooltip(snapshot);
        if says == self.said {
            return;
        }
        let watched = snapshot.guests().next().is_some();
        let icon = if watched { WATCHED } else { QUIET };
        let shown = self.icon.set_icon(Some(icon));
        match shown.and_then(|()| self.icon.set_tooltip(Some(&says))) {
            Ok(()) => self.said = says,
            Err(error) => warn!(%error, "the tray's icon could not be brought up to date"),
        }
    }

    /// A menu that is open closes when it is set, so it is set only if it differs.
    fn show_menu(&mut self, items: Vec<Item>) {
        if items == self.shown {
            return;
        }
        match draw(self.icon.app_handle(), &items).and_then(|menu| self.icon.set_menu(Some(menu))) {
            Ok(()) => self.shown = items,
            Err(error) => warn!(%error, "the tray's menu could not be brought up to date"),
        }
    }
}

/// Whether there is an icon, and a desktop that shows it. GNOME as it ships shows none: a window hidden there would be
/// lost.
pub async fn is_visible<R: Runtime>(app: &AppHandle<R>) -> bool {
    if app.tray_by_id(ID).is_none() {
        return false;
    }
    watcher_is_there().await.unwrap_or(false)
}

async fn watcher_is_there() -> zbus::Result<bool> {
    let bus = DBusProxy::new(&zbus::Connection::session().await?).await?;
    Ok(bus
        .name_has_owner("org.kde.StatusNotifierWatcher".try_into()?)
        .await?)
}

fn make<R: Runtime>(app: &AppHandle<R>, items: &[Item]) -> Result<TrayIcon<R>> {
    TrayIconBuilder::with_id(ID)
        .icon(QUIET)
        // The default is a folder in /tmp, which may belong to somebody else.
        .temp_dir_path(app.path().app_cache_dir()?)
        .menu(&draw(app, items)?)
        .on_menu_event(click)
        .build(app)
}

fn click<R: Runtime>(app: &AppHandle<R>, event: MenuEvent) {
    match serde_json::from_str(event.id().as_ref()) {
        Ok(intent) => ipc::ask(app, intent),
        Err(error) => warn!(%error, "a tray item has an id that is no intent"),
    }
}

fn draw<R: Runtime>(app: &AppHandle<R>, items: &[Item]) -> Result<Menu<R>> {
    let menu = Menu::new(app)?;
    for item in items {
        menu.append(draw_item(app, item)?.as_ref())?;
    }
    Ok(menu)
}

fn draw_item<R: Runtime>(app: &AppHandle<R>, item: &Item) -> Result<Box<dyn IsMenuItem<R>>> {
    Ok(match item {
        Item::Action {
            intent,
            label,
            enabled,
        } => {
            let id = serde_json::to_string(intent)?;
            Box::new(MenuItem::with_id(
                app,
                id,
                escaped(label),
                *enabled,
                None::<&str>,
            )?)
        }
        Item::Submenu { label, items } => {
            let submenu = Submenu::new(app, escaped(label), true)?;
            for item in items {
                submenu.append(draw_item(app, item)?.as_ref())?;
            }
            Box::new(submenu)
        }
        Item::Separator => Box::new(PredefinedMenuItem::separator(app)?),
    })
}

/// In a label `&` would mark the next letter as the item's key.
fn escaped(label: &str) -> String {
    label.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_marks_no_key() {
        assert_eq!(escaped("Open Bob & Co_1"), "Open Bob && Co_1");
    }
}
