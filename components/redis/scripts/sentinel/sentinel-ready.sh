#!/bin/sh
# Readiness of a sentinel: it monitors the master, and knows an address for it.
set -eu
# shellcheck source=../shared/lib.sh
. "$(dirname "$0")/lib.sh"

reply=$(ask_sentinel SENTINEL GET-MASTER-ADDR-BY-NAME "$MASTER_NAME")
case "$reply" in
    [0-9]*.*.*.* | *:*:*) exit 0 ;;
    *)
        echo "no address for $MASTER_NAME: ${reply:-no answer}"
        exit 1
        ;;
esac
