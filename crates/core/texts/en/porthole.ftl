### What the program says to the person who sits at it, in English.
###
### A message that is a whole sentence ends with its full stop. Names, paths and commands come as arguments, or stand
### as they are. What the window says of itself is in ui/src/texts.

## The tray's menu, and what its icon says.

tray-open = Open { $display }
tray-share = Share
tray-copy-link = Copy link
tray-new-desktop = New desktop
tray-show-window = Show window
tray-doctor = Troubleshoot
tray-quit = Quit
tray-stop-all = Stop all and quit
tray-start = Start
tray-stop = Stop
tray-restart = Restart
tray-connected =
    { $count ->
        [one] 1 viewer is connected
       *[other] { $count } viewers are connected
    }

# After the display's name and a colon.
tray-is-stopped = stopped
tray-is-starting = starting…
tray-is-running = running
tray-is-stopping = stopping…
tray-has-ended = ended
tray-is-unavailable = cannot be started

## Notifications, and answers to visitors.

note-allow = Allow
note-allow-view = Allow view only
note-deny = Deny
note-wants-control = { $address } wants to control { $display }
note-wants-view = { $address } wants to see { $display }
note-visitor-waits = Someone with the link is waiting for your answer.
note-guest = { $address } is connected to { $display }
note-guest-controls = They can use the keyboard and mouse.
note-guest-views = View only.
note-guest-raw = The VNC server decides what they can do.
note-disconnect = Disconnect

## Questions before something is lost.

question-stop = Stop { $display }?
question-restart = Restart { $display }?
question-stop-all = Stop { $displays } and quit Porthole?
question-quit = Quit Porthole?
question-stop-yes = Stop
question-restart-yes = Restart
question-no = Keep running
loses-work =
    { $count ->
        [one] All programs on it will close and unsaved work will be lost.
       *[other] All programs on them will close and unsaved work will be lost.
    }
loses-visitors =
    { $count ->
        [one] 1 visitor will be disconnected.
       *[other] { $count } visitors will be disconnected.
    }
loses-links =
    { $count ->
        [one] 1 link will not open anything until you start Porthole again.
       *[other] { $count } links will not open anything until you start Porthole again.
    }

## The doctor. What is so, or the cause of a fault; and after -fix, what to do. A command comes after a colon and ends
## the sentence.

doctor-config-fix = Correct { $file }. It is reloaded every time you save it.
doctor-config-none = There is no { $file } yet, so the only display is Demo.
doctor-config-well =
    { $displays ->
        [one] { $file } is valid. It has 1 display.
       *[other] { $file } is valid. It has { $displays } displays.
    }
doctor-config-foreign = { $path } belongs to somebody else (user id { $user }), who can change it.
doctor-config-foreign-fix = Run: sudo chown { $us } { $path }
doctor-config-open = Other users can change { $path }, and with it what Porthole runs.
doctor-config-open-fix = Run: chmod go-w { $path }
doctor-secrets-well = Only you can read the files with passwords and keys.

doctor-tokens-well =
    { $tokens ->
        [one] { $file } is valid. It has 1 token.
       *[other] { $file } is valid. It has { $tokens } tokens.
    }
doctor-tokens-fix = Correct it. The file is reloaded every time it changes.
doctor-tokens-guessable =
    { $tokens ->
        [one] { $file } has a token short enough to guess: the one for { $target }.
       *[other] { $file } has { $tokens } tokens short enough to guess. The first is the one for { $target }.
    }
doctor-tokens-guessable-fix = Replace it with at least 8 random letters and digits, better 22, and give out the new link. To make one: head -c 16 /dev/urandom | base64 | tr -dc A-Za-z0-9
doctor-targets-well =
    { $targets ->
        [one] The one target in { $file } answers.
       *[other] All { $targets } targets in { $file } answer.
    }
doctor-targets-more =
    { $targets ->
        [one] 1 more target does not answer.
       *[other] { $targets } more targets do not answer.
    }
doctor-targets-fix = Start its VNC server, or correct the token file.
doctor-target-well = { $target } answers.
doctor-target-fix = Start its VNC server, or start Porthole with another target.
doctor-targets-untried =
    { $targets ->
        [one] 1 target in { $file } was not tried.
       *[other] { $targets } targets in { $file } were not tried.
    }
doctor-targets-untried-fix = At most 100 are tried, for 12 seconds. To try others, name a file that has only those.

doctor-state-no-folder = { $folder } is not a folder, so links and the port cannot be remembered.
doctor-state-no-folder-fix = Move it away: mv { $folder } { $folder }.old
doctor-state-closed = Nothing can be written to { $folder } ({ $error }), so links and the port cannot be remembered.
doctor-state-read-only-fix = Make its file system writable again.
doctor-state-foreign = { $path } belongs to somebody else (user id { $user }).
doctor-state-chown-fix = Run: sudo chown -R { $us } { $folder }
doctor-state-open = Other users can access { $path }.
doctor-state-open-fix = Run: chmod go-rwx { $path }
doctor-state-damaged = { $file } cannot be read ({ $error }): links that were copied no longer work.
doctor-state-damaged-fix = Restore it from a backup; or restart Porthole, which sets it aside and starts afresh, and copy the links again.
doctor-state-well = Links and settings are saved in { $file }.

doctor-disk-full = The disk with { $folder } is full: nothing can be saved.
doctor-disk-no-files = The disk with { $folder } has no free inodes: nothing can be saved.
doctor-disk-little = Only { $megabytes } MB are free on the disk with { $folder }.
doctor-disk-fix = Free some space there. To see what uses it: du -xh { $folder } | sort -h | tail
doctor-disk-unknown = Cannot determine the free space on { $folder }: { $error }.
doctor-disk-well = There is enough disk space.

