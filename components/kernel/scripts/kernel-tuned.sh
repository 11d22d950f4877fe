#!/bin/sh
# Readiness of the tuning: the node's values are right. Prints those that are not.
set -eu
# shellcheck source=kernel-values.sh
. "$(dirname "$0")/kernel-values.sh"

ready=0
# shellcheck disable=SC2317 # each_value_of_node calls it
complain() { [ "$1" = right ] || {
    echo "$2: $3, wanted $4"
    ready=1
}; }
each_value_of_node complain
exit "$ready"
