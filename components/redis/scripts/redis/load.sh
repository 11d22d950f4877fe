# shellcheck shell=sh disable=SC2154,SC2086 # lib.sh, damage.sh, repair.sh and follow-only.sh set what is used here; lists are split into words
# Starts Redis on what the volume holds, and sees it through until that is loaded. Sourced by the start scripts.
#
# A healthy start costs a look at names and sizes. Only if that finds a hole, or Redis ends while it loads, files are
# read in full, and what is damaged is mended, set aside, or told.

: "${ON_DAMAGE:=stop}" "${TERMINATION_LOG:=/dev/termination-log}"
redis='' seeding='' listening='' repairs=0

ended() { ! kill -0 "$redis" 2>/dev/null; }

# For the log, and for `kubectl describe pod` and `make status`, which show what the container ended with.
tell() {
    log "$*"
    [ ! -w "$TERMINATION_LOG" ] || printf '%s\n' "$*" >"$TERMINATION_LOG"
}

refuse() {
    tell "stopped: $*"
    exit 1
}

# What an interrupted save, rewrite or copy left. Only under the volume's lock, for the pod before this one may be
# writing them.
remove_leftovers() {
    leftovers=$(find "$DATA" -maxdepth 2 \( -path "$DATA/temp-*.rdb" -o -path "$DATA/temp-*.aof" -o -path "$aof/temp-*" \) -type f 2>/dev/null) || true
    [ -n "$leftovers" ] || return 0
    log "removing what an interrupted save or rewrite left: $(printf '%s ' $leftovers)"
    rm -f $leftovers
}

ways="Choose one way with persistence.onDamage in the stack's config, then pulumi up: \"repair\" (with that loss), \"restore\" (an archive, named in restore) or \"empty\". What is damaged is kept in $DATA/damaged-<time>. Take it out of the config again afterwards."

in_sentinel_mode() { [ -n "${OWN:-}" ]; }

on_damage() {
    repairs=$((repairs + 1))
    [ "$repairs" -le 5 ] || refuse "$file $what, and was repaired in vain $((repairs - 1)) times. $ways"
    if in_sentinel_mode; then
        log "WARNING: $damage. This node follows a master until it has a whole copy again, and leads nobody before"
        mark_follow_only "$damage"
        if [ "$ON_DAMAGE" = repair ] && repair; then return; fi
        set_all_aside
        log "repair: all files of this node were moved to $folder"
        return
    fi
    case $ON_DAMAGE in
        repair) repair || refuse "$damage, and cannot be repaired: $why_not. Choose \"restore\" or \"empty\" for persistence.onDamage, then pulumi up" ;;
        empty | restore)
            mark_follow_only "$damage"
            set_all_aside
            log "repair: $damage: all files were moved to $folder, as persistence.onDamage says ($ON_DAMAGE)"
            ;;
        *) refuse "$damage. A repair would lose: $loss. $ways" ;;
    esac
}

# The files were set aside, and nothing has taken their place: succeeds if they were put back now, to be repaired.
# Alone, a Redis that starts empty has to be somebody's wish.
nothing_in_place() {
    if ! follow_only || ! nothing_stored; then return 1; fi
    [ "$ON_DAMAGE" != repair ] || ! put_back || return 0
    ! in_sentinel_mode || return 1
    case $ON_DAMAGE in
        empty) return 1 ;;
        restore)
            [ -e "$DATA/restore/dump.rdb.checked" ] || refuse "the damaged files were set aside ($(cat "$DATA/follow-only")), and no archive is there yet to be restored: delete the pod, and it is fetched before the next start"
            return 1
            ;;
        *) refuse "the damaged files were set aside ($(cat "$DATA/follow-only")), and the volume is empty since. Choose \"restore\" or \"empty\" for persistence.onDamage, then pulumi up" ;;
    esac
}

# Until the volume holds what Redis can be started on: everything, nothing, or an RDB file alone.
prepare_volume() {
    remove_leftovers
    while :; do
        look
        [ "$kind" != unsure ] || check_files
        case $kind in
            torn) cut_tail ;;
            damaged) on_damage ;;
            *) nothing_in_place || break ;;
        esac
    done
    in_sentinel_mode || ! seed_volume || look
    if [ "$kind" = seed ]; then
        begin_seeding
    else
        rm -f "$DATA/seeding"
        seeding=
    fi
}

# Redis's own last words, as a second attempt prints them.
refusals='Bad file format|Unexpected end of file|Unknown command|Error reading the RDB|RDB reading|rdb file reading|Unrecoverable error reading|manifest file|BUG REPORT'

start_redis() {
    prepare_volume
    render_redis_configuration
    set --
    [ -z "$seeding" ] || set -- --appendonly no
    if [ -n "$listening" ]; then
        rm -f "$RUN/log" "$RUN/refusal"
        mkfifo "$RUN/log"
        awk -v keep="$RUN/refusal" -v refusals="$refusals" '{ print; fflush() } $0 ~ refusals && !kept++ { sub(/^[0-9]+:[A-Z] .*[0-9] [*#] /, ""); print >keep; close(keep) }' <"$RUN/log" 9>&- &
        redis-server "$RUN/redis.conf" "$@" >"$RUN/log" 2>&1 &
    else
        redis-server "$RUN/redis.conf" "$@" &
    fi
    redis=$!
}

# Redis ended while it loaded. Killed is killed; whatever else it was, a second attempt whose words are listened to
# tells it apart.
load_failed() {
    code=0
    wait "$redis" || code=$?
    case $code in 137 | 143)
        log "redis-server was killed while it loaded (code $code)"
        exit "$code"
        ;;
    esac
    if [ -z "$listening" ]; then
        log "redis-server ended with code $code while it loaded; once more, to hear why"
        listening=yes
    elif [ -s "$RUN/refusal" ] || [ "$code" -gt 128 ]; then
        what_it_said
        listening=
    else
        # A configuration that it does not take, an address that is in use: it has said so.
        exit "$code"
    fi
    start_redis
}

what_it_said() {
    if [ "$kind" = seed ]; then
        found damaged dump.rdb '' "does not load ($(head -n 1 "$RUN/refusal"))" "everything: there are no other data files"
    else
        check_files
        # A command that is well-formed and unknown: the checker finds nothing wrong with it.
        [ "$kind" != whole ] || found damaged "$(refused_file)" '' "does not load ($(head -n 1 "$RUN/refusal"))" "what was written after the place that Redis stumbled over"
    fi
    case $kind in torn) cut_tail ;; *) on_damage ;; esac
}

refused_file() {
    for name in $named; do ! grep -q -F "$name" "$RUN/refusal" || {
        echo "$name"
        return
    }; done
    printf '%s\n' "$named" | tr ' ' '\n' | tail -n 1
}

wait_until_loaded() {
    until [ "$(ask_local PING)" = PONG ]; do
        ! ended || load_failed
        sleep 0.1
    done
    [ -z "$seeding" ] || finish_seeding
    in_sentinel_mode || clear_follow_only "Redis started"
}
