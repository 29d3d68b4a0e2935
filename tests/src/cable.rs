//! A machine with one cable to its network, at the other end of which every frame is counted.
//!
//! Two network namespaces with a veth pair between them: `lan0` here, `wire` at the far end. Nobody answers there. Both
//! are without IPv6, in which the kernel announces itself whatever programs do: so each frame is a program's doing.

use std::{
    env,
    ffi::OsString,
    io::Write,
    net::{Ipv4Addr, UdpSocket},
};

use anyhow::{Context, Result, ensure};
use rustix::net::sockopt::set_ip_multicast_if;

use crate::{
    deadline::eventually,
    once_more::{Place, own_home},
    people::as_root,
    process::{Process, run},
    programs::program,
};

/// This machine's address on its network.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 168, 213, 7);

/// Who is asked for the addresses of names: somebody beyond the cable.
pub const NAME_SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 53);

/// Where a frame goes that is the last one of a count; nobody else has a reason to send there.
const LAST: (Ipv4Addr, u16) = (Ipv4Addr::new(239, 255, 213, 7), 9);

/// Names the process that keeps the far end.
const FAR_END: &str = "PORTHOLE_TESTS_FAR_END";

/// Whether packets for elsewhere find a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// There is no route at all.
    None,
    /// All of them go over the cable, to a router that says nothing.
    Out,
}

/// Makes the far end and keeps it for as long as the near one lasts, which is made in it: its script is `$0`, and its
/// arguments are ours.
const FAR: &str = r#"
    export PORTHOLE_TESTS_FAR_END=$$
    unshare --net --mount -- sh -ec "$0" "$@"
    exit $?"#;

/// `$0` is a file that names the name server, `$1` says whether there is a way out.
const NEAR: &str = r#"
    ip link set lo up
    ip link add lan0 type veth peer name wire netns "$PORTHOLE_TESTS_FAR_END"
    nsenter --net --target "$PORTHOLE_TESTS_FAR_END" ip link set wire up
    ip link set lan0 up
    if [ "$1" = out ]; then
        ip address add 192.168.213.7/24 dev lan0
        ip neighbour add 192.168.213.1 lladdr 02:00:00:00:00:01 dev lan0 nud permanent
        ip route add default via 192.168.213.1
    else
        ip address add 192.168.213.7/32 dev lan0
    fi
    mount --bind "$0" /etc/resolv.conf
    shift
    exec "$@""#;

/// For interfaces that are still to come; the loopback keeps it.
const WITHOUT_IPV6: &str = r#"
    switch=/proc/sys/net/ipv6/conf/default/disable_ipv6
    [ ! -e "$switch" ] || echo 1 > "$switch"
    "#;

/// Whether this process is on such a machine.
#[must_use]
pub fn is_here() -> bool {
    env::var_os(FAR_END).is_some()
}

/// Runs the test of that name (`module::function`) once more, in a process on such a machine.
///
/// # Errors
///
/// When it fails there, or there is no such test, or this test may not make a network: it must run as root, or be
/// allowed sudo without a password.
pub fn run_there(test: &str, way: Way) -> Result<()> {
    on_such_a_machine(way, |machine| machine.run(test))
}

/// Runs this very program once more, with these arguments, on such a machine without any way out.
///
/// # Errors
///
/// As for [`run_there`].
pub fn run_this_there(args: &[OsString]) -> Result<()> {
    on_such_a_machine(Way::None, |machine| {
        let status = machine.command()?.args(args).status()?;
        ensure!(status.success(), "there it ended with {status}");
        Ok(())
    })
}

fn on_such_a_machine(way: Way, act: impl FnOnce(&Place<'_>) -> Result<()>) -> Result<()> {
    let mut names = tempfile::NamedTempFile::new()?;
    writeln!(names, "nameserver {NAME_SERVER}\noptions timeout:1 attempts:1")?;
    let far = [WITHOUT_IPV6, FAR].concat();
    let near = [WITHOUT_IPV6, &own_home(), NEAR].concat();
    let way = match way {
        Way::None => "none",
        Way::Out => "out",
    };
    act(&Place {
        namespaces: &["--net"],
        script: &far,
        arguments: &[&near, &names.path().to_string_lossy(), way],
    })
}

/// The cable, with somebody at its far end.
pub struct Cable {
    far_end: Process,
}

impl Cable {
    /// Begins to count.
    ///
    /// # Errors
    ///
    /// When this is no such machine, or what listens at the far end does not start.
    pub async fn tap() -> Result<Self> {
        let mut command = at_the_far_end()?;
        command
            .args(["setpriv", "--pdeathsig", "TERM", "--"])
            .arg(program("far_end")?);
        let far_end = Process::start(&mut command)?;
        far_end
            .line("the far end listens", |line| (line == "listening").then_some(()))
            .await?;
        Ok(Self { far_end })
    }

    /// Every frame that was sent until now, in a few words each; none is missing.
    ///
    /// # Errors
    ///
    /// When the far end and the kernel do not agree on how many there were.
    pub async fn sent(&self) -> Result<Vec<String>> {
        let last = UdpSocket::bind((ADDRESS, 0))?;
        // Without a route, it must be said by which interface it leaves.
        set_ip_multicast_if(&last, &ADDRESS)?;
        last.send_to(&[], LAST)?;
        let mark = format!(
            "UDP to {}:{} from port {}",
            LAST.0,
            LAST.1,
            last.local_addr()?.port()
        );
        eventually("the last frame arrives", async || {
            let output = self.far_end.output()?;
            let frames: Vec<_> = output.lines().skip(1).map(str::to_owned).collect();
            ensure!(output.ends_with('\n') && frames.contains(&mark), "{frames:?}");
            let counted = counted()?;
            ensure!(
                counted == frames.len(),
                "the kernel counts {counted}, the far end saw {frames:?}"
            );
            let end = format!("UDP to {}:{} ", LAST.0, LAST.1);
            Ok(frames
                .into_iter()
                .filter(|frame| !frame.starts_with(&end))
                .collect())
        })
        .await
    }
}

fn at_the_far_end() -> Result<std::process::Command> {
    let keeper = env::var(FAR_END).context("this machine has no cable")?;
    let mut command = as_root("nsenter");
    command.args(["--net", "--target", &keeper, "--"]);
    Ok(command)
}

/// How many frames the kernel counts at the far end.
fn counted() -> Result<usize> {
    let table = run(at_the_far_end()?.args(["cat", "/proc/net/dev"]))?;
    let wire = table
        .lines()
        .find_map(|line| line.trim_start().strip_prefix("wire:"));
    // Bytes come first, then packets.
    let packets = wire
        .and_then(|counts| counts.split_whitespace().nth(1))
        .context("no cable at the far end")?;
    Ok(packets.parse()?)
}
