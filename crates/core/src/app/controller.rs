//! From intents to snapshots: the one loop that owns all that the desktop program knows.

mod adding;
mod asking_first;
mod checking;
mod examining;
mod history;
mod importing;
mod keeping;
mod launching;
mod notices;
mod settings;
mod sharing;
mod shell;
mod thumbnails;
mod view;
mod visitors;
mod work;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use porthole_gateway::SessionId;
use porthole_launcher::{FoundServer, Search};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
    time::{Interval, MissedTickBehavior, interval},
};

use crate::{
    Change, ConfigPlace, Desktop, DisplayId, Finding, Intent, Notice, Porthole, Snapshot, StartError,
    Thumbnails, config::Addition, reachability::display_states::Why, service::Service,
};
use adding::Additions;
use asking_first::Question;
use history::Past;
use notices::together;
use settings::Settings;
use sharing::Shared;
use shell::{Call, Shell};
use work::Done;

/// How often displays are checked while somebody looks.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// How often the bytes of sessions are read while somebody looks.
const COUNT_INTERVAL: Duration = Duration::from_secs(1);

/// So many intents may wait. They come from clicks.
const MAX_INTENTS: usize = 64;

/// The desktop program without its screen.
pub struct Controller {
    place: ConfigPlace,
    porthole: Porthole,
    shell: Shell,
    snapshots: watch::Sender<Arc<Snapshot>>,
    service: Service,
    /// Displays with something under way that was asked for.
    busy: HashSet<DisplayId>,
    /// The sessions that there were, to see which have ended.
    sessions: Vec<(SessionId, String)>,
    notice: Option<Notice>,
    /// The display that a link is about to be made to.
    share_for: Option<DisplayId>,
    /// The link that is shown.
    share: Option<Shared>,
    /// How often it was tried whether a link opens.
    attempts: u64,
    /// What is asked before something is lost.
    question: Option<Question>,
    /// The program is to end.
    quits: bool,
    visible: bool,
    pictures: Thumbnails,
    /// The displays whose picture was live, to see which no longer is.
    pictured: HashSet<DisplayId>,
    /// What looks for VNC servers, unless it is at work.
    search: Option<Search>,
    found: Vec<FoundServer>,
    /// What launched displays take, in bytes.
    memory: HashMap<DisplayId, u64>,
    past: Past,
    /// What keeps new desktops from being made.
    new_desktop: Option<String>,
    /// What keeps this screen from being shared.
    this_screen: Option<String>,
    additions: Additions,
    /// What the doctor has found, while a person looks at it; empty while it is at work.
    doctor: Option<Vec<Finding>>,
    settings: Settings,
    work: JoinSet<Done>,
}

/// How a shell talks to its controller. When all intents' senders are gone, the program ends as with [`Intent::Quit`].
pub struct Handle {
    /// Takes what a person asks for.
    pub intents: mpsc::Sender<Intent>,
    /// Has what a person sees. It changes only when something is to be seen.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// Has the pictures of the displays that the snapshot tells of.
    pub pictures: Thumbnails,
}

impl Controller {
    /// Starts serving, and a task that attends to intents. Returns when a browser can connect.
    ///
    /// A config that is wrong is no error here: the snapshot shows what is wrong with it.
    ///
    /// # Errors
    /// An address that cannot be listened on.
    pub async fn start(place: ConfigPlace, desktop: impl Desktop) -> Result<Handle, StartError> {
        let porthole = Porthole::start_despite_faults(place.clone()).await?;
        let (intents, asked) = mpsc::channel(MAX_INTENTS);
        let mut controller = Self {
            place,
            notice: together(porthole.notes().to_vec()),
            shell: Shell::start(desktop),
            snapshots: watch::Sender::default(),
            service: porthole.service().clone(),
            busy: HashSet::new(),
            sessions: Vec::new(),
            share_for: None,
            share: None,
            attempts: 0,
            question: None,
            quits: false,
            visible: false,
            pictures: Thumbnails::default(),
            pictured: HashSet::new(),
            search: Some(Search::default()),
            found: Vec::new(),
            memory: HashMap::new(),
            past: Past::default(),
            new_desktop: None,
            this_screen: None,
            additions: Additions::default(),
            doctor: None,
            settings: Settings::default(),
            work: JoinSet::new(),
            porthole,
        };
        controller.check_all();
        controller.look();
        controller.publish();
        let snapshots = controller.snapshots.subscribe();
        let pictures = controller.pictures.clone();
        tokio::spawn(controller.run(asked));
        Ok(Handle {
            intents,
            snapshots,
            pictures,
        })
    }

    async fn run(mut self, mut asked: mpsc::Receiver<Intent>) {
        let mut sessions = self.service.sessions.changes();
        let mut desktops = self.service.desktops.changes();
        let mut links = self.service.links.changes();
        let mut visits = self.service.history.changes();
        let mut pictures = self.pictures.changes();
        let mut checks = ticks(CHECK_INTERVAL);
        let mut counts = ticks(COUNT_INTERVAL);
        loop {
            let counting = self.visible && (self.settings.shown || !self.sessions.is_empty());
            tokio::select! {
                intent = asked.recv() => match intent {
                    Some(intent) => self.attend(intent),
                    None => break,
                },
                Some(done) = self.work.join_next() => match done {
                    Ok(Done::AllStopped) => break,
                    Ok(done) => self.take(done),
                    Err(failed) => tracing::error!("a task of the controller failed: {failed}"),
                },
                change = self.porthole.changed() => self.config_changed(change),
                _ = sessions.changed() => self.sessions_changed(),
                // How they fare is asked when the snapshot is made.
                _ = desktops.changed() => {}
                // They, too.
                _ = links.changed() => {}
                _ = pictures.changed() => self.pictures_changed(),
                _ = visits.changed(), if self.past.shown => self.read_history(),
                _ = checks.tick(), if self.visible => {
                    self.check_all();
                    self.look();
                }
                _ = counts.tick(), if counting => self.look_at_settings(),
            }
            if self.quits {
                break;
            }
            self.forget_ended_share();
            self.share_added();
            self.take_pictures();
            self.publish();
        }
        self.pictures.take_of(HashMap::new(), false);
        self.porthole.stop().await;
        // The shell's thread ends with this call; whether it did is no longer ours to tell.
        let _ = self.shell.call(Call::Quit).await;
    }

