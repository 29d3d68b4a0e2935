//! The tray, as a panel sees it: StatusNotifierItem and its menu, over D-Bus.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow, ensure};
use tokio::sync::watch;
use zbus::{
    Connection, Proxy,
    message::Header,
    zvariant::{OwnedObjectPath, OwnedValue, Structure, Value},
};

use crate::{deadline::eventually, desktop::Desktop};

/// A panel with one place for an icon.
pub struct Tray {
    connection: Connection,
    item: watch::Receiver<Option<Item>>,
}

/// An icon: the bus name of its program, and its object's path there.
#[derive(Clone)]
struct Item {
    owner: String,
    path: String,
}

/// An entry of a menu as D-Bus has it: number, properties, children.
type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// An entry of a menu. Its number changes whenever the menu is set.
struct Entry {
    number: i32,
    label: String,
    children: Vec<Entry>,
}

impl Tray {
    /// Puts a panel on the desktop.
    ///
    /// # Errors
    ///
    /// When the bus refuses it.
    pub async fn start(desktop: &Desktop) -> Result<Self> {
        let (register, item) = watch::channel(None);
        let connection = zbus::connection::Builder::address(desktop.bus())?
            .serve_at("/StatusNotifierWatcher", Watcher { register })?
            .name("org.kde.StatusNotifierWatcher")?
            .build()
            .await?;
        Ok(Self { connection, item })
    }

    /// The labels of the icon's menu, those of a submenu after its own as `Submenu > Label`.
    ///
    /// # Errors
    ///
    /// When there is no icon in time, or it has no menu.
    pub async fn labels(&self) -> Result<Vec<String>> {
        let menu = self.menu().await?;
        let mut labels = Vec::new();
        layout(&menu)
            .await?
            .walk("", &mut |label, _| labels.push(label.to_owned()));
        Ok(labels)
    }

    /// Waits until the menu has that label, as [`Tray::labels`] gives them.
    ///
    /// # Errors
    ///
    /// When it has not in time.
    pub async fn has(&self, label: &str) -> Result<()> {
        eventually(&format!("the tray has “{label}”"), async || {
            let labels = self.labels().await?;
            ensure!(labels.iter().any(|seen| seen == label), "it has {labels:?}");
            Ok(())
        })
        .await
    }

    /// Clicks the menu entry of that label, as [`Tray::labels`] gives them.
    ///
    /// # Errors
    ///
    /// When there is none in time.
    pub async fn click(&self, label: &str) -> Result<()> {
        let menu = self.menu().await?;
        let number = eventually(&format!("the tray has “{label}”"), async || {
            let mut entries = HashMap::new();
            layout(&menu).await?.walk("", &mut |label, number| {
                entries.insert(label.to_owned(), number);
            });
            entries
                .get(label)
                .copied()
                .ok_or_else(|| anyhow!("it has {:?}", entries.keys()))
        })
        .await?;
        // Without waiting for an answer: a program that was told to quit may be gone before it gives one.
        Ok(menu
            .call_noreply("Event", &(number, "clicked", Value::from(0), 0_u32))
            .await?)
    }

    async fn menu(&self) -> Result<Proxy<'_>> {
        let Item { owner, path } = eventually("an icon in the tray", async || {
            self.item.borrow().clone().context("none yet")
        })
        .await?;
        let item = Proxy::new(
            &self.connection,
            owner.clone(),
            path,
            "org.kde.StatusNotifierItem",
        )
        .await?;
        let path: OwnedObjectPath = item.get_property("Menu").await?;
        Ok(Proxy::new(&self.connection, owner, path, "com.canonical.dbusmenu").await?)
    }
}

async fn layout(menu: &Proxy<'_>) -> Result<Entry> {
    let _: bool = menu.call("AboutToShow", &0).await?;
    let (_, root): (u32, Layout) = menu.call("GetLayout", &(0, -1, Vec::<String>::new())).await?;
    entry(root)
}

fn entry((number, properties, children): Layout) -> Result<Entry> {
    let label = match properties.get("label") {
        Some(label) => String::try_from(label.clone())?.replace('_', ""),
        None => String::new(),
    };
    let child = |value: OwnedValue| entry(Structure::try_from(value)?.try_into()?);
    Ok(Entry {
        number,
        label,
        children: children.into_iter().map(child).collect::<Result<_>>()?,
    })
}

impl Entry {
    /// Tells `see` the label and number of everything below.
    fn walk(&self, above: &str, see: &mut impl FnMut(&str, i32)) {
        for child in &self.children {
            let label = format!("{above}{}", child.label);
            see(&label, child.number);
            child.walk(&format!("{label} > "), see);
        }
    }
}

struct Watcher {
    register: watch::Sender<Option<Item>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    /// An item names its bus name or, as Ayatana's do, its object's path.
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        let item = match service.starts_with('/') {
            true => Item {
                owner: sender,
                path: service.to_owned(),
            },
            false => Item {
                owner: service.to_owned(),
                path: "/StatusNotifierItem".to_owned(),
            },
        };
        self.register.send_replace(Some(item));
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.register
            .borrow()
            .iter()
            .map(|item| format!("{}{}", item.owner, item.path))
            .collect()
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}
