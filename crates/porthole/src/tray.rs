//! The tray's menu, as a value.

use crate::{DisplayView, Intent, Snapshot};

/// One entry of the tray's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// Something to click. An item's id is its intent as JSON, so a click says by itself what it asks for.
    Action {
        /// What a click asks for.
        intent: Intent,
        /// What people read. Plain text: a shell whose menus give `&` or `_` a meaning must escape it.
        label: String,
        /// Whether it can be clicked.
        enabled: bool,
    },
    /// A menu in the menu.
    Submenu {
        /// What people read.
        label: String,
        /// Its entries.
        items: Vec<Item>,
    },
    /// A line between groups.
    Separator,
}

/// The menu for what `snapshot` shows. Equal menus need not be set again: changes of state that the menu does not show
/// (bytes that passed, a display that is checked) give an equal one.
pub fn menu(snapshot: &Snapshot) -> Vec<Item> {
    let mut items: Vec<Item> = snapshot.displays.iter().map(open).collect();
    if !items.is_empty() {
        items.push(Item::Separator);
        items.push(Item::Submenu {
            label: "Copy link".into(),
            items: snapshot.displays.iter().map(copy_link).collect(),
        });
    }
    items.push(action("Show window", Intent::ShowWindow));
    items.push(Item::Separator);
    items.push(action("Quit", Intent::Quit));
    items
}

fn open(display: &DisplayView) -> Item {
    action(
        &format!("Open {}", display.name),
        Intent::Open {
            display: display.name.clone(),
        },
    )
}

fn copy_link(display: &DisplayView) -> Item {
    action(
        &display.name,
        Intent::CopyLink {
            display: display.name.clone(),
        },
    )
}

fn action(label: &str, intent: Intent) -> Item {
    Item::Action {
        intent,
        label: label.into(),
        enabled: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reach;

    fn snapshot(names: &[&str]) -> Snapshot {
        let displays = names.iter().map(|name| DisplayView {
            name: (*name).into(),
            target: "127.0.0.1:5901".into(),
            launch: None,
            state: Reach::Checking,
            busy: false,
            sessions: Vec::new(),
        });
        Snapshot {
            displays: displays.collect(),
            ..Snapshot::default()
        }
    }

    fn drawn(items: &[Item]) -> Vec<String> {
        let line = |item: &Item| match item {
            Item::Action { label, .. } => vec![label.clone()],
            Item::Submenu { label, items } => {
                let inner = drawn(items).into_iter().map(|line| format!("> {line}"));
                std::iter::once(label.clone()).chain(inner).collect()
            }
            Item::Separator => vec!["--".into()],
        };
        items.iter().flat_map(line).collect()
    }

    #[test]
    fn a_menu_lists_the_displays_in_their_order() {
        let lines = [
            "Open Bob",
            "Open Alice",
            "--",
            "Copy link",
            "> Bob",
            "> Alice",
            "Show window",
            "--",
            "Quit",
        ];
        assert_eq!(drawn(&menu(&snapshot(&["Bob", "Alice"]))), lines);
    }

    #[test]
    fn without_displays_the_window_and_the_way_out_remain() {
        assert_eq!(drawn(&menu(&snapshot(&[]))), ["Show window", "--", "Quit"]);
    }

    #[test]
    fn what_the_menu_does_not_show_does_not_change_it() {
        let mut reached = snapshot(&["Alice"]);
        reached.displays[0].state = Reach::Reachable;
        assert_eq!(menu(&reached), menu(&snapshot(&["Alice"])));
    }
}
