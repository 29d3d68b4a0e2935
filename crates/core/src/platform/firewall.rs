//! What the machine's own firewall lets in.

use std::{fs, ops::RangeInclusive};

use super::machine::Machine;
use crate::texts::say;

/// What stands between other machines and a port of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Barrier {
    /// The firewall's name.
    pub name: &'static str,
    /// Whether it is known to keep others out; else it is only there, and its rules are not for us to read.
    pub certain: bool,
    /// The command that lets others in.
    pub open: String,
}

/// What stands between other machines and `port`, as far as this user may know.
pub(crate) async fn barrier(machine: &Machine, port: u16) -> Option<Barrier> {
    if let Some(barrier) = ufw(machine, port) {
        return Some(barrier);
    }
    match firewalld(machine, port).await {
        Firewalld::Closed(barrier) => Some(barrier),
        Firewalld::Open => None,
        Firewalld::Off => nftables(machine, port).await,
    }
}

fn ufw(machine: &Machine, port: u16) -> Option<Barrier> {
    let read = |path: &str| fs::read_to_string(machine.path(path));
    let on = read("/etc/ufw/ufw.conf").is_ok_and(|text| setting(&text, "ENABLED") == Some("yes"));
    let lets_in = |text: String| setting(&text, "DEFAULT_INPUT_POLICY") == Some("ACCEPT");
    if !on || read("/etc/default/ufw").is_ok_and(lets_in) {
        return None;
    }
    let rules = read("/etc/ufw/user.rules");
    let open = format!("sudo ufw allow {port}/tcp");
    match rules {
        Ok(rules) if rules.lines().any(|rule| ufw_allows(rule, port)) => None,
        rules => Some(Barrier {
            name: "ufw",
            certain: rules.is_ok(),
            open,
        }),
    }
}

/// Whether it is a rule that opens the port, as ufw notes its rules: `### tuple ### allow tcp 6080 0.0.0.0/0 any …`.
fn ufw_allows(rule: &str, port: u16) -> bool {
    let mut words = rule
        .strip_prefix("### tuple ###")
        .unwrap_or_default()
        .split_whitespace();
    let (action, protocol, ports) = (words.next(), words.next(), words.next());
    action == Some("allow")
        && matches!(protocol, Some("tcp" | "any"))
        && ports.is_some_and(|ports| ports == "any" || any_of(ports, ',', ':', port))
}

/// The value of `NAME=value` or `NAME="value"`.
fn setting<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().filter_map(|line| line.trim().split_once('='));
    let mut values = lines
        .filter(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('"'));
    values.next_back()
}

enum Firewalld {
    Off,
    Open,
    Closed(Barrier),
}

