//! Links and their visitors, from the link's making to the history: a controller, its control socket, and viewers.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use std::fs;

use porthole_core::{
    Ending, Intent, QuestionView, SessionRights, ShellError, VisitView,
    app::notifications::notes,
    control::{Answer, Ends, NewLink, Request, Wish, ask},
};
use support::{
    Home, Viewer, Vnc, display,
    person::{Asked, Person},
    soon,
};
use url::Url;

/// Asks over the control socket.
async fn told(home: &Home, request: Request) -> Answer {
    let place = home.place();
    let asked = tokio::task::spawn_blocking(move || ask(&place.into(), &request).unwrap());
    soon(asked).await.unwrap()
}

/// What came of it, as a sentence.
async fn done(home: &Home, request: Request) -> String {
    match told(home, request).await {
        Answer::Done { done } => done,
        Answer::Failed { reason, .. } => panic!("{reason}"),
        other => panic!("{other:?}"),
    }
}

fn wish() -> Wish {
    Wish {
        display: "Alice".into(),
        ..Wish::default()
    }
}

async fn make(home: &Home, wish: Wish) -> (NewLink, Url) {
    match told(home, Request::Link(wish)).await {
        Answer::Link(link) => {
            let url = link.url.parse().unwrap();
            (*link, url)
        }
        other => panic!("{other:?}"),
    }
}

struct Place {
    home: Home,
    person: Person,
    vnc: Vnc,
}

impl Place {
    async fn new() -> Self {
        let vnc = Vnc::start().await;
        let home = Home::with(&display("Alice", vnc.address));
        Self {
            person: Person::start(&home).await,
            home,
            vnc,
        }
    }

    async fn make(&self, wish: Wish) -> (NewLink, Url) {
        make(&self.home, wish).await
    }

    async fn done(&self, request: Request) -> String {
        done(&self.home, request).await
    }
}

#[tokio::test]
async fn a_link_that_is_revoked_goes_dark_at_once_and_others_go_on() {
    let mut place = Place::new().await;
    let (revoked, url) = place.make(wish()).await;
    let (_, other) = place.make(wish()).await;
    let viewer = Viewer::connect(&url).await;
    let goes_on = Viewer::connect(&other).await;
    let alice = place.person.sees_first(|alice| alice.sessions.len() == 2).await;
    assert_eq!(alice.sessions[0].link, Some(revoked.link.id));
    let seen = place
        .person
        .sees_first(|alice| alice.links.iter().all(|link| link.uses == 1))
        .await;
    assert_eq!(seen.links.len(), 2);
    let link = revoked.link.id;
    place.person.click(Intent::RevokeLink { link }).await;
    assert_eq!(viewer.closed().await, 4016);
    assert_eq!(Viewer::open(&url).await.closed().await, 4001);
    place.person.sees_first(|alice| alice.links.len() == 1).await;
    place.person.sees_first(|alice| alice.sessions.len() == 1).await;
    let display = support::id("Alice");
    place.person.click(Intent::RevokeLinks { display }).await;
    assert_eq!(goes_on.closed().await, 4016);
    place.person.sees_first(|alice| alice.links.is_empty()).await;
}

#[tokio::test]
async fn of_two_visitors_at_once_one_comes_in_by_a_link_that_works_once() {
    let place = Place::new().await;
    for _ in 0..10 {
        let (_, url) = place.make(Wish { once: true, ..wish() }).await;
        let both = tokio::join!(Viewer::arrive(&url, None), Viewer::arrive(&url, None));
        let (inside, code) = match both {
            (Ok(inside), Err(code)) | (Err(code), Ok(inside)) => (inside, code),
            (one, other) => panic!("{:?} {:?}", one.err(), other.err()),
        };
        assert_eq!(code, 4001);
        drop(inside);
        assert_eq!(
            Viewer::arrive(&url, None).await.err(),
            Some(4001),
            "it is used up"
        );
    }
}

