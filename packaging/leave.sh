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

# Desktops live on by themselves; each is ended by the user who has started it.
for folder in /run/porthole /run/porthole-* /run/user/*/porthole /run/user/*/porthole-* /tmp/porthole-*; do
    if [ -d "$folder" ] && [ ! -L "$folder" ]; then
        stat -c %U "$folder"
    fi
done | sort -u | while read -r user; do
    runuser -u "$user" -- "$program" --stop-left || true
done

exit 0