# The second part of a sentence.
doctor-runtime-instead = displays have their sockets below /tmp/porthole-{ $us } instead
doctor-runtime-root = As root, displays have their sockets below /run.
doctor-runtime-relative = XDG_RUNTIME_DIR is `{ $folder }`, which is no absolute path; { $instead }.
doctor-runtime-relative-fix = Remove the line that sets it, and log in again.
doctor-runtime-gone = XDG_RUNTIME_DIR names { $folder }, which cannot be used ({ $error }); { $instead }.
doctor-runtime-gone-fix = Log in again rather than by `su`; for a service, RuntimeDirectory= of systemd makes such a folder.
doctor-runtime-unset = XDG_RUNTIME_DIR is not set, and there is no { $folder }; { $instead }.
doctor-runtime-unset-fix = Log in by the system's login (pam_systemd or elogind), or run `loginctl enable-linger` once.
doctor-runtime-foreign = { $folder } is not a folder of yours (user id { $user }); { $instead }.
doctor-runtime-foreign-fix = This shell was made by `su` or `sudo` and kept another user's environment: use `su -` or `sudo -i`.
doctor-runtime-open = Other users can enter { $folder }; { $instead }.
doctor-runtime-open-fix = Run: chmod 700 { $folder }
doctor-runtime-long = The path { $folder } is too long for the sockets of displays.
doctor-runtime-long-fix = Set XDG_RUNTIME_DIR to a path of at most { $letters } letters.
doctor-runtime-well = Displays have their sockets below { $folder }.

doctor-x-sockets-none = { $folder } is not there yet; the first display makes it.
doctor-x-sockets-missing = The folder { $folder } is missing, where X displays have their sockets.
doctor-x-sockets-missing-fix = Run: sudo install -d -m 1777 -o root -g root { $folder }
doctor-x-sockets-link = { $folder } is a link, where the folder of all X displays should be.
doctor-x-sockets-socket = { $folder } is a socket, where the folder of all X displays should be.
doctor-x-sockets-file = { $folder } is a file, where the folder of all X displays should be.
doctor-x-sockets-no-folder-fix = Run: sudo rm { $folder }, and then sudo install -d -m 1777 -o root -g root { $folder }
doctor-x-sockets-foreign = { $folder } belongs to user id { $user }, who can take everybody's displays away.
doctor-x-sockets-foreign-fix = Run: sudo chown root:root { $folder }
doctor-x-sockets-closed = Not everybody can put the socket of an X display into { $folder } (mode { $mode }).
doctor-x-sockets-closed-fix = Run: sudo chmod 1777 { $folder }
doctor-x-sockets-well = X displays can have their sockets in { $folder }.

doctor-refused-hosts = Visitors who opened this computer as { $names } were refused.
doctor-refused-hosts-fix = If that name is yours, add hosts = ["{ $name }"] to the config.
doctor-refused-origins = Pages of { $names } tried to connect and were refused.
doctor-refused-origins-fix = If visitors come from there, as through a reverse proxy, add origins = ["{ $name }"] to the config.
doctor-refused-hosts-argument-fix = If that name is yours, add --allow-host={ $name } when you start Porthole.
doctor-refused-origins-argument-fix = If visitors come from there, as through a reverse proxy, add --allow-origin={ $name } when you start Porthole.
doctor-refused-http10 = A reverse proxy forwards WebSockets with HTTP/1.0, so its visitors cannot connect.
doctor-refused-http10-fix = In NGINX, add to the location: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
doctor-refused-no-upgrade = A reverse proxy removes the Upgrade headers of WebSockets, so its visitors cannot connect.
doctor-refused-no-upgrade-fix = In NGINX, add to the location: proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
doctor-running-other = The running Porthole (process { $process }) is version { $version }; this is { $ours }.
doctor-running-other-fix = Quit it and start it again. Its desktops keep running.
doctor-running-well = Porthole is running (process { $process }) at { $address }.
doctor-running-not = Porthole is not running with this config.
doctor-running-odd = The running Porthole gave an unexpected answer.
doctor-running-silent = The running Porthole does not answer.
doctor-running-unknown-fix = Its log may say why. If it hangs, end its process and start it again. Its desktops keep running.

doctor-port-unchosen = Porthole chooses a free port at its first start and keeps it.
doctor-port-listened = Porthole is listening on port { $port }.
doctor-port-free = Port { $port } is free.
doctor-port-administrator = Only the administrator may listen on port { $port }.
doctor-port-administrator-fix = Set a `port` from 1024 on in { $file }; a reverse proxy can have { $port }. Or allow it: sudo sysctl net.ipv4.ip_unprivileged_port_start={ $port }
doctor-port-no-address = This computer does not have the address { $ip }.
doctor-port-no-address-fix = Change `listen` in { $file }. It has: { $addresses }.
doctor-port-no-address-none-fix = Change `listen` in { $file }. It has no other address than 127.0.0.1 now.
doctor-port-other = Cannot listen on { $address }: { $error }.
doctor-port-other-fix = Check `listen` and `port` in { $file }.
doctor-port-taken = Port { $port } is taken by { $program } (process { $process }).
doctor-port-taken-by-user = Port { $port } is taken by a program of another user (user id { $user }).
doctor-port-taken-by-other = Port { $port } is taken by another program.
doctor-port-taken-fix = Stop that program, or set another `port` in { $file }. Links you copied before name the old port.

doctor-network-none = This computer is offline, so links only work here.
doctor-network-none-fix = Connect it to the same network as the other computers.
doctor-network-missing = Porthole accepts connections on { $interface }, which has no address now, so links only work on this computer.
doctor-network-missing-fix = Connect it, or correct `interface` in the config.
doctor-network-not-listened = { $interface } has { $ip }. Porthole does not listen there because of `{ $key }` in the config.
doctor-network-not-told = { $interface } has { $ip }. Porthole does not listen there because its command line names other addresses.
doctor-network-well = { $interface }: links with { $ip } open, as far as can be tested from here.
doctor-network-closed = { $interface } has { $ip }, but connecting to it fails even from this computer: { $error }.
doctor-network-closed-fix = Check the routes and the packet filter of this computer: ip route get, and as root nft list ruleset.

