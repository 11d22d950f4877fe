# shellcheck shell=sh
# Reads the kernel's values as they are here, and judges them by kernel-wanted.sh. Sourced.
# shellcheck source=/dev/null
. "$(dirname "$0")/kernel-wanted.sh"

: "${HUGE_PAGES:=/sys/kernel/mm/transparent_hugepage}" "${OVERCOMMIT:=/proc/sys/vm/overcommit_memory}" "${SOMAXCONN:=/proc/sys/net/core/somaxconn}"

# value_of FILE: sets $value; of a choice such as "always [madvise] never" the one in brackets.
value_of() {
    # Not with `read`: it reads byte by byte, and a number of /proc/sys ends after its first.
    value=$(cat "$1" 2>/dev/null) || value=unreadable
    case $value in *\[*\]*) value=${value#*\[} value=${value%%\]*} ;; esac
}

at_least() { case $1 in '' | *[!0-9]*) return 1 ;; *) [ "$1" -ge "$2" ] ;; esac }

# What holds for the whole node: COMMAND... right|wrong NAME VALUE WANTED for each value.
each_value_of_node() {
    value_of "$HUGE_PAGES/enabled"
    # A kernel without huge pages has no such file, and nothing to switch off.
    [ -e "$HUGE_PAGES/enabled" ] || value=none
    case $value in none | "$WANTED_HUGE_PAGES") verdict=right ;; *) verdict=wrong ;; esac
    "$@" "$verdict" "transparent huge pages" "$value" "$WANTED_HUGE_PAGES"
    value_of "$OVERCOMMIT"
    case $value in "$WANTED_OVERCOMMIT") verdict=right ;; *) verdict=wrong ;; esac
    "$@" "$verdict" vm.overcommit_memory "$value" "$WANTED_OVERCOMMIT"
}

# The same, and what this network namespace, so this pod, got.
each_value() {
    value_of "$SOMAXCONN"
    if at_least "$value" "$WANTED_SOMAXCONN"; then verdict=right; else verdict=wrong; fi
    "$@" "$verdict" net.core.somaxconn "$value" "at least $WANTED_SOMAXCONN"
    each_value_of_node "$@"
}
