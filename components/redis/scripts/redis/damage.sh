# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh sets what is used here, load.sh and repair.sh use what is set
# What the volume holds, and what is wrong with it. Sourced by the start scripts; it changes nothing, load.sh acts on
# what is found.
#
# Redis by itself starts *empty* beside data files without a manifest and beside an RDB file alone, loads without a word
# what is left where a base file is empty, and cuts an append-only file at the first command that seems to end too late,
# which one flipped byte of a length looks like. So what it loads is looked at here first, and what it refuses is judged
# here, not by it (aof-load-truncated is no).

aof=$DATA/appendonlydir manifest=$DATA/appendonlydir/appendonly.aof.manifest
carriage_return=$(printf '\r')

# found KIND FILE OFFSET WHAT LOSS. The kinds: whole, empty, seed (an RDB file alone), unsure (to be read in full), torn
# (an unfinished command at the very end), damaged (all else). $damage says it in words.
found() {
    kind=$1 file=$2 offset=$3 what=$4 loss=$5
    damage="$file $what${offset:+ at offset $offset}"
}

size_of() { stat -c %s "$1"; }
bytes_from() { tail -c "+$(($2 + 1))" "$1"; }
append_only_files() { find "$aof" -type f ! -name 'temp-*' 2>/dev/null || true; }

# The files that the manifest names, in the order in which Redis loads them; fails where it is no manifest. A type or a
# number that does not go with a file's name is damage too: Redis deletes what is called history.
named_files() {
    awk '
        /^#/ { next }
        $1 != "file" || $3 != "seq" || $5 != "type" { wrong = 1; exit }
        $2 !~ "[.]" $4 "[.](base|incr)[.]" && $2 != "appendonly.aof" { wrong = 1; exit }
        $6 == "b" && base == "" && $2 !~ /[.]incr[.]/ { base = $2; next }
        $6 == "i" && $4 > last && $2 ~ /[.]incr[.]/ { last = $4; files = files " " $2; next }
        $6 == "h" { history = ($2 ~ /[.]incr[.]/ && $4 > history) ? $4 : history; next }
        { wrong = 1; exit }
        END { if (wrong || base files == "" || (history != "" && history >= last)) exit 1; print base files }' "$manifest" 2>/dev/null
}

# A base without a key or a function library. The code of a library begins with "#!", which stays as it is where Redis
# compresses the rest.
is_empty_base() { [ "$(size_of "$1")" -lt 4096 ] && redis-check-rdb "$1" 2>/dev/null | grep -q '^\[info\] 0 keys read' && ! grep -q '#!' "$1"; }

# Nothing but what an empty Redis writes at its first start: an empty base, and nothing after it.
holds_nothing() {
    for candidate in $files; do
        case $candidate in
            *.manifest) ;;
            *.incr.aof) [ ! -s "$candidate" ] || return 1 ;;
            *.base.rdb) is_empty_base "$candidate" || return 1 ;;
            *) return 1 ;;
        esac
    done
}

# Whether a Redis that starts on the volume would be empty, as far as `look` has found.
nothing_stored() { [ "$kind" = empty ] || { [ "$kind" = whole ] && holds_nothing; }; }

# The last byte of a whole append-only file ends a line. Not asked of one that holds RDB data (a base, or the one file
# of an old version).
ends_whole() {
    case $1 in *.incr.aof) ;; *) return 0 ;; esac
    [ ! -s "$1" ] || [ -z "$(tail -c 1 "$1" | tr '\000' x)" ]
}

# A cheap look before each start: some names and sizes and a byte of each file, however much they hold.
look() {
    found whole '' '' '' ''
    files=$(append_only_files)
    # Cut off before the manifest, which comes last: a seeding, or a very first start.
    if [ -n "$files" ] && [ ! -e "$manifest" ] && { [ -e "$DATA/seeding" ] || holds_nothing; }; then files=; fi
    if [ -z "$files" ]; then
        # The one append-only file of a Redis before 7: Redis takes it over by itself.
        [ ! -s "$DATA/appendonly.aof" ] || return 0
        if [ -s "$DATA/dump.rdb" ]; then kind=seed; else kind=empty; fi
        return
    fi
    [ -e "$manifest" ] || {
        found damaged "${manifest##*/}" '' "is missing beside the data files that it should name" "nothing, if the names of the files tell their order"
        return
    }
    named=$(named_files) || {
        found damaged "${manifest##*/}" '' "is not a list of the data files" "nothing, if the names of the files tell their order"
        return
    }
    for name in $named; do
        [ -e "$aof/$name" ] || {
            found damaged "$name" '' "is missing, though the manifest names it" "$(loss_from_file "$name")"
            return
        }
        [ -s "$aof/$name" ] || case $name in *.incr.*) ;; *)
            found damaged "$name" 0 "is empty" "$(loss_from_file "$name")"
            return
            ;;
        esac
        ends_whole "$aof/$name" || kind=unsure
    done
}