doctor-firewall-alone = Porthole only accepts connections from this computer, so no firewall matters.
doctor-firewall-later = The firewall can be checked once a port is chosen.
doctor-firewall-well = No known firewall blocks port { $port }.
doctor-firewall-closed = The firewall { $firewall } blocks port { $port } for other computers.
doctor-firewall-closed-fix = To let them in: { $command }
doctor-firewall-maybe = The firewall { $firewall } is on and may block port { $port } for other computers.
doctor-firewall-maybe-fix = If links do not open on other computers: { $command }
doctor-firewall-nft = sudo nft add rule inet filter input tcp dport { $port } accept (with your table's and chain's names)

doctor-certificate-http = Links use http, so there is no certificate to check.
doctor-certificate-generated = Porthole makes and renews its certificate.
doctor-certificate-unknown = Cannot read when the certificate expires.
doctor-certificate-early =
    { $days ->
        [0] The certificate becomes valid in less than a day; until then browsers refuse it.
        [one] The certificate becomes valid in 1 day; until then browsers refuse it.
       *[other] The certificate becomes valid in { $days } days; until then browsers refuse it.
    }
doctor-certificate-early-fix = Wait, or correct the clock: timedatectl set-ntp true
doctor-certificate-ended =
    { $days ->
        [0] The certificate expired less than a day ago; browsers refuse it.
        [one] The certificate expired 1 day ago; browsers refuse it.
       *[other] The certificate expired { $days } days ago; browsers refuse it.
    }
doctor-certificate-ends =
    { $days ->
        [0] The certificate expires in less than a day.
        [one] The certificate expires in 1 day.
       *[other] The certificate expires in { $days } days.
    }
doctor-certificate-renew-fix = Renew it. Porthole loads the new file as soon as it is there.
doctor-certificate-files-fix = Correct the file. Porthole loads it as soon as it is valid; until then the last good certificate stays in use.
doctor-certificate-well = The certificate matches its key and is valid for { $days } days.

doctor-display-well = { $display } can be opened.
doctor-display-closed = { $display } cannot be opened. { $cause }
doctor-socket-missing = There is no socket { $socket } ({ $error }).
doctor-socket-no-socket = { $socket } is not a socket.
doctor-socket-no-socket-fix = Correct the display's target in the config file.
doctor-socket-closed = This user may not open the socket { $socket }.
doctor-socket-closed-fix = Have the VNC server create it for a group you are in (-rfbunixmode 0660), or run: sudo chmod go+rw { $socket }
doctor-desktops-well = New desktops can be started.
doctor-no-pam = This system has no PAM for su, so other users' desktops get no logind session, no limits from limits.conf and no home folder made for them.
doctor-no-pam-fix = Install util-linux's su with PAM, which provides /etc/pam.d/su.
doctor-this-screen-well = The screen of this computer can be shared.

doctor-screen-none = There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): portholed works, but porthole cannot open a window.
doctor-screen-wayland-gone = WAYLAND_DISPLAY is `{ $name }`, but no Wayland compositor answers at { $socket }.
doctor-screen-wayland-gone-fix = Start Porthole from within the graphical session, or unset WAYLAND_DISPLAY.
doctor-screen-wayland = This is a Wayland session: the window works, but its screen cannot be shared by X0tigervnc.
doctor-screen-wayland-fix = Use the desktop's own sharing (GNOME: Settings, System, Remote Desktop; KDE: krfb; Sway and others: wayvnc), added here as a display with a target; or log in to an X11 session.
doctor-screen-x-gone = DISPLAY is `{ $name }`, but no X server answers at { $socket }.
doctor-screen-x-gone-fix = Start Porthole from within the graphical session, or unset DISPLAY.
doctor-screen-cookie = XAUTHORITY is `{ $file }`, which cannot be read, so the X server refuses Porthole.
doctor-screen-cookie-fix = Start Porthole as the user of the graphical session, or unset XAUTHORITY.
doctor-screen-well = There is an X screen, { $name }.

doctor-tray-no-bus = The session bus (D-Bus) does not answer, so there are no tray icon and no notifications.
doctor-tray-no-bus-fix = Start Porthole from within the graphical session, or under dbus-run-session.
doctor-tray-none = The desktop shows no tray icons, so closing the window quits Porthole. It asks first while visitors are connected or a shared link is active.
doctor-tray-none-fix = On GNOME, install the extension `AppIndicator and KStatusNotifierItem Support` (Debian, Ubuntu: gnome-shell-extension-appindicator); elsewhere, add a system tray to the panel.
doctor-tray-well = The desktop shows tray icons.

doctor-webkit-missing = WebKitGTK 4.1 is missing: porthole cannot open its window. portholed needs no window.
doctor-webkit-missing-fix = Install the package libwebkit2gtk-4.1-0 (Debian, Ubuntu), webkit2gtk4.1 (Fedora) or webkit2gtk-4.1 (Arch).
doctor-webkit-well = WebKitGTK is installed: porthole can open its window.
doctor-tray-library-missing = The library for the tray icon is missing: the window works without one.
doctor-tray-library-missing-fix = Install the package libayatana-appindicator3-1 (Debian, Ubuntu), libayatana-appindicator-gtk3 (Fedora) or libayatana-appindicator (Arch).
doctor-tray-library-well = The library for the tray icon is installed.

