#!/bin/sh
# What there is at the destination, a line each: "FOLDER NAME SIZE STATE KEYS REDIS SOURCE", where STATE is checked,
# unchecked, or damaged (not as large as it was when it was checked).
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=archive.sh
. "$scripts/archive.sh"

mkdir -p "$WORK/list"
for folder in hourly daily; do
    files "$folder" >"$WORK/there"
    [ -s "$WORK/there" ] || continue
    # All of them at once: a store takes its time for each.
    reach "reading $ARCHIVE_ROOT/$folder" copy "$ARCHIVE_ROOT/$folder" "$WORK/list/$folder" --include '*.rdb.checked'
    reach "reading $ARCHIVE_ROOT/$folder" lsf --files-only --format ps --separator ' ' --include '*.rdb' "$ARCHIVE_ROOT/$folder" >"$WORK/sizes"
    sort -r "$WORK/sizes" | while read -r file size; do
        checked=$WORK/list/$folder/$file.checked
        if [ -f "$checked" ]; then
            awk -v at="$folder ${file%.rdb} $size" -v size="$size" '{ of[$1] = $2 } END { print at, (of["size"] == size ? "checked" : "damaged"), of["keys"], of["redis"], of["source"] }' "$checked"
        else
            echo "$folder ${file%.rdb} $size unchecked - - -"
        fi
    done
done