# The files from NAME on, and those after it.
files_from() { printf '%s\n' "$named" | tr ' ' '\n' | sed -n "/^$1\$/,\$p"; }
files_after() { files_from "$1" | sed 1d; }

loss_from_file() {
    case $1 in
        *.incr.*)
            lost_files=$(files_after "$1" | tr '\n' ' ')
            echo "what it held, and what was written after it${lost_files:+ ($lost_files)}"
            ;;
        *) echo "everything written since $(last_rdb)" ;;
    esac
}
last_rdb() { if [ -s "$DATA/dump.rdb" ]; then echo "the last RDB file ($(date -u -r "$DATA/dump.rdb" +%Y-%m-%dT%H:%M:%SZ))"; else echo "the beginning: there is no RDB file"; fi; }

# How many commands begin in what is read. Runs of all other bytes are made one, for a value may be without a line's end
# and huge.
commands() { tr -cs '*0-9\r\n' x | grep -c "^\*[0-9][0-9]*$carriage_return\$" || true; }

# Reads every file in full, and stops at the first that is not whole. For what `look` is not sure of, and what Redis
# refused.
check_files() {
    found whole '' '' '' ''
    for name in $named; do
        path=$aof/$name
        report=$(redis-check-aof "$path" 2>&1 </dev/null | tr -d '\000') || true
        ok=$(printf '%s\n' "$report" | sed -n 's/^AOF analyzed: .* ok_up_to=\([0-9]*\),.*/\1/p')
        case $report in *" is valid" | *" is empty") continue ;; esac
        [ -n "$ok" ] || {
            at=$(printf '%s\n' "$report" | sed -n '/RDB ERROR/,$s/^\[offset \([0-9]*\)\].*/\1/p' | head -n 1)
            reason=$(printf '%s\n' "$report" | sed -n '/RDB ERROR/,$s/^\[offset [0-9]*\] //p' | head -n 1)
            found damaged "$name" "$at" "is damaged (${reason:-redis-check-aof: $(printf '%s\n' "$report" | tail -n 1)})" "$(loss_from_file "$name")"
            return
        }
        if is_torn "$path" "$ok"; then
            found torn "$name" "$ok" "ends with an unfinished command" "$(($(size_of "$path") - ok)) bytes of a command that was never whole"
        else
            found damaged "$name" "$ok" "is damaged" "$(loss_from_offset "$name" "$ok")"
        fi
        return
    done
}

loss_from_offset() {
    later=0
    for lost in $(files_after "$1"); do later=$((later + $(commands <"$aof/$lost"))); done
    echo "$(($(size_of "$aof/$1") - $2)) bytes of it, with the beginnings of $(bytes_from "$aof/$1" "$2" | commands) commands$([ "$later" = 0 ] || echo ", and $later commands in the files after it")"
}

# Whether the file at PATH is only unfinished from FROM on, as a power cut or a full disk leaves it: nothing was written
# after it, what follows is all NUL bytes or a single command, and that is no worse than cut off. A transaction without
# its EXEC counts as one.
is_torn() {
    for after in $(files_after "${1##*/}"); do [ ! -s "$aof/$after" ] || return 1; done
    [ "$(bytes_from "$1" "$2" | tr -d '\000' | wc -c)" -gt 0 ] || return 0
    if [ "$(bytes_from "$1" "$2" | head -c 15 | tr -d '\000\r\n' | tr '[:lower:]' '[:upper:]')" = "*1\$5MULTI" ]; then
        [ "$(bytes_from "$1" "$2" | tr -cs 'ECXecx\r\n' . | grep -ci "^exec$carriage_return\$")" = 0 ] || return 1
    else
        [ "$(bytes_from "$1" "$2" | commands)" -le 1 ] || return 1
    fi
    ends_early "$1"
}

# Whether redis-check-aof ($report) stumbled over the end of the file, or over the NUL bytes at its end, and not over a
# wrong byte.
ends_early() {
    [ "$(tail -c 1 "$1" | tr -d '\000' | wc -c)" -gt 0 ] || return 0
    case $report in
        *"format error"* | *"Expected prefix"*) return 1 ;;
        *"Expected \\r\\n, got"*)
            # A line that is cut off before its end.
            at=$((0x$(printf '%s\n' "$report" | sed -n 's/^0x *\([0-9a-f]*\): .*/\1/p')))
            [ $(($(size_of "$1") - at)) -le 24 ] && bytes_from "$1" "$at" | tr '\n' x | grep -q "^[*\$][0-9]*$carriage_return\{0,1\}\$"
            ;;
    esac
}