doctor-descriptors = The limit of { $most } open files and sockets is enough for about { $viewers } viewers.
doctor-descriptors-fix = Raise the hard limit: `ulimit -Hn 65536` as root, nofile in /etc/security/limits.conf, or LimitNOFILE= in the systemd unit.
doctor-clock-wrong = The clock is wrong: it shows a time before this version of Porthole was built. Links will expire at the wrong time, and certificates seem not yet valid.
doctor-clock-back = The clock was set back or is wrong: { $file } was saved later than now. Links will expire at the wrong time.
doctor-clock-fix = Correct it: timedatectl set-ntp true, or date --set.
doctor-clock-well = The clock looks right.

## Why a display cannot be reached; after -fix, what to do.

unreachable = Cannot connect to { $place }: { $why }.
unreachable-fix = Start its VNC server, or correct the display's target in the config file.
unreachable-address-fix = Start its VNC server, or correct the address.
unreachable-silent = The server at { $place } did not answer in time.
unreachable-silent-fix = Check that it is a VNC server and that it is not hung.

# The end of a sentence.
no-way-nobody = nothing is listening there
no-way-no-socket = its socket does not exist
no-way-not-a-socket = its socket is a file of another kind
no-way-closed-socket = no permission to open its socket
no-way-foreign-socket = its socket belongs to another user
no-way-unknown-socket = the system does not say who owns its socket
no-way-unknown-host = unknown host name
no-way-no-address = its host name has no address
no-way-no-route = no route to its host
no-way-silent = its host does not answer
no-way-slow = no answer within 5 seconds
no-way-full = it has as many viewers as it can serve
no-way-not-started = it was not started
no-way-failed = the connection failed

server-no-vnc = This is not a VNC server.
server-no-vnc-fix = Check the target's port.
server-old = The server uses RFB { $version }, which is too old.
server-old-fix = Use a server with RFB 3.3 or later, not a repeater.
server-cut-short = The VNC server closed or stopped answering before { $during }.
server-before-greeting = it greeted
server-before-security = it offered a security type
server-before-challenge = it sent its challenge
server-before-accepting = it accepted us
server-before-screen = it described its screen
server-before-vencrypt = it offered a sub-type of VeNCrypt
server-before-tls = it began TLS
server-before-tight = it offered a sub-type of Tight
server-before-key = it sent its RSA key
server-before-random = it sent its random number
server-before-hash = it sent its hash of both RSA keys
server-before-credentials = it said which credentials it wants
server-before-diffie-hellman = it sent its Diffie-Hellman numbers
server-before-reason = it gave its reason
server-cut-short-fix = Check the target and the server's log.
server-refused = The VNC server refused the connection.
server-refused-fix = See the VNC server's log.
server-locked = The VNC server locked Porthole out after wrong passwords.
server-locked-fix = Set the right password, then wait or restart the server.
server-wrong-password = The VNC server refused the display's password.
server-wrong-password-fix = Set the right one (VNC uses the first 8 bytes only).
server-asks = The VNC server needs a password, and the display has none.
server-asks-fix = Set password_file.
server-asks-not = The display has a password, but the VNC server wants none.
server-asks-not-fix = Remove it, or start the server with -SecurityTypes VncAuth.
server-security = The VNC server offers only { $offered }.
server-types = { $names }
server-types-more = { $names }, { $more } more
server-security-fix = Start it with -SecurityTypes VncAuth.
server-wrong-user = The VNC server refused the display's user name or password.
server-wrong-user-fix = Set the right ones.
server-asks-user = The VNC server needs a user name, and the display has none.
server-asks-user-fix = Set user.
server-weak = The VNC server offers only { $offered }, which the display does not allow.
server-weak-fix = Add X509Vnc, X509Plain or RA2_256 to its security types.
server-broken = The VNC server's { $login } log-in is broken: { $fault }.
server-broken-fix = Check what answers there, and see the VNC server's log.
server-long-user = The user name is longer than { $login } takes ({ $limit } bytes).
server-long-password = The password is longer than { $login } takes ({ $limit } bytes).
server-long-target = The target is longer than { $login } takes ({ $limit } bytes).
server-credential-fix = Set a shorter one.
fault-key-length = the server's RSA key has { $bits } bits, not 1024 to 8192
fault-key = the server's RSA key is not valid
fault-random-length = the server's random number came in { $length } bytes, not { $expected }
fault-random = the server's random number cannot be decrypted
fault-hash = the server's hash of both RSA keys is wrong; someone may be intercepting the connection
fault-subtype = the server asks for credentials of an unknown kind ({ $kind })
fault-record = an encrypted record was changed on the way
fault-record-length = an encrypted record has { $length } bytes, over 8192
fault-turn = the server sent data out of turn
fault-prime-length = the server's Diffie-Hellman prime has { $bytes } bytes, not 128 to 1024
fault-diffie-hellman = the server's Diffie-Hellman numbers are not valid
fault-vencrypt-version = the server speaks VeNCrypt { $version }, not 0.2
fault-vencrypt = the server refused VeNCrypt 0.2
fault-subtypes = the server offers no sub-types
fault-tls = the server could not begin TLS; it may lack a certificate
fault-capabilities = the server lists { $count } capabilities, over 64
fault-tunnel = the server offers only tunnels that nobody knows
server-long-name = The VNC server's name has { $length } bytes, over 4096.
server-long-name-fix = Give the desktop a shorter name.
# Foreign words.
server-said = It said: “{ $said }”

target-wrong = `{ $target }` is not an address: { $why }. Examples: 127.0.0.1:5901, [::1]:5901, localhost:1, unix:/path.
# The end of a sentence.
target-relative = the path must be absolute
target-no-port = the port is missing
target-not-ipv6 = the brackets must contain an IPv6 address
target-no-brackets = an IPv6 address needs brackets
target-no-host = that is not a host name
target-bad-port = the port must be a number from 0 to 65535

