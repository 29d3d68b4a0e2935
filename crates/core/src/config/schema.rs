//! The config file as it is written, before anything is checked but its shape. Every value knows where it stands.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub listen: Option<Spanned<OneOrMore>>,
    pub port: Option<Spanned<i64>>,
    pub base_path: Option<Spanned<String>>,
    #[serde(default)]
    pub hosts: Vec<Spanned<String>>,
    #[serde(default)]
    pub origins: Vec<Spanned<String>>,
    pub public_url: Option<Spanned<String>>,
    #[serde(default)]
    pub trusted_proxies: Vec<Spanned<String>>,
    #[serde(default)]
    pub frame_ancestors: Vec<Spanned<String>>,
    pub encrypt: Option<bool>,
    pub cert: Option<Spanned<String>>,
    pub key: Option<Spanned<String>>,
    #[serde(default)]
    pub mdns: bool,
    pub interface: Option<Spanned<String>>,
    pub open: Option<Spanned<String>>,
    pub theme: Option<Spanned<String>>,
    pub token_file: Option<Spanned<String>>,
    #[serde(default)]
    pub links: Links,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub display: Vec<Display>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Links {
    pub rights: Option<Spanned<String>>,
    pub ends: Option<Spanned<String>>,
    pub once: Option<bool>,
    pub ask: Option<bool>,
    pub pin: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub sessions_per_link: Option<Spanned<i64>>,
    pub sessions_per_display: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Display {
    pub id: Option<Spanned<String>>,
    pub name: Spanned<String>,
    pub target: Option<Spanned<String>>,
    pub launch: Option<Spanned<Launch>>,
    pub password_file: Option<Spanned<String>>,
    pub picture: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Launch {
    pub user: Option<Spanned<String>>,
    pub geometry: Option<Spanned<String>>,
    pub depth: Option<Spanned<i64>>,
    pub session: Option<Spanned<String>>,
    pub start: Option<Spanned<String>>,
    pub stop: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "expected an address or a list of addresses, as \"127.0.0.1\""
)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}
