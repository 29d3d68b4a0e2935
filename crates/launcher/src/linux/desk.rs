//! The desk: the folder of a display that is its user's, with what server and session find there.

use std::{
    ffi::OsStr,
    fs::{DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, chown, fchown},
    },
    path::Path,
};

use super::{
    account::Account,
    command,
    folder::{Folder, cannot_make},
    own_space,
};
use crate::LaunchError;

/// Run by sudo as the display's user: makes the desk. Its path and the secrets come in on standard input, in octal,
/// since command lines are public and the folder around it is open meanwhile. Under mask 067 the desk is for its
/// owner, and for the group that the folder gives it to pass through.
const DESK: &str = r#"set -eu
IFS= read -r desk
desk=$(printf '%b.' "$desk")
desk=${desk%.}
umask 067
mkdir -- "$desk"
cd -- "$desk"
umask 077
mkdir run
chmod g-s run
IFS= read -r password
printf '%b' "$password" >passwd
IFS= read -r cookie
printf '%b' "$cookie" >Xauthority
"#;

/// Makes the desk in `folder`, which nobody else can enter yet, with the password file and the X display's cookie.
/// After that others may pass through the folder.
pub(super) async fn make(
    folder: &Folder,
    account: &Account,
    passwords: &[u8],
    cookie: &[u8],
) -> Result<(), LaunchError> {
    if account.is_in_our_power() {
        let desk = folder.desk();
        fill(folder, account, passwords, cookie).map_err(|error| cannot_make(&desk, &error))?;
    } else {
        by_sudo(folder, account, passwords, cookie).await?;
    }
    if !account.is_us() {
        folder.close()?;
    }
    folder.check_desk(account)
}

/// Everything is made, and given away, where only we are: there is nothing that anybody could put in its place.
fn fill(folder: &Folder, account: &Account, passwords: &[u8], cookie: &[u8]) -> io::Result<()> {
    let (desk, runtime) = (folder.desk(), folder.runtime());
    make_folder(&desk)?;
    if !account.is_us() {
        own_space::give(&desk, account.uid);
    }
    make_folder(&runtime)?;
    let password_file = make_file(&folder.password_file(), passwords)?;
    let x_authority = make_file(&folder.x_authority(), cookie)?;
    if account.is_us() {
        return Ok(());
    }
    let (user, group) = (Some(account.uid), Some(account.gid));
    chown(&runtime, user, group)?;
    for file in [password_file, x_authority] {
        fchown(&file, user, group)?;
    }
    // For the gateway's group, which what is made in it inherits: the server's socket.
    chown(&desk, user, Some(rustix::process::getegid().as_raw()))?;
    std::fs::set_permissions(&desk, Permissions::from_mode(0o2710))
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    // Whatever the mask is, and the group that the folder around it would give.
    std::fs::set_permissions(path, Permissions::from_mode(0o700))
}

fn make_file(path: &Path, contents: &[u8]) -> io::Result<File> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(contents)?;
    Ok(file)
}

async fn by_sudo(
    folder: &Folder,
    account: &Account,
    passwords: &[u8],
    cookie: &[u8],
) -> Result<(), LaunchError> {
    let desk = folder.desk();
    let input = [desk.as_os_str().as_bytes(), passwords, cookie]
        .map(octal)
        .concat();
    folder.open_for_desk()?;
    let made = account.script(DESK, &[] as &[&OsStr], input.as_bytes()).await;
    folder.close()?;
    let output = made.map_err(|error| cannot_make(&desk, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = command::said(&output.stderr);
    if said.contains("No space left on device") || said.contains("quota exceeded") {
        return Err(LaunchError::DiskFull { path: desk });
    }
    Err(LaunchError::Folder {
        path: desk,
        why: said,
    })
}

/// Bytes as a line that `printf %b` turns back.
fn octal(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("\\0{byte:03o}")).collect();
    digits + "\n"
}