## Why a desktop cannot be started, what is done to start it, and why it is over.

launch-not-here = Porthole can start desktops on Linux only.
launch-not-here-fix = Give the display a target instead.
launch-not-installed = TigerVNC is not installed: { $program } was not found.
launch-not-installed-fix = Install TigerVNC.
launch-install-fix = To install it: { $command }.
launch-no-session = There is no desktop for { $user }: neither ~/.vnc/xstartup, ~/.config/tigervnc/xstartup nor ~/.xsession, and no desktop is installed.
launch-no-session-fix = To install it: { $command }. Or set `session` to a command.
launch-no-session-unknown-fix = Install a desktop, like Xfce. Or set `session` to a command.
launch-xstartup-crlf = { $path } has Windows line endings (CRLF), so its commands cannot be found.
launch-xstartup-crlf-fix = To convert it: sed -i 's/\r$//' { $path }.
launch-xstartup-unreadable = { $path } cannot be read by its user.
launch-xstartup-unreadable-fix = To let its owner read it: chmod u+r { $path }.
launch-no-user = There is no user `{ $user }` on this computer.
launch-no-user-fix = Check `user`, or add the account.
launch-no-login = The account `{ $user }` cannot log in: its shell is { $shell }.
launch-no-login-fix = Choose another `user`, or give it a shell: usermod -s /bin/bash { $user }.
launch-expired = The account `{ $user }` has expired.
launch-expired-fix = To reactivate it: chage -E -1 { $user }.
launch-no-limits = Cannot read the login limits of { $user }: { $why }.
launch-no-limits-fix = Start it again. If that does not help, run as root to see why: runuser -u { $user } true.
launch-login-refused = Cannot open a session for { $user }{ $said }.
launch-no-home = { $user }'s home { $home } does not exist.
launch-no-home-fix = Create it, or let logins create it: enable pam_mkhomedir for su.
launch-logins-closed = Only root can log in now, because { $file } exists{ $said }.
launch-no-sudo = { $me } may not start a desktop for { $user }{ $said }.
launch-no-sudo-fix = To allow it, add this line with `visudo -f /etc/sudoers.d/porthole`: { $me } ALL=({ $user }) NOPASSWD: ALL.
launch-bad-folder = The folder { $folder } cannot be used: { $why }.
launch-bad-folder-fix = Remove it.
launch-long-path = The socket path { $path } is too long: it has { $length } bytes, and the limit is 107.
launch-long-path-fix = Set XDG_RUNTIME_DIR to a shorter path.
launch-disk-full = The disk with { $path } is full.
launch-disk-full-fix = Free some space there and start again.
launch-folder = Cannot create { $path }: { $why }.
launch-no-x11-folder-fix = Make it: sudo install -d -m 1777 -o root -g root /tmp/.X11-unix.
launch-run = Cannot run { $program }: { $why }.
launch-server-failed = The VNC server ended before it was ready{ $said }.
launch-server-silent = The VNC server was not ready within { $seconds } seconds, so Porthole ended it.
launch-impostor = The socket { $socket } does not belong to the VNC server that Porthole started: { $why }.
launch-no-screen = There is no X screen here to share: DISPLAY is not set.
launch-no-screen-fix = Start Porthole from the desktop to share.
launch-wayland = This is a Wayland session. X0tigervnc cannot share its screen.
launch-wayland-fix = Use the desktop's own sharing (GNOME: Settings, System, Remote Desktop; KDE: krfb; Sway and others: wayvnc), added here as a display with a target; or log in to an X11 session.

# The end of a sentence.
folder-none = it is not a folder
folder-foreign = it belongs to somebody else (user id { $user })
folder-open = others can write to it

# Within a sentence.
starting-account = looking up the account
starting-folder = making a private folder
starting-server = starting the VNC server
starting-session = starting the session

ended-stopped = It was stopped.
ended-logged-out = The session ended: its user logged out.
ended-session = The session ended.
ended-session-at-once = The session ended within seconds, without an error: none of its programs kept running. The last lines of its log may say why.
ended-session-not-run = The session command could not be run (status 126): is it executable?
ended-session-not-found = The session command was not found (status 127): is it installed, and spelt right?
ended-session-failed = The session command failed with status { $status }; the last lines of its log may say why.
ended-session-killed = The session was killed ({ $signal }).
ended-server = The VNC server ended.
ended-server-failed = The VNC server failed with status { $status }.
ended-server-killed = The VNC server was killed ({ $signal }).
ended-while-away = It ended while Porthole was not running.
ended-interrupted = Porthole ended while starting this desktop. Start it again.
ended-forsaken = Porthole no longer manages it.

# In brackets.
signal = signal { $signal }
signal-crashed = { $name }: it crashed
signal-killed = SIGKILL: someone ended it, or memory ran out

desk-not-started = { $display } was not started: { $cause }
desk-not-restarted = { $display } was not restarted: { $cause }
desk-unknown = Porthole does not start this display.
desk-no-longer = { $display } is no longer in the config.
desk-runs-on = { $display } keeps running as it was. Changes take effect at its next start.
desk-still-runs = { $display } is no longer in the config but still running. To stop it: portholed stop "{ $display }".
desk-runs-for-another = The desktop of { $user } still runs as { $name }, because { $display } is for somebody else now. To open it again, change `user` back. To stop it: portholed stop "{ $name }".
# In place of an address.
plan-desktop = desktop
plan-desktop-of = desktop of { $user }
desk-forgotten = no longer in the config
desk-forgotten-runs = It is no longer in the config but still running.
desk-forgotten-fix = Stop it, or add it to the config again.

## What is wrong with the config file, and with the files that it names. What comes after file and line, without a full
## stop.

