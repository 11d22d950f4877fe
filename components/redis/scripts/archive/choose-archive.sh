# shellcheck shell=sh disable=SC2154,SC2034 # archive.sh sets what is used here, those that source it use what is set
# Which archive is meant, of those that count. Sourced, after archive.sh.

# choose_archive CHOICE: "latest", a name, or "until NAME", for the newest that is not after it. Sets $archive and the
# $folder that it lies in; where there is none such, it fails, and says what there is.
choose_archive() {
    for folder in hourly daily; do
        files "$folder" >"$WORK/there"
        whole <"$WORK/there" | sed "s/\$/ $folder/"
    done >"$WORK/found"
    # Latest first, one that is in both folders once.
    sort -k 1,1r -k 2,2r "$WORK/found" | awk '!seen[$1]++' >"$WORK/archives"
    [ -s "$WORK/archives" ] || fail "there is no archive in $ARCHIVE_ROOT: is that the place (archive, restore.root)?"
    case $1 in
        latest) chosen=$(head -n 1 "$WORK/archives") ;;
        "until "*) chosen=$(awk -v until="${1#until }" '$1 <= until { print; exit }' "$WORK/archives") ;;
        *) chosen=$(awk -v name="$1" '$1 == name' "$WORK/archives") ;;
    esac
    [ -n "$chosen" ] || case $1 in
        "until "*) fail "there is no archive from ${1#until } or before it in $ARCHIVE_ROOT. $(what_there_is)" ;;
        *) fail "there is no archive $1 in $ARCHIVE_ROOT. $(what_there_is)" ;;
    esac
    archive=${chosen% *} folder=${chosen#* }
}

what_there_is() {
    awk 'NR <= 10 { newest = newest " " $1 } END { printf "There %s, the oldest %s; the newest:%s", (NR == 1 ? "is one" : "are " NR), $1, newest }' "$WORK/archives"
}

# The one before the chosen one; nothing if there is none.
next_older() { awk -v than="$archive" '$1 < than { print $1; exit }' "$WORK/archives"; }

# What is known of the chosen one.
known() { noted "$WORK/checked" "$1"; }

# In the background, or a signal would wait for it: the first process of a container has to act on it by itself.
fetch() {
    reach "fetching $1" copyto "$ARCHIVE_ROOT/$folder/$1" "$2" &
    trap 'exit 143' TERM INT
    wait $! || exit 1
}

fetch_what_is_known() { fetch "$archive.rdb.checked" "$WORK/checked"; }

# fetch_archive FILE: whole, or it fails and leaves nothing.
fetch_archive() {
    log "restore: fetching $archive ($(($(known size) / 1048576 + 1)) Mi, $(known keys) keys, of $(known source), Redis $(known redis)) from $ARCHIVE_ROOT/$folder"
    fetch "$archive.rdb" "$1"
    size=$(stat -c %s "$1") sum=$(sha256sum "$1" | cut -d ' ' -f 1)
    if [ "$size" = "$(known size)" ] && [ "$sum" = "$(known sha256)" ]; then return; fi
    rm -f "$1"
    older=$(next_older)
    fail "archive $archive is damaged: it has $size bytes with the sha256 $sum, and had $(known size) with $(known sha256) when it was archived.${older:+ The one before it: restore.from: $older}"
}
