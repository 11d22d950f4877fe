# shellcheck shell=sh disable=SC2154 # kernel-values.sh and the pod's environment set what is used here
# What this pod got of its kernel, in words. Sourced, after lib.sh.
# shellcheck source=kernel-values.sh
. "$(dirname "$0")/kernel-values.sh"

# remedy NAME: what sets a value right.
remedy() {
    node_wide="set kernel.tune: true in the stack's config (on GKE the node pool's settings do it too), or type on the node:"
    case $1 in
        net.core.somaxconn) echo "each pod has its own, and begins with what the kernel has: take nodes with Linux 5.4 or newer, or set it in the node pool's sysctls (GKE)" ;;
        vm.overcommit_memory) echo "$node_wide echo $WANTED_OVERCOMMIT >$OVERCOMMIT" ;;
        *) echo "$node_wide echo $WANTED_HUGE_PAGES >$HUGE_PAGES/enabled" ;;
    esac
}

# For each_value: fills $values, and $wrong with the names of those that are not right.
note() {
    values="$values${values:+, }$2 $3"
    [ "$1" = right ] || { values="$values (wanted $4)" wrong="$wrong${wrong:+, }$2"; }
}

read_kernel() {
    values='' wrong=''
    each_value note
}

warn() { [ "$1" = right ] || log "WARNING: kernel: $2 is $3 on the node $NODE_NAME, wanted $4: $(remedy "$2")"; }

# Before Redis starts: one line with every value that the pod got, and one more for each that is wrong, with its remedy.
report_kernel() {
    read_kernel
    log "kernel: $values"
    [ -z "$wrong" ] || each_value warn
}