config-is-arguments = there is no config file: websockify’s command line takes its place
config-unreadable = cannot be read: { $error }
# Why it cannot be read.
file-no-file = it is not a file
file-too-long = it is longer than { $bytes } bytes
config-file-unreadable = { $file } cannot be read: { $error }
config-not-utf8 = this is not UTF-8 text; save the file as UTF-8
# Said by what reads it.
config-not-understood = { $message }
config-listen-empty = `listen` is an empty list; write an address such as "127.0.0.1"
config-no-address = `{ $text }` is not an address to listen on; write one like "127.0.0.1", "0.0.0.0" or "::1" (a port goes into `port`)
config-no-port = { $number } is not a port; write a number from 1 to 65535, or 0 for any
config-no-limit = { $number } is not a number of sessions; write a number from 1 to 100000
config-no-base-path = `{ $text }` is not a base path; write one like "/novnc"
config-no-host = `{ $text }` is not a host name; write one like "desk.example.org", without a port
config-no-origin = `{ $text }` is not an origin: write the scheme, the host and if needed a port, like "https://desk.example.org"; no path, no trailing slash, no wildcards
config-no-public-url = `{ $text }` is not an address for links; write one like "https://desk.example.org/novnc"
config-no-proxy = `{ $text }` is not the address of a proxy; write one like "127.0.0.1", "10.0.0.0/8" or "127.0.0.1 X-Forwarded-For"
config-proxy-everybody = `{ $text }` would trust everybody; name the addresses of your proxies, like "127.0.0.1" or "10.0.0.0/8"
config-name-missing = a display needs a name
config-name-long = this name is too long; the limit is 64 characters
config-name-control = a name must not contain line breaks or other control characters
config-name-taken = the name `{ $name }` is taken by the display on line { $line }; choose another
config-no-id = `{ $text }` is not an id: write 1 to 32 characters of a to z, 0 to 9 and -, not starting with -
config-id-taken = the id `{ $id }` is taken by the display on line { $line }; choose another, or leave it out
config-display-gone = { $display } is no longer in the config as it was; try again
config-target-and-launch = a display has either `target` or `launch`; remove one of them
config-neither-target-nor-launch = this display has neither `target` nor `launch`; add the address of its VNC server, like target = ":1", or launch = {"{}"} for a new desktop
config-needless-password = a display that Porthole starts needs no password: Porthole makes one
config-password-file = the password file { $file } { $cause }
config-password-no-text = is not text. Write the password itself on its first line; a file made by vncpasswd does not work here
config-password-empty = is empty. Its first line is the password
config-password-lines = a password must be a single line
config-neither = `{ $word }` is neither { $one } nor { $other }
config-none-of = `{ $word }` is not one of { $all }
config-depth = a depth of { $depth } is not possible; use 24 or 16
config-no-size = `{ $text }` is not a size; write it like 1920x1080, each side from 16 to 16384
config-no-account = `{ $name }` is not an account name; leave out `user` for your own desktop
config-no-session = `session` is not a command; leave it out for the system's desktop
config-no-time = `{ $text }` is not a duration; write one like "30m", "1h" or "7d", or "never"
config-no-interface = `{ $name }` is not a network interface; write one like "wlan0"
config-key-alone = a `key` needs its certificate; add `cert`
config-token-file = in the token file, { $fault }
config-exposed = Other users can read { $file }.
config-exposed-fix = Run: chmod { $mode } { $file }

identity-mismatch = this key does not match any certificate in { $certificate }; compare what `openssl pkey -in KEY -pubout` and `openssl x509 -in CERTIFICATE -noout -pubkey` print
identity-broken-certificate = a certificate in it is damaged; export or fetch it again
identity-unusable-key = this key cannot be used: { $why }; make a P-256 key and a certificate for it: `{ $command }`, or ask your certificate authority for one
identity-unreadable = cannot read it: { $error }
identity-broken = it is damaged: a block from BEGIN to END is cut off or garbled
identity-no-certificate = there is no certificate in it; one in PEM begins with -----BEGIN CERTIFICATE-----
identity-locked-key = the key in it has a password; `openssl pkey -in KEY -out NEW` makes a copy without one
identity-broken-key = the key in it is damaged
identity-no-key = there is no private key in it; one in PEM begins with -----BEGIN PRIVATE KEY-----
identity-old-certificate = this certificate has X.509 version 1, which browsers reject; make one of version 3 with the same key: `openssl req -x509 -key KEY -days 397 -subj /CN=HOST -addext subjectAltName=DNS:HOST -out CERTIFICATE`
identity-unusable-certificate = this certificate cannot be used for TLS; see `openssl x509 -in CERTIFICATE -noout -text`
identity-key-p521 = its curve is P-521, which browsers reject
identity-key-curve = its curve is neither P-256 nor P-384
identity-key-large = it is an RSA key of more than 4096 bits
identity-key-small = it is an RSA key of fewer than 2048 bits, which is not safe
identity-key-kind = it is not RSA, EC or Ed25519
identity-not-pem = it is not in PEM; `openssl x509 -in FILE -out NEW` converts a certificate, `openssl pkey -in FILE -out NEW` a key, and `openssl pkcs12 -in FILE -nodes -out NEW` a .pfx or .p12 with both

