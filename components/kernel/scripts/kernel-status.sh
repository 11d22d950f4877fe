#!/bin/sh
# What this pod got of its kernel, as fields of INFO: for `make status`, which asks for both at once.
set -eu
# shellcheck source=kernel-values.sh
. "$(dirname "$0")/kernel-values.sh"

# shellcheck disable=SC2317 # each_value calls it
tell() { printf '%s:%s:%s:%s\n' "kernel_$2" "$1" "$3" "$4"; }
echo "# Kernel"
each_value tell