#[tokio::test]
async fn a_display_that_cannot_be_reached_uses_up_nothing() {
    let nobody = Vnc::start().await.address;
    let home = Home::with(&display("Alice", nobody));
    let _person = Person::start(&home).await;
    let (_, url) = make(&home, Wish { once: true, ..wish() }).await;
    assert_eq!(Viewer::arrive(&url, None).await.err(), Some(1011));
    let _vnc = Vnc::start_at(nobody).await;
    Viewer::connect(&url).await;
}

#[tokio::test]
async fn a_pin_opens_what_the_link_alone_does_not() {
    let place = Place::new().await;
    let (made, url) = place.make(Wish { pin: true, ..wish() }).await;
    let pin = made.pin.unwrap();
    let wrong = if pin == "123456" { "123457" } else { "123456" };
    assert_eq!(Viewer::arrive(&url, None).await.err(), Some(4009));
    assert_eq!(Viewer::arrive(&url, Some(wrong)).await.err(), Some(4010));
    Viewer::arrive(&url, Some(&pin)).await.unwrap();
    for _ in 1..10 {
        assert_eq!(Viewer::arrive(&url, Some(wrong)).await.err(), Some(4010));
    }
    assert_eq!(Viewer::arrive(&url, Some(&pin)).await.err(), Some(4001));
}

#[tokio::test]
async fn the_owner_is_asked_and_a_visitor_who_goes_is_asked_about_no_more() {
    let mut place = Place::new().await;
    let (_, url) = place.make(Wish { ask: true, ..wish() }).await;
    let gone = Viewer::open(&url).await;
    place.person.sees(|now| now.asking.len() == 1).await;
    drop(gone);
    place.person.sees(|now| now.asking.is_empty()).await;

    let mut viewer = Viewer::open(&url).await;
    let asking = place.person.sees(|now| now.asking.len() == 1).await.asking[0].clone();
    assert_eq!(
        (asking.display.as_str(), asking.address.as_str()),
        ("Alice", "127.0.0.1")
    );
    let rights = Some(SessionRights::View);
    let visitor = asking.id;
    place.person.click(Intent::Answer { visitor, rights }).await;
    viewer.shake_hands().await.unwrap();
    let is_view = |rights| rights == Some(SessionRights::View);
    place
        .person
        .sees_first(|alice| alice.sessions.iter().any(|session| is_view(session.rights)))
        .await;

    let denied = Viewer::open(&url).await;
    let visitor = place.person.sees(|now| now.asking.len() == 1).await.asking[0].id;
    let rights = None;
    assert_eq!(
        place.done(Request::Answer { visitor, rights }).await,
        format!("Visitor {visitor} is turned away.")
    );
    assert_eq!(denied.closed().await, 4011);
    let again = told(&place.home, Request::Answer { visitor, rights }).await;
    assert!(matches!(again, Answer::Failed { .. }));
}

#[tokio::test]
async fn rights_change_while_a_session_lasts() {
    let mut place = Place::new().await;
    let rights = SessionRights::View;
    let (_, url) = place
        .make(Wish {
            rights: Some(rights),
            ..wish()
        })
        .await;
    let _viewer = Viewer::connect(&url).await;
    let first = |rights| {
        move |alice: &porthole_core::DisplayView| {
            alice
                .sessions
                .first()
                .is_some_and(|session| session.rights == Some(rights))
        }
    };
    let session = place.person.sees_first(first(rights)).await.sessions[0].id;
    let rights = SessionRights::Control;
    place.person.click(Intent::SetRights { session, rights }).await;
    place.person.sees_first(first(rights)).await;
    let rights = SessionRights::View;
    place.done(Request::Rights { session, rights }).await;
    place.person.sees_first(first(rights)).await;
}

#[tokio::test]
async fn a_link_ends_with_its_time_and_its_session_with_it() {
    let mut place = Place::new().await;
    let ends = Some(Ends::After(1));
    let (_, url) = place.make(Wish { ends, ..wish() }).await;
    let viewer = Viewer::connect(&url).await;
    assert_eq!(viewer.closed().await, 4007);
    place.person.sees_first(|alice| alice.links.is_empty()).await;
    assert_eq!(Viewer::arrive(&url, None).await.err(), Some(4001));
}