tokens-not-utf8 = this line is not UTF-8; save the file as UTF-8 text
tokens-no-colon = no colon followed by a space; write `token: host:port`
tokens-two-colons = more than one colon followed by a space; write `token: host:port`, and a comment on a line of its own
tokens-no-token = no token before the colon; write `token: host:port`
tokens-no-file = is neither a file nor a folder
tokens-too-big = is too big for token files: more than { $mebibytes } MiB altogether
tokens-too-many = has too many tokens: more than { $tokens } altogether
tokens-long-line = this line is too long: more than { $kibibytes } KiB
tokens-emptied = is empty but had tokens before; to remove them all, write a comment into it, such as `# none`
tokens-emptied-folder = no longer has a token file; to remove all tokens, put a file into it with a comment, such as `# none`
tokens-kept = { $faults }. Until then Porthole keeps using the last valid tokens.
tokens-no-port = the target has no port; write host:port
tokens-bad-port = the target does not end with a port from 1 to 65535; write host:port, and a comment on a line of its own
tokens-bad-host = the target's host is neither a name nor an address
tokens-bad-address = the target's host is not an IPv6 address; write host:port or [address]:port
tokens-relative-socket = the path of a Unix socket must begin with /
tokens-unknown-socket = a Unix socket is written unix_socket:/path
tokens-more = … and { $others } more
tokens-relative = { $file } is not a full path; write it starting with /
tokens-path-not-utf8 = the path { $file } is not UTF-8, as the config file is; rename it

## Writing the config file. Without a full stop.

config-not-written = cannot write { $file }: { $error }
config-mend-first = fix the errors in it first
config-write-yourself = Porthole cannot change this automatically; write { $line } yourself
config-write-to-display-yourself = Porthole cannot change this automatically; add { $line } to { $display } yourself
config-remove-yourself = Porthole cannot change this automatically; remove { $key } yourself
config-fixed-addresses = addresses to listen on are written into the config file
config-first-desktop = Desktop
config-this-screen = This screen

## What the window tells of what was asked for.

done-added = { $display } was added to { $file }.
done-kept-password = The password for { $display } is saved.
done-imported = The tokens in { $file } now work as links.
done-imported-displays =
    { $count ->
        [0] All its displays were already in the list.
        [one] 1 display was added.
       *[other] { $count } displays were added.
    }
done-exported = The history is in { $file }.
refused-host = A visitor who opened this computer as “{ $name }” was refused. If that name is yours, add hosts = ["{ $name }"] to the config.
done-new-port = The new port takes effect after a restart.
failed-open = Cannot open { $display }: { $cause }.
failed-browser = Cannot open the browser: { $cause }.
failed-no-browser = No program on this computer opens web pages. Copy the link instead, and open it where there is a browser.
failed-window = Cannot show the window: { $cause }.
failed-copy = Cannot copy the link: { $cause }.
failed-login = Cannot change Start at login: { $cause }.
failed-export = Cannot export the history to { $folder }: { $cause }.
failed-export-no-folder = There is no folder to export the history to: set HOME.
failed-file-open = Cannot open { $file }: { $cause }.
failed-no-editor = No program on this computer opens .toml files. The config file is { $file }.
failed-no-display = There is no longer a display called { $display }.
failed-unknown-display = This display is no longer in the list.
failed-no-visitor = This visitor has already left.
failed-rights-not-yet = The VNC server is not accepting input at the moment. The visitor gets control as soon as it does.
rights-session-ended = The session ended before its rights could be changed.
rights-view-lasts = This visitor can now only view, in all their tabs and after reloading the page, until you give control back.
failed-no-host = This computer can no longer be reached as { $host }.
failed-no-link = Cannot make a link: { $cause }.
failed-not-saved = The link only works until Porthole quits: { $cause }.
failed-not-revoked = The link is only revoked until Porthole quits: { $cause }.
failed-port-not-kept = { $cause }. The next start may choose another port.
# Why the desktop did not do it.
desktop-gone = the desktop is gone
desktop-silent = the desktop does not answer
# Without a full stop.
state-not-saved = cannot save { $file }: { $cause }
state-ending = Porthole is shutting down
no-random = the system provides no random numbers ({ $cause })
link-no-display = the display is no longer in the config
link-too-many = this display already has { $count } links, the maximum: revoke those nobody needs
link-too-many-in-all = there are already { $count } links, the maximum: revoke those nobody needs
state-damaged = { $file } is damaged ({ $error }).
state-journal-damaged = Line { $line } of { $file } is damaged.
state-journal-foreign = { $file } and { $journal } do not belong together, as when one of them comes from a backup.
state-too-long = it is longer than { $limit } MiB, which Porthole never writes
state-unreadable = { $file } cannot be read ({ $error }).
state-kept = It was kept as { $aside }.
state-not-kept = It could not be moved aside: { $error }.
state-links-lost = Links copied before no longer work.

copied-control = Link copied: control, until you revoke it{ $more }.
copied-control-for = Link copied: control, for { $time }{ $more }.
copied-view = Link copied: view only, until you revoke it{ $more }.
copied-view-for = Link copied: view only, for { $time }{ $more }.
copied-once = , one visit
copied-ask = , you approve
copied-here = It opens on this computer only.
time-days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
time-hours =
    { $count ->
        [one] 1 hour
       *[other] { $count } hours
    }
