//! When a display is stopped because nobody looks at it any more: with real VNC servers.

use std::{
    collections::HashSet,
    time::{Duration, SystemTime},
};

use porthole_launcher::{Desktop, Launcher, What};
use tokio::{runtime::Runtime, time::timeout};

use super::Desktops;
use crate::{
    LaunchView,
    config::{Config, Display, LaunchPlan, Place, StartWhen, StopWhen},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Alice's desk, and what it lives in.
struct Stage {
    desktops: Desktops,
    /// When it was first started.
    since: SystemTime,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(stop: StopWhen, grace: Duration) -> Self {
        let (folder, runtime) = (tempfile::tempdir().unwrap(), Runtime::new().unwrap());
        let launcher = Launcher::at(folder.path().join("desktops")).with_home(folder.path().to_owned());
        let what = What::Desktop(Desktop {
            geometry: "320x240".parse().unwrap(),
            session: Some("sleep 600".into()),
            ..Desktop::default()
        });
        let alice = Display {
            id: "alice".parse().unwrap(),
            id_is_written: true,
            former_ids: Vec::new(),
            name: "Alice".into(),
            place: Place::Launched(LaunchPlan {
                what,
                start: StartWhen::OnOpen,
                stop,
            }),
            password: None,
            picture: true,
        };
        let config = Config {
            displays: vec![alice],
            ..Config::empty()
        };
        let (desktops, since) = runtime.block_on(async {
            let desktops = Desktops::adopt(launcher, grace).await;
            desktops.set_config(&config);
            let running = desktops.start("alice").await.unwrap();
            (desktops, running.since)
        });
        Self {
            desktops,
            since,
            runtime,
            _folder: folder,
        }
    }

    fn watched(&self, watched: bool) {
        let names: &[&str] = if watched { &["alice"] } else { &[] };
        self.desktops
            .watched_are(&HashSet::from_iter(names.iter().copied()));
    }

    fn stops(&self) {
        let stopped = async {
            let mut status = self.desktops.status("alice").unwrap();
            status.wait_for(|status| status.is_over()).await.unwrap();
        };
        self.runtime
            .block_on(async { timeout(Duration::from_secs(30), stopped).await })
            .unwrap();
        assert_eq!(self.desktops.view("alice"), Some(LaunchView::Stopped));
    }

    /// It runs as it was first started, also after what was told before was attended to: orders are taken in between.
    fn runs_on(&self) {
        for _ in 0..20 {
            let running = self.runtime.block_on(self.desktops.start("alice")).unwrap();
            assert_eq!(running.since, self.since);
        }
    }
}

/// A test that has failed leaves no display behind.
impl Drop for Stage {
    fn drop(&mut self) {
        self.runtime.block_on(self.desktops.stop_all());
    }
}

#[test]
fn a_display_is_stopped_when_its_last_viewer_has_left_and_not_before_one_came() {
    let stage = Stage::new(StopWhen::LastClose, Duration::ZERO);
    stage.runs_on();
    stage.watched(true);
    stage.runs_on();
    stage.watched(false);
    stage.stops();
    stage.runtime.block_on(stage.desktops.start("alice")).unwrap();
}

#[test]
fn a_viewer_who_comes_back_in_time_finds_the_display_as_it_was() {
    let stage = Stage::new(StopWhen::LastClose, HOUR);
    for watched in [true, false, true, false] {
        stage.watched(watched);
        stage.runs_on();
    }
}

#[test]
fn a_display_that_is_to_be_kept_is_kept() {
    let stage = Stage::new(StopWhen::Keep, Duration::ZERO);
    for watched in [true, false] {
        stage.watched(watched);
        stage.runs_on();
    }
}
