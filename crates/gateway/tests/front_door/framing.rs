//! Whose pages may show ours in a frame.

use std::sync::Arc;

use porthole_gateway::{Access, IndexEntry, Pages};

use crate::common::{TestGateway, wire::ask};

fn pages() -> Pages {
    let entry = || IndexEntry {
        name: "Alice".into(),
        link: "v#abc".into(),
    };
    Pages::Embedded {
        index: Some(Arc::new(move || vec![entry()])),
    }
}

#[tokio::test]
async fn nobodys_by_default_and_those_of_the_config() {
    let gateway = TestGateway::with(Access::default(), pages()).await;
    let at = gateway.address();
    let get = format!("GET / HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    let before = ask(at, &get).await.1;
    assert!(before.contains("frame-ancestors 'none'\r\n"), "{before}");
    assert!(!before.contains("cross-origin-embedder-policy"), "{before}");
    gateway.set_access(Access {
        frame_ancestors: vec![
            "https://portal.example".into(),
            "https://intra.example:8443".into(),
        ],
        ..Access::default()
    });
    let (status, head, _) = ask(at, &get).await;
    assert_eq!(status, 200);
    for line in [
        "form-action 'none'; frame-ancestors https://portal.example https://intra.example:8443\r\n",
        "cross-origin-resource-policy: cross-origin\r\n",
        "cross-origin-embedder-policy: require-corp\r\n",
    ] {
        assert!(head.contains(line), "{line}: {head}");
    }
    assert!(
        !head.contains("x-frame-options") && !head.contains("'none';  frame"),
        "{head}"
    );
    // What is refused stays as it was: nobody frames that.
    let missing = ask(at, &get.replacen("GET /", "GET /nothing", 1)).await.1;
    assert!(missing.contains("frame-ancestors 'none'\r\n"), "{missing}");
}

#[tokio::test]
async fn one_target_is_where_the_root_leads() {
    let gateway = TestGateway::with(Access::default(), Pages::OneTarget).await;
    let at = gateway.address();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    let (status, head, body) = ask(at, &get("/")).await;
    assert_eq!((status, &*body), (307, ""));
    // Relative: a proxy may have put a folder before it.
    assert!(head.contains("\r\nlocation: vnc.html\r\n"), "{head}");
    assert_eq!(ask(at, &get("/index.html")).await.0, 404);
    let (status, _, _) = ask(at, &get("/").replacen("GET", "HEAD", 1)).await;
    assert_eq!(status, 307);
}
