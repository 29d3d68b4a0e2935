# Runs the session command ($2...) and ends as it does; but if it ends within $1 seconds, only once the programs that it
# left in the background have ended. It runs as the display's user, in the session's bus.
at_once=$1
shift
read -r uptime _ </proc/uptime
began=${uptime%.*}
"$@"
status=$?
read -r uptime _ </proc/uptime
[ $((${uptime%.*} - began)) -lt "$at_once" ] || exit $status

# What follows the name in /proc/PID/stat: state, parent, process group, POSIX session.
session_of() {
    { read -r line <"/proc/$1/stat"; } 2>/dev/null || return
    set -- ${line##*) }
    echo "$4"
}
session=$(session_of $$)
# dbus-run-session, where there is one, is our parent and in our session.
bus=
[ "$(session_of $PPID)" != "$session" ] || bus=$PPID

# Whether a program still runs: a process of this session that neither is the bus nor was started by it. Daemons lead
# sessions of their own.
has_programs() {
    members=' '
    for stat in /proc/[0-9]*/stat; do
        { read -r line <"$stat"; } 2>/dev/null || continue
        set -- "${line%% *}" ${line##*) }
        [ "$5" = "$session" ] && [ "$2" != Z ] && [ "$1" != $$ ] && [ "$1" != "$bus" ] || continue
        members="$members$1:$3 "
    done
    for member in $members; do
        ancestor=${member#*:}
        while rest=${members#*" $ancestor:"} && [ "$rest" != "$members" ]; do
            ancestor=${rest%% *}
        done
        [ "$ancestor" = "$bus" ] || return 0
    done
    return 1
}

# Whether an X client is connected (state 03) to the desktop.
has_clients() {
    while read -r line; do
        case $line in *' 03 '*"/tmp/.X11-unix/X${DISPLAY#:}") return 0 ;; esac
    done </proc/net/unix
    return 1
}

# An agent that was left behind keeps no empty screen: programs without any X client for ten seconds are not waited for,
# once there have been clients.
left=
had_clients=
looks_without=0
while has_programs; do
    if has_clients; then
        had_clients=yes
        looks_without=0
    else
        looks_without=$((looks_without + 1))
    fi
    [ -z "$had_clients" ] || [ $looks_without -lt 5 ] || break
    [ -n "$left" ] || echo "porthole: the session command has ended at once and left programs in the background; the desktop stays until they end. For a desktop that ends when you log out, remove the & at the end of the command." >&2
    left=yes
    sleep 2
done
[ -z "$left" ] || exit 0
exit $status
