#!/bin/sh
# Before the package is removed: nothing that it has started runs on. An upgrade leaves everything as it is; desktops and
# the program go on, and the next start of the program is the new one.
set -e

# dpkg says a word, rpm the number of versions that will be left.
case "$1" in
    remove | deconfigure | 0) ;;
    *) exit 0 ;;
esac

program=/usr/bin/@PROGRAM@

# The processes that run this very program, or one that an upgrade has replaced.
processes() {
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/exe")" in
            "$program (deleted)" | "$program.dpkg-tmp (deleted)") echo "${process#/proc/}" ;;
            *) if [ "$process/exe" -ef "$program" ]; then echo "${process#/proc/}"; fi ;;
        esac
    done 2>/dev/null
}

if [ -d /run/systemd/system ]; then
    systemctl stop '@PROGRAM@.service' 2>/dev/null || true
fi

# It says goodbye to its viewers within 5 seconds.
for process in $(processes); do
    kill -TERM "$process" 2>/dev/null || true
done
seconds=0
while [ -n "$(processes)" ] && [ "$seconds" -lt 10 ]; do
    sleep 1
    seconds=$((seconds + 1))
done
for process in $(processes); do
    kill -KILL "$process" 2>/dev/null || true
done

# Desktops live on by themselves; each is ended by whoever has started it, as the programs of theirs have recorded it.
# Root's records lie where only root writes. Those of others are believed by nobody but themselves: a folder counts only
# if the user whose number stands in its path has made it, and what runs as that user has no terminal, nothing of our
# environment and descriptors, and no more than a minute; nobody waits for one user because of another.
stop_left() {
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        timeout -k 5 60 setsid -w "$@" "$program" --stop-left \
        </dev/null >/dev/null 2>&1 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- || true
}

# The numbers of those who have such folders.
users() {
    for folder in /run/user/*/porthole /run/user/*/porthole-* /tmp/porthole-*; do
        user=${folder#/run/user/}
        case "$folder" in
            /run/*) user=${user%%/*} ;;
            *) user=${folder%.*} user=${user##*-} ;;
        esac
        case "$user" in '' | 0 | *[!0-9]*) continue ;; esac
        if [ -d "$folder" ] && [ ! -L "$folder" ] && [ "$(stat -c %u "$folder")" = "$user" ]; then
            echo "$user"
        fi
    done 2>/dev/null | sort -u
}

stop_left &
for user in $(users); do
    # An account that is gone has no desktops.
    name=$(getent passwd "$user" | cut -d: -f1)
    if [ -n "$name" ]; then
        stop_left runuser -u "$name" -- &
    fi
done
wait

exit 0