time-minutes =
    { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
time-seconds =
    { $count ->
        [one] 1 second
       *[other] { $count } seconds
    }

# Without a full stop.
control-failed = `portholed status`, `start` and `stop` will not find this program: { $path }: { $error }
control-elsewhere = `portholed status`, `sessions` and the other commands will not find this Porthole: another one listens on the same address in another network namespace
control-nowhere = `portholed status`, `sessions` and the other commands will not find this Porthole, because there is no place for its control socket: { $error }

## The network.

listen-cannot = Cannot listen on { $address }: { $error }. { $fix }.
listen-kept-fix = Your links name this port. Stop the program that uses it (perhaps another Porthole), or set another `port` in { $file }
listen-taken-fix = Stop the program that uses it, or change `port` in { $file }
listen-administrator-fix = Ports below 1024 belong to the administrator; set a higher `port` in { $file }
listen-no-address-fix = This computer does not have that address; change `listen` in { $file }
listen-other-fix = Check `listen` and `port` in { $file }
network-name-untold = Cannot announce the name { $name } on the network: { $error }.
network-no-certificate = Cannot make a certificate: { $error }.
network-certificate-unsaved = Cannot save { $file }: { $error }. The next start makes another certificate.

# Where an address is.
address-here = this computer only
address-name = name on the network
address-public = through your proxy
address-config = name in the config
address-network = the network

opens-not = { $host } did not load: { $trouble }.
opens-refused-fix = Nothing is listening there. Check that no other program uses port { $port }, or choose another address.
opens-not-connected-fix = This computer may have lost that address; choose another, or check the network.
opens-late-fix = A firewall on this computer may block its own connections; choose another address.
opens-other-fix = Another program may be listening there. Stop it, or set another `port` in the config (now { $port }).
# Why the page did not come.
opens-late = no answer in time
opens-answer = the answer was `{ $answer }`
opens-doubt-proxy = Porthole cannot see whether the proxy leads to { $address }. Open the link once to be sure.
opens-doubt-name = Not all devices can find such names. Where the link does not open, use another address.
opens-doubt-closed = The firewall { $firewall } blocks port { $port } for other computers. To let them in, run: { $command }
opens-doubt-maybe = The firewall { $firewall } is on. If the link does not open elsewhere, run: { $command }

## Why a session ended: for history, logs, and the viewer; the visitor's page has its own words for each close code.

close-viewer-left = The viewer left.
close-target-closed = Target closed.
close-restarts = This display is being started again.
close-shutting-down = Porthole is shutting down.
close-disconnected = The owner of this display ended the session.
close-revoked = The owner of this display revoked the link.
close-changed = This display was changed or removed.
close-expired = This link's time is over.
close-silent = The viewer did not answer.
# What a later version wrote.
close-unknown = It ended with close code { $code }.
close-text-frame = Text frames are not understood here; send binary ones.
close-no-such-link = This link does not open a display.
close-too-many-guesses = Too many wrong links from this address; wait a minute.
close-not-started = This desktop could not be started.
close-pin-wanted = This link wants a PIN.
close-wrong-pin = That is not this link's PIN.
close-denied = The owner of this display said no.
close-not-answered = The owner of this display did not answer.
close-link-full = This link has as many sessions as it may have.
close-display-full = This display has as many sessions as it may have.
close-gateway-full = The gateway has no room for another session.
close-too-many-waiting = Too many visitors are already waiting for this link.
close-use-not-saved = This link works once, and Porthole cannot save that it was used.

# What visitors may know of why a desktop ended; see also ended-….
visitor-session-killed = The session was killed.
visitor-session-failed = The session ended with an error.
visitor-server-killed = The VNC server was killed.
visitor-has-ended = It has ended.

target-unreachable = The VNC server cannot be reached: { $why }.
target-silent = The VNC server did not answer in time.

# What the viewer did wrong in its WebSocket (RFC 6455).
websocket-opcode = Unknown WebSocket opcode.
websocket-reserved-bit = A reserved bit is set, and no extension was agreed on.
websocket-length = The frame's length has its highest bit set.
websocket-unmasked = The frame is not masked.
websocket-message-inside = A message began inside another.
websocket-never-began = A message continues that never began.
websocket-control-fragmented = A control frame is fragmented.
websocket-control-long = A control frame is too long.
websocket-half-code = A close frame has half a status code.
websocket-bad-code = A close frame has a status code that may not be sent.
websocket-reason = A close frame's reason is not UTF-8.

# What the viewer did wrong in RFB (RFC 6143).
viewer-unknown-message = The viewer sent a message of unknown type { $number }.
viewer-unknown-qemu = The viewer sent an unknown QEMU message { $subtype }, operation { $operation }.
viewer-too-many-bytes = The viewer sent { $length } bytes in { $message }; at most { $limit } are taken.
viewer-too-many-encodings = The viewer sent { $length } encodings in { $message }; at most { $limit } are taken.
viewer-not-allowed = The viewer sent { $message }, which is not allowed.
viewer-pixel-format = The viewer asked for { $bits } bits per pixel; there are 8, 16 and 32.
viewer-version = The viewer speaks "{ $said }"; use one that speaks RFB 003.008.
viewer-security = The viewer chose security type { $chosen }, but only { $offered } was offered.
viewer-too-early = The viewer spoke before it was let in.

# Why there is no thumbnail: for the log.
picture-too-large = The screen has { $width } × { $height } pixels, which is too large for a picture.
picture-unknown-message = The VNC server sent a message of the unknown type { $number }.
picture-unknown-encoding = The VNC server used encoding { $number }, which was not asked for.
picture-outside = The VNC server sent pixels outside of its screen.
picture-closed = The VNC server closed the connection.
picture-slow = The VNC server did not finish what it had to say in { $seconds } seconds.
picture-too-much = The VNC server sent far more than its screen.
picture-no-room = Too few descriptors are left for a picture.

## Before there is a window.

# Without a full stop.
start-running = Porthole is already running with this config: { $holder }. A second one would go on opening links that are revoked at the first. Use the one that runs, or stop it first; or start this one with a config of its own: --config FILE
start-running-window = Porthole is already running with these settings: { $holder }. A second one would go on opening links that are revoked at the first. If it is the service, you can use it from a terminal (portholed status, portholed link NAME), or stop it and open Porthole again: systemctl --user stop portholed. A Porthole with settings of its own can run beside it: porthole --config FILE.
start-not-locked = { $path } cannot be locked ({ $error }). So `portholed status`, `start` and `stop` will not find this program. Start no second Porthole with this config: it would go on opening links that are revoked here.
lock-holder-here = process { $process }
lock-holder-there = process { $process } on { $machine }
lock-holder-unknown = another process
start-failed = Porthole cannot start: { $cause }
