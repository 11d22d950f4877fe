#!/bin/sh
# Readiness of a Redis node: a master, or a replica whose copy is whole, whose link to its master is up, and which that
# master counts as in sync. A rollout goes on to the next pod when this one is ready, and that may be the master, which
# needs somebody to hand over to.
set -eu
# shellcheck source=../shared/lib.sh
. "$(dirname "$0")/lib.sh"

# Its append-only file is not there yet: what it took now might be lost.
[ ! -e "$DATA/seeding" ] || {
    echo "being seeded from an RDB file"
    exit 1
}

not_ready() {
    echo "$1"
    exit 1
}

# One reply for all of it: between two questions the role may change. And as few processes as can be: this runs every
# few seconds in each pod.
info=$(ask_local INFO replication persistence)
# shellcheck disable=SC2046 # words; a master has no more than the first two
set -- $(printf '%s\n' "$info" | fields role loading master_link_status master_sync_in_progress master_host)

# INFO is answered while the data loads, and calls the node a master then.
case "$*" in
    "master 0") exit 0 ;;
    "slave 0 up 0 "*) master=$5 ;;
    *) not_ready "role ${1-}, loading ${2-}, link to the master ${3-}, full copy in progress ${4-} ($(printf '%s' "$info" | head -n 1))" ;;
esac

# Not where the master does not answer: its loss must not make its replicas unready, and so hold up a drain.
theirs=$(ask "$master" "$redis_port" INFO replication)
case "$theirs" in
    "" | *"ip=$(address_of redis "$POD_NAME"),port=$redis_port,state=online"*) exit 0 ;;
    *) not_ready "the master $master does not count this replica as in sync" ;;
esac
