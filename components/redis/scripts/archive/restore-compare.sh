#!/bin/sh
# Loads an archive into a throw-away Redis, and compares: the number of keys with what was counted when it was archived,
# and a sample of values with a running Redis ($REDIS_HOST). What it found is its last line, and its exit code.
#
# Usage: restore-compare.sh drill      the running Redis has gone on since: what differs there is told, and is no fault
#        restore-compare.sh restored   the running Redis was restored from this archive, and took no write: it has to be the same
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=throw-away.sh
. "$scripts/throw-away.sh"
: "${WORK:=/work}" "${SAMPLE:=200}"
purpose=$1 file=$WORK/archive.rdb

known() { noted "$file.checked" "$1"; }
fail() {
    log "$purpose: $(known name): FAILED: $*"
    exit 1
}

throw_away=
trap '[ -z "$throw_away" ] || kill -KILL "$throw_away" 2>/dev/null || true' EXIT
# The first process of a container has to act on a signal by itself.
trap 'exit 143' TERM INT

# Counted before and after: keys whose time comes in between may be in either.
compare_count() {
    walk "$LOCAL" "$throw_away_port" || fail "the throw-away Redis does not answer"
    before=$walked
    walk "$REDIS_HOST" "$redis_port" || fail "$REDIS_HOST does not answer"
    running=$walked
    walk "$LOCAL" "$throw_away_port" || fail "the throw-away Redis does not answer"
    if [ "$running" -gt "$before" ] || [ "$running" -lt "$walked" ]; then
        fail "$REDIS_HOST holds $running keys, and the archive $walked$([ "$walked" = "$before" ] || echo " to $before") that have not expired"
    fi
}

compare_libraries() {
    [ "$(libraries "$REDIS_HOST" "$redis_port")" = "$(libraries "$LOCAL" "$throw_away_port")" ] || fail "the function libraries of $REDIS_HOST are not those of the archive"
}

# Sets $same, $changed and $absent: of the sampled keys, but for those that are too large or whose time came.
compare_sample() {
    sample "$SAMPLE" >"$WORK/sample"
    digests "$LOCAL" "$throw_away_port" <"$WORK/sample" >"$WORK/archived"
    digests "$REDIS_HOST" "$redis_port" <"$WORK/sample" >"$WORK/running"
    # shellcheck disable=SC2046 # three words
    set -- $(awk -v archived="$WORK/archived" '
        FILENAME == archived { digest[$1 " " $2] = $3; next }
        { running[$1 " " $2] = $3 }
        END {
            for (key in digest) {
                if (digest[key] == "absent" || digest[key] == "large") continue
                if (!(key in running) || running[key] == "absent") absent++
                else if (running[key] == digest[key]) same++
                else changed++
            }
            print same + 0, changed + 0, absent + 0
        }' "$WORK/archived" "$WORK/running")
    same=$1 changed=$2 absent=$3
}

began=$(date +%s)
start_throw_away "$file" || fail "it cannot be loaded: $(why_not_loaded)"
took=$(($(date +%s) - began))
keys=$(keys_of "$LOCAL" "$throw_away_port")
[ "$keys" = "$(known keys)" ] || fail "it holds $keys keys once loaded, and held $(known keys) when it was archived"
memory=$(ask_throw_away INFO memory | field used_memory_human)

if [ "$purpose" = restored ]; then
    compare_count
    compare_libraries
    compare_sample
    [ "$changed$absent" = 00 ] || fail "of a sample of $((same + changed + absent)) keys $changed have another value in $REDIS_HOST, and $absent are not there"
    log "restored: $(known name): $running keys, as archived$([ "$running" = "$keys" ] || echo " (of $keys, the others have expired)"), and the values of $same sampled keys are the same"
elif [ -n "$(role_of "$REDIS_HOST")" ]; then
    compare_sample
    log "drill: $(known name) restored: $keys keys, $memory of memory, in $took s; of $((same + changed + absent)) sampled keys $same are the same in Redis now, $changed have changed since, $absent are gone"
else
    log "drill: $(known name) restored: $keys keys, $memory of memory, in $took s; Redis itself does not answer now, so no values were compared"
fi