#[tokio::test]
async fn who_came_and_went_is_shown_and_exported() {
    let mut place = Place::new().await;
    let (made, url) = place.make(wish()).await;
    let viewer = Viewer::connect(&url).await;
    place.person.click(Intent::ShowHistory { shown: true }).await;
    let lasts = |visit: &VisitView| visit.ended.is_none() && visit.display == "Alice";
    let seen = |now: &porthole_core::Snapshot, which: &dyn Fn(&VisitView) -> bool| {
        now.history
            .as_ref()
            .is_some_and(|visits| visits.len() == 1 && which(&visits[0]))
    };
    place.person.sees(|now| seen(now, &lasts)).await;
    let link = made.link.id;
    place.person.click(Intent::RevokeLink { link }).await;
    viewer.closed().await;
    let why = Some("The owner of this display revoked the link.");
    place
        .person
        .sees(|now| seen(now, &|visit| visit.why.as_deref() == why))
        .await;

    place.person.click(Intent::ExportHistory).await;
    let notice = place.person.sees_notice().await;
    let files: Vec<_> = fs::read_dir(place.home.path("Downloads")).unwrap().collect();
    let file = files[0].as_ref().unwrap().path();
    assert_eq!(
        (files.len(), notice.text),
        (1, format!("The history is in {}.", file.display()))
    );
    let table = fs::read_to_string(file).unwrap();
    assert!(table.contains("\"Alice\",\"127.0.0.1\",\"control\""), "{table}");
    assert!(!table.contains(url.fragment().unwrap()));
    place.person.click(Intent::ShowHistory { shown: false }).await;
    place.person.sees(|now| now.history.is_none()).await;
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let place = Place::new().await;
    let none = || Wish {
        display: "Zoe".into(),
        ..Wish::default()
    };
    let nowhere = Wish {
        address: Some("192.0.2.7".into()),
        ..wish()
    };
    let (session, rights, display) = (77, SessionRights::View, "Zoe".to_owned());
    for (request, why) in [
        (Request::Link(none()), "There is no display called Zoe"),
        (Request::Link(nowhere), "cannot be reached as 192.0.2.7"),
        (
            Request::Links {
                display: Some(display.clone()),
                page: None,
            },
            "There is no display called Zoe",
        ),
        (Request::Revoke { link: 77 }, "There is no link 77"),
        (Request::RevokeAll { display }, "There is no display called Zoe"),
        (Request::Disconnect { session }, "There is no session 77"),
        (Request::Rights { session, rights }, "There is no session 77"),
    ] {
        match told(&place.home, request).await {
            Answer::Failed { reason, .. } => assert!(reason.contains(why), "{reason}"),
            other => panic!("{why}: {other:?}"),
        }
    }
    let all = Request::Links {
        display: None,
        page: None,
    };
    let Answer::Links { links, .. } = told(&place.home, all).await else {
        panic!("no links");
    };
    assert!(links.is_empty(), "a link that nobody got");
}

/// What would be lost by quitting: visitors, and links that would open nothing.
fn at_stake(question: &QuestionView) -> (Vec<&str>, usize) {
    let visitors = question.visitors.iter().map(|visitor| visitor.address.as_str());
    (visitors.collect(), question.links)
}

#[tokio::test]
async fn quitting_is_asked_about_while_visitors_are_connected() {
    let mut place = Place::new().await;
    let (_, url) = place.make(wish()).await;
    let viewer = Viewer::connect(&url).await;
    place.person.sees_first(|alice| alice.sessions.len() == 1).await;
    let ending = Ending::Quit;
    place.person.click(Intent::AskFirst { ending }).await;
    assert_eq!(place.person.asked().await, Asked::Show);
    let asks = place.person.sees(|now| now.question.is_some()).await;
    let question = asks.question.as_ref().unwrap();
    assert_eq!(at_stake(question), (vec!["127.0.0.1"], 0));
    assert!(!question.unseen);

    place.person.click(Intent::CancelQuestion).await;
    place.person.sees(|now| now.question.is_none()).await;
    let ending = Ending::Quit;
    place.person.click(Intent::AskFirst { ending }).await;
    assert_eq!(place.person.asked().await, Asked::Show);
    place.person.sees(|now| now.question.is_some()).await;
    // The question follows what would be lost, and waits for its answer.
    drop(viewer);
    let question =
        |now: &porthole_core::Snapshot| now.question.clone().is_some_and(|asks| asks.visitors.is_empty());
    let asks = place.person.sees(|now| question(now)).await;
    let yes = asks.question.as_ref().unwrap().yes.clone();
    place.person.click(yes).await;
    assert_eq!(place.person.asked().await, Asked::Quit);
}

