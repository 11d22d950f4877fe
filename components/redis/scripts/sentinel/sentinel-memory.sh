# shellcheck shell=sh disable=SC2154 # lib.sh sets what is used here
# What a sentinel knows, which outlives its pod, and the addresses of those that it knows. Sourced by sentinel-start.sh.
#
# Sentinel remembers addresses, of Services that outlive every pod; but a Service that was deleted and made again, or
# came back from a backup, has another one. So the topology of the time stands beside the memory, and tells which pod
# each address was: else a sentinel would wait for a master at an address that nobody has any more, for ever.

state=$DATA/sentinel.conf
known_topology=$DATA/topology
# The master that the others named when this sentinel was wrong (watch_master), which its next start goes by instead of
# its memory.
# shellcheck disable=SC2034
corrected=$DATA/corrected-master

# Sets $seen, the topology of this moment, by which the functions below go. What is acted on and what is remembered have
# to come from one look: an address that changed between two would be remembered without having been acted on, and the
# sentinel would keep the old one for ever.
look_at_topology() { seen=$(cat "$TOPOLOGY/redis" "$TOPOLOGY/sentinels"); }

remember_topology() {
    printf '%s\n' "$seen" >"$known_topology.new"
    mv "$known_topology.new" "$known_topology"
}

# "OLD NEW" of each pod that had another address when the topology was remembered.
new_addresses() {
    [ ! -f "$known_topology" ] || printf '%s\n' "$seen" | awk 'NR == FNR { old[$1] = $2; next } $1 in old && old[$1] != $2 { print old[$1], $2 }' "$known_topology" -
}

# Those lines of the old configuration that are Sentinel's memory, at the addresses of today: all translated at once,
# since one pod may have got what was another's, and each once, since it may have learned of a new one already.
memory() {
    [ ! -f "$state" ] || awk -v name="$MASTER_NAME" -v moved="$(new_addresses | tr '\n' ' ')" '
        BEGIN { count = split(moved, word, " "); for (n = 1; n < count; n += 2) now[word[n]] = word[n + 1] }
        $1 != "sentinel" { next }
        $2 ~ /^(monitor|known-replica|known-sentinel)$/ && $3 == name { if ($4 in now) $4 = now[$4]; if (!told[$0]++) print }
        $2 == "current-epoch" || ($2 ~ /^(config|leader)-epoch$/ && $3 == name)' "$state"
}

# knowledge MASTER: the memory as far as it fits this master. A replica at the master's own address would be made to
# follow itself; and where the master that was remembered is nobody's address, neither are the others to be trusted.
knowledge() {
    memory | awk -v master="$1" '
        $2 == "monitor" { forget = $4 != master; next }
        $2 ~ /^known-/ && (forget || ($2 == "known-replica" && $4 == master)) { next }
        { print }'
}
