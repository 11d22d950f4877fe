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

# One reply for all of it: between two questions the role may change.
info=$(ask_local INFO replication persistence)
value() { printf '%s\n' "$info" | field "$1"; }
not_ready() {
    echo "$1"
    exit 1
}

# INFO is answered while the data loads, and calls the node a master then.
case "$(value role) $(value loading) $(value master_link_status) $(value master_sync_in_progress)" in
    "master 0  ") exit 0 ;;
    "slave 0 up 0") ;;
    *) not_ready "role $(value role), loading $(value loading), link to the master $(value master_link_status), full copy in progress $(value master_sync_in_progress) ($(printf '%s' "$info" | head -n 1))" ;;
esac

# Not where the master does not answer: its loss must not make its replicas unready, and so hold up a drain.
master=$(value master_host)
theirs=$(ask "$master" "$redis_port" INFO replication)
case "$theirs" in
    "" | *"ip=$(address_of redis "$POD_NAME"),port=$redis_port,state=online"*) exit 0 ;;
    *) not_ready "the master $master does not count this replica as in sync" ;;
esac