#[tokio::test]
async fn quitting_when_nobody_is_connected_asks_nothing() {
    let mut place = Place::new().await;
    place.make(wish()).await;
    let ending = Ending::Quit;
    place.person.click(Intent::AskFirst { ending }).await;
    assert_eq!(place.person.asked().await, Asked::Quit);
}

#[tokio::test]
async fn closing_the_window_for_good_is_asked_about_while_a_link_for_others_lives() {
    let mut place = Place::new().await;
    let (made, _) = place.make(wish()).await;
    let close = || Intent::AskFirst {
        ending: Ending::CloseWindow,
    };
    place.person.click(close()).await;
    assert_eq!(place.person.asked().await, Asked::Show);
    let asks = place.person.sees(|now| now.question.is_some()).await;
    assert_eq!(at_stake(asks.question.as_ref().unwrap()), (vec![], 1));
    place.person.click(Intent::CancelQuestion).await;
    let link = made.link.id;
    place.person.click(Intent::RevokeLink { link }).await;
    place.person.sees_first(|alice| alice.links.is_empty()).await;
    place.person.click(close()).await;
    assert_eq!(place.person.asked().await, Asked::Quit);
}

#[tokio::test]
async fn a_question_that_no_window_shows_is_for_a_notification() {
    let mut place = Place::new().await;
    let (_, url) = place.make(wish()).await;
    let _viewer = Viewer::connect(&url).await;
    place.person.sees_first(|alice| alice.sessions.len() == 1).await;
    let gone = ShellError::Failed("no window".into());
    place.person.answers.send(Err(gone)).unwrap();
    let ending = Ending::Quit;
    place.person.click(Intent::AskFirst { ending }).await;
    let unseen = |now: &porthole_core::Snapshot| now.question.clone().is_some_and(|asks| asks.unseen);
    let asks = place.person.sees(|now| unseen(now)).await;
    let note = notes(&asks).remove(0);
    assert_eq!(note.title, "Quit Porthole?");
    assert_eq!(note.answers[0].1, Intent::Quit);
}

/// Each change of any link makes a new snapshot, so that it must not have all of them.
#[tokio::test]
async fn the_window_gets_the_latest_links_and_those_in_use_and_a_count_of_the_rest() {
    let mut place = Place::new().await;
    let (first, url) = place.make(wish()).await;
    let viewer = Viewer::connect(&url).await;
    let mut last = 0;
    for _ in 0..53 {
        last = place.make(wish()).await.0.link.id;
    }
    let shows_last = |now: &std::sync::Arc<porthole_core::Snapshot>| {
        let latest = now.displays[0].links.first();
        latest.is_some_and(|link| link.id == last)
    };
    let now = place.person.sees(shows_last).await;
    let alice = &now.displays[0];
    assert_eq!(
        (alice.links.len(), alice.more_links, alice.links_for_others),
        (51, 3, 54)
    );
    assert!(alice.links.is_sorted_by(|one, next| one.id > next.id));
    assert_eq!(alice.links[50].id, first.link.id, "somebody is connected by it");
    assert_eq!(now.guests().count(), 1);
    assert!(alice.links.iter().all(|link| link.made_for.is_none()));
    // Its display is another now: all of them open nothing, and say so.
    place.home.write(&display("Alice", "demo"));
    let now = place
        .person
        .sees(|now| now.displays[0].links[0].made_for.is_some())
        .await;
    let alice = &now.displays[0];
    assert_eq!(alice.links[0].made_for, Some(place.vnc.address.to_string()));
    assert_eq!(alice.links_for_others, 0);
    assert_eq!(viewer.closed().await, 4003);
}
