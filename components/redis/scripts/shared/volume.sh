# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh sets what is used here, handover.sh uses what is set
# One pod at a time on a volume, and the room on it. Sourced by the start scripts.

free_bytes() { stat -f -c '%a %S' "$DATA" | awk '{ print $1 * $2 }'; }

# A pod that is deleted by force has a successor at once, on the same node and the same volume, while it still runs. Two
# of them would write into the same files; and the successor, which the sentinels still name, would have them promote
# another node while the old one takes writes, which are lost then. The lock is the kernel's: it goes with the last
# process that holds it, Redis included, and with no other thing.
volume_held=
hold_volume() {
    command -v flock >/dev/null || {
        log "WARNING: this image has no flock, so nothing keeps a second pod off this volume: use an official Redis image, alpine variant"
        return 0
    }
    exec 9>"$DATA/lock"
    # The first process of a container ignores a signal that it has no trap for, and would wait for the kill.
    trap 'exit 0' TERM INT
    flock -n 9 || log "waiting: the pod before this one still runs on this volume; it goes on once that has stopped"
    until flock -n 9; do sleep 0.05; done
    trap - TERM INT
    volume_held=yes
}
