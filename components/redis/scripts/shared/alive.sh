#!/bin/sh
# Liveness: does the process answer at all? Loading, a busy script and a lost master are answers: restarting cures none
# of them. Usage: alive.sh PORT
set -eu
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

reply=$(ask "$LOCAL" "$1" PING)
case "$reply" in
    PONG | LOADING* | BUSY* | MASTERDOWN* | MISCONF*) exit 0 ;;
    *)
        echo "PING was answered with: ${reply:-nothing}"
        exit 1
        ;;
esac