    fn attend(&mut self, intent: Intent) {
        match intent {
            Intent::AskFirst { ending } => self.ask_first(ending),
            Intent::CancelQuestion => self.question = None,
            Intent::Open { display } => self.open(display),
            Intent::OpenInBrowser { display } => self.open_in_browser(display),
            Intent::CopyLink { display } => self.copy_link(display),
            Intent::Disconnect { session } => {
                // One that has ended meanwhile is as the person wants it.
                self.service.disconnect(session);
            }
            Intent::Recheck { display } => self.check(&display, Why::Asked),
            Intent::WindowVisible { visible } => {
                let appeared = visible && !self.visible;
                self.visible = visible;
                if appeared {
                    self.check_all();
                    self.look();
                }
                if !visible {
                    self.look_away();
                }
            }
            Intent::EditConfig => self.edit_config(),
            Intent::DismissNotice => self.notice = None,
            Intent::ShowWindow => self.show_window(),
            Intent::OpenShare { display } => self.open_share(display),
            Intent::Share { display, terms } => self.share(display, terms),
            Intent::CopyShared { host } => self.copy_shared(host),
            Intent::RecheckShared => self.recheck_shared(),
            Intent::CloseShare => self.close_share(),
            Intent::ShowSettings { shown } => self.show_settings(shown),
            Intent::Set { setting } => self.set(setting),
            Intent::StartAtLogin { on } => self.start_at_login(on),
            Intent::ShowHistory { shown } => self.show_history(shown),
            Intent::ExportHistory => self.export_history(),
            Intent::RevokeLink { link } => self.revoke_link(link),
            Intent::RevokeLinks { display } => self.revoke_links(&display),
            Intent::SetRights { session, rights } => self.set_rights(session, rights),
            Intent::Answer { visitor, rights } => self.answer(visitor, rights),
            Intent::Doctor => self.call_doctor(),
            Intent::CloseDoctor => self.doctor = None,
            Intent::StartDisplay { display } => self.start_display(display),
            Intent::StopDisplay { display } => {
                self.question = None;
                self.stop_display(display);
            }
            Intent::RestartDisplay { display } => {
                self.question = None;
                self.restart_display(display);
            }
            Intent::NewDesktop { name } => self.add(Addition::Desktop { name }),
            Intent::ShareThisScreen => self.share_this_screen(),
            Intent::AddServer {
                target,
                password,
                anyway,
            } => self.add_server(target, password, anyway),
            Intent::KeepPassword { display, password } => self.keep_password(display, password),
            Intent::LookIntoTokenFile { file } => self.look_into_token_file(file),
            Intent::ImportTokenFile { file } => self.import_token_file(file),
            Intent::AddNothing => self.add_nothing(),
            Intent::StopAllAndQuit => {
                self.question = None;
                self.stop_all();
            }
            Intent::Quit => self.quits = true,
        }
    }

    fn take(&mut self, done: Done) {
        match done {
            Done::Asked { display, notice } => {
                if let Some(display) = display {
                    self.busy.remove(&display);
                }
                self.notice = notice.or(self.notice.take());
            }
            Done::Checked => {}
            Done::TriedServer(tried) => self.take_tried_server(*tried),
            Done::Added { added, launched } => self.take_added(added, launched),
            Done::KeptPassword { display, kept } => self.take_kept_password(&display, kept),
            Done::LookedIntoTokenFile { attempt, contents } => self.take_contents(attempt, contents),
            Done::Imported { file, imported } => self.take_imported(file, imported),
            Done::LookedBack(visits) => self.take_history(visits),
            Done::Shared(shared, notice) => self.take_shared(*shared, notice),
            Done::Tried { attempt, opens } => self.take_tried(attempt, opens),
            Done::Copied { link, url, notice } => self.take_copied(link, url, notice),
            Done::Looked(looked) => self.take_looked(*looked),
            Done::Examined(findings) => self.take_findings(findings),
            Done::BroughtUpQuestion(brought_up) => self.take_brought_up(brought_up),
            Done::Set(set) => self.take_set(set),
            Done::LookedAtSettings(surroundings) => self.take_surroundings(surroundings),
            Done::AllStopped => {}
        }
    }

    fn config_changed(&mut self, change: Change) {
        self.share_for
            .take_if(|display| self.porthole.config().display(display.as_str()).is_none());
        for display in &change.displays {
            self.check(display, Why::Changed);
        }
        self.start_added();
        self.look();
        self.follow_network();
        let notices = change.notes.into_iter().chain(change.logged);
        self.notice = together(notices.collect()).or(self.notice.take());
    }

    fn publish(&mut self) {
        let now = self.snapshot();
        if now.question.is_none() {
            self.question = None;
        }
        self.snapshots.send_if_modified(|last| {
            let changed = **last != now;
            if changed {
                *last = Arc::new(now);
            }
            changed
        });
    }

    fn fail(&mut self, text: String) {
        self.notice = Some(Notice::error(text));
    }
}

fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
