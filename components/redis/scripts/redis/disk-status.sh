#!/bin/sh
# How full the volume is, and whether this node may lead, as fields of INFO: for `make status`, which asks for all at
# once.
set -eu
# shellcheck source=../shared/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=disk.sh
. "$(dirname "$0")/disk.sh"
# shellcheck source=follow-only.sh
. "$(dirname "$0")/follow-only.sh"

echo "# Disk"
disk_use | awk '{ print "disk_percent:" $1; print "disk_free:" $2; print "disk_size:" $3 }'
! follow_only || echo "disk_damaged:$(cat "$DATA/follow-only")"