async fn firewalld(machine: &Machine, port: u16) -> Firewalld {
    let ask = async |question| {
        let output = machine.run("firewall-cmd", &[question]).await.ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    if ask("--state").await.is_none() {
        return Firewalld::Off;
    }
    let zone = ask("--list-all").await;
    if zone.as_deref().is_some_and(|zone| zone_allows(zone, port)) {
        return Firewalld::Open;
    }
    Firewalld::Closed(Barrier {
        name: "firewalld",
        certain: zone.is_some(),
        open: format!("sudo firewall-cmd --add-port={port}/tcp && sudo firewall-cmd --runtime-to-permanent"),
    })
}

/// Whether a zone of firewalld's, as `firewall-cmd --list-all` shows it, opens the port.
fn zone_allows(zone: &str, port: u16) -> bool {
    let value = |key: &str| {
        let line = zone.lines().find_map(|line| line.trim().strip_prefix(key));
        line.unwrap_or_default().trim()
    };
    let tcp = |ports: &str| {
        ports
            .strip_suffix("/tcp")
            .is_some_and(|ports| any_of(ports, ',', '-', port))
    };
    value("target:") == "ACCEPT" || value("ports:").split_whitespace().any(tcp)
}

/// Only the administrator may ask.
async fn nftables(machine: &Machine, port: u16) -> Option<Barrier> {
    if !machine.is_root {
        return None;
    }
    let rules = machine.run("nft", &["list", "ruleset"]).await.ok()?;
    let rules = String::from_utf8_lossy(&rules.stdout);
    nftables_keeps(&rules, port).then(|| Barrier {
        name: "nftables",
        // What else the rules say is more than is understood here.
        certain: false,
        open: say!("doctor-firewall-nft", port = port),
    })
}

/// Whether a chain drops what comes in unless a rule says otherwise, and no rule names the port.
fn nftables_keeps(rules: &str, port: u16) -> bool {
    let drops = |line: &&str| {
        line.contains("hook input") && (line.contains("policy drop") || line.contains("policy reject"))
    };
    let word = port.to_string();
    let numbers = |line: &str| {
        line.split(|c: char| !c.is_ascii_digit())
            .any(|number| number == word)
    };
    let opens = |line: &str| line.contains("dport") && line.contains("accept") && numbers(line);
    rules.lines().any(|line| drops(&line)) && !rules.lines().any(opens)
}

/// Whether a list like `22,6000:6100` has the port.
fn any_of(list: &str, comma: char, dash: char, port: u16) -> bool {
    list.split(comma)
        .any(|part| range(part, dash).is_some_and(|range| range.contains(&port)))
}

fn range(text: &str, dash: char) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once(dash).unwrap_or((text, text));
    Some(first.parse().ok()?..=last.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_ufw() {
        for (rule, allows) in [
            ("### tuple ### allow tcp 6080 0.0.0.0/0 any 0.0.0.0/0 in", true),
            ("### tuple ### allow any 6080 0.0.0.0/0 any 0.0.0.0/0 in", true),
            (
                "### tuple ### allow tcp 80,6000:6100 0.0.0.0/0 any 0.0.0.0/0 in",
                true,
            ),
            (
                "### tuple ### allow any any 0.0.0.0/0 any 192.168.7.0/24 in",
                true,
            ),
            ("### tuple ### allow udp 6080 0.0.0.0/0 any 0.0.0.0/0 in", false),
            ("### tuple ### deny tcp 6080 0.0.0.0/0 any 0.0.0.0/0 in", false),
            ("### tuple ### allow tcp 60801 0.0.0.0/0 any 0.0.0.0/0 in", false),
            ("-A ufw-user-input -p tcp --dport 6080 -j ACCEPT", false),
            ("", false),
        ] {
            assert_eq!(ufw_allows(rule, 6080), allows, "{rule}");
        }
    }

    #[test]
    fn zones_of_firewalld() {
        let zone = |target: &str, ports: &str| {
            format!("public (active)\n  target: {target}\n  ports: {ports}\n  forward-ports: 6080/tcp\n")
        };
        for (target, ports, allows) in [
            ("default", "", false),
            ("default", "22/tcp 6080/udp", false),
            ("default", "22/tcp 6080/tcp", true),
            ("default", "1025-65535/udp 1025-65535/tcp", true),
            ("ACCEPT", "", true),
        ] {
            assert_eq!(
                zone_allows(&zone(target, ports), 6080),
                allows,
                "{target} {ports}"
            );
        }
    }

    #[test]
    fn rules_of_nftables() {
        let rules = |policy: &str, rule: &str| {
            format!(
                "table inet filter {{\n chain input {{\n  type filter hook input priority filter; policy {policy};\n  {rule}\n }}\n}}\n"
            )
        };
        for (policy, rule, keeps) in [
            ("accept", "", false),
            ("drop", "", true),
            ("drop", "tcp dport 22 accept", true),
            ("drop", "tcp dport { 22, 6080 } accept", false),
            ("drop", "tcp dport 6080 drop", true),
        ] {
            assert_eq!(
                nftables_keeps(&rules(policy, rule), 6080),
                keeps,
                "{policy} {rule}"
            );
        }
        assert!(!nftables_keeps("", 6080));
    }
}
