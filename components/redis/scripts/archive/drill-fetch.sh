#!/bin/sh
# Fetches an archive to /work for restore-compare.sh: $ARCHIVE, or the latest. Runs in the rclone image.
set -eu
scripts=$(dirname "$0")
# shellcheck source=../shared/lib.sh
. "$scripts/lib.sh"
# shellcheck source=archive.sh
. "$scripts/archive.sh"
# shellcheck source=choose-archive.sh
. "$scripts/choose-archive.sh"

file=$WORK/archive.rdb
mkdir -p "$WORK"
choose_archive "${ARCHIVE:-latest}"
fetch_what_is_known
fetch_archive "$file"
{
    cat "$WORK/checked"
    echo "name $archive"
} >"$file.checked"
