#!/bin/sh
# Takes the copy in /work to the destination, reads it back, and only then lets it count; then lets go what is beyond
# the retention.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=archive.sh
. "$scripts/archive.sh"

known() { noted "$file.checked" "$1"; }

# Two jobs that began in the same second would write the same name. Each leaves a mark before it looks: so at most one
# finds nobody else there, and the others step aside, by seconds that differ with the pod.
claim() {
    step=$((1 + $(printf '%s' "$POD_NAME" | sha256sum | tr -cd 1-9 | cut -c 1-6) % 17))
    while :; do
        mark=$name.rdb.$POD_NAME unfinished="hourly/$name.rdb.$POD_NAME"
        reach "writing to $ARCHIVE_ROOT/hourly" copyto "$file.checked" "$ARCHIVE_ROOT/hourly/$mark"
        files hourly >"$WORK/there"
        grep "^$name\." "$WORK/there" | grep -qvFx "$mark" || return 0
        log "another job has the name $name"
        reach "stepping aside" deletefile "$ARCHIVE_ROOT/hourly/$mark"
        begun=$((begun + step))
        name=$(stamp "$begun")
    done
}

# What a job that fails leaves is never taken for an archive, but a full destination should not be fuller for it.
abandon() {
    for path in $unfinished; do RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1 rclone deletefile "$ARCHIVE_ROOT/$path" 2>/dev/null || true; done
}

# read_back FOLDER: only what was read from where it lies is known to be there.
read_back() {
    reach "reading back $1/$name.rdb" hashsum sha256 --download "$ARCHIVE_ROOT/$1/$name.rdb" >"$WORK/found"
    reach "asking for the size of $1/$name.rdb" lsf --format s "$ARCHIVE_ROOT/$1/$name.rdb" >>"$WORK/found"
    found=$(awk '{ print $1 }' "$WORK/found" | tr '\n' ' ')
    [ "$found" = "$(known sha256) $(known size) " ] || fail "$1/$name.rdb does not read back as it was written: sha256 and size are $found, not $(known sha256) $(known size)"
    reach "writing $1/$name.rdb.checked" copyto --ignore-times "$file.checked" "$ARCHIVE_ROOT/$1/$name.rdb.checked"
}

# remove FOLDER: the files named on standard input. What says that an archive counts goes before the archive.
remove() {
    sort -u >"$WORK/going"
    grep '\.checked$' "$WORK/going" >"$WORK/going.marks" || true
    grep -v '\.checked$' "$WORK/going" >"$WORK/going.files" || true
    for list in marks files; do
        [ ! -s "$WORK/going.$list" ] || reach "removing from $1" delete "$ARCHIVE_ROOT/$1" --files-from "$WORK/going.$list"
    done
    [ ! -s "$WORK/going.files" ] || log "removed from $1: $(tr '\n' ' ' <"$WORK/going.files")"
}

both() { sed 's/.*/&.rdb\n&.rdb.checked/'; }

but_made() { grep -vFx "${made:-none}" || true; }

# beyond COUNT: of the names on standard input, latest first, those after the first COUNT; never the one just made.
beyond() {
    [ -z "$made" ] || set -- $(($1 - 1))
    but_made | awk -v count="$1" 'NR > count'
}

# Of one day only the latest stays.
earlier_of_a_day() { awk '{ if (substr($0, 1, 10) == day) print; day = substr($0, 1, 10) }'; }

# Which archives go is decided by counting: after a pause of weeks there are still as many. Names from the future (a
# clock was wrong, this one or another) neither count nor go until their time has come, or one such would push out those
# that are real.
prune() {
    soon=$(stamp "$((begun + 300))") yesterday=$(stamp "$((begun - 86400))")
    for folder in hourly daily; do
        files "$folder" >"$WORK/there"
        whole <"$WORK/there" >"$WORK/whole"
        awk -v soon="$soon" '$0 > soon' "$WORK/whole" >"$WORK/future"
        [ ! -s "$WORK/future" ] || log "WARNING: from the future: $(sed "s#^#$folder/#" "$WORK/future" | tr '\n' ' ')(now is $(stamp "$begun")): a clock is wrong. They are kept, and not counted"
        awk -v soon="$soon" '$0 <= soon' "$WORK/whole" >"$WORK/past"
        {
            if [ "$folder" = hourly ]; then
                beyond "$HOURLY" <"$WORK/past" | both
            else
                earlier_of_a_day <"$WORK/past" >"$WORK/earlier"
                but_made <"$WORK/earlier" | both
                awk -v first="$WORK/earlier" 'FILENAME == first { earlier[$0]; next } !($0 in earlier)' "$WORK/earlier" "$WORK/past" | beyond "$DAILY" | both
            fi
            leftovers "$yesterday" <"$WORK/there"
        } | remove "$folder" || exit 1
    done
}

file=$(find "$WORK" -maxdepth 1 -name '*.rdb') name=${file##*/}
name=${name%.rdb}
begun=$(now) made='' unfinished=''
trap abandon EXIT
# The list is asked for first: a store answers it with the real reason (no such bucket, a wrong key), where it answers
# an upload often only with "forbidden".
files hourly >"$WORK/there"
# Before, too: where fewer are to be kept because the destination is full, this is what makes room.
(prune) || log "WARNING: what is beyond the retention could not be removed"

claim
unfinished="hourly/$name.rdb hourly/$mark"
reach "uploading to $ARCHIVE_ROOT/hourly/$name.rdb" copyto --ignore-times "$file" "$ARCHIVE_ROOT/hourly/$name.rdb"
read_back hourly
unfinished="hourly/$mark"
made=$name
log "hourly/$name is there: $(known keys) keys, $(known size) bytes, read back"

# The archive of the day is copied within the store, where the store can do that, and not uploaded again.
unfinished="daily/$name.rdb hourly/$mark"
reach "copying to $ARCHIVE_ROOT/daily/$name.rdb" copyto --ignore-times "$ARCHIVE_ROOT/hourly/$name.rdb" "$ARCHIVE_ROOT/daily/$name.rdb"
read_back daily
unfinished=
reach "clearing up" deletefile "$ARCHIVE_ROOT/hourly/$mark"

# Code 3: the archive is there, so that another try would only make one more.
(prune) || exit 3
files hourly >"$WORK/there.hourly"
files daily >"$WORK/there.daily"
log "archived: $name ($(known keys) keys of $(known source)); $(whole <"$WORK/there.hourly" | wc -l) hourly, $(whole <"$WORK/there.daily" | wc -l) daily"
