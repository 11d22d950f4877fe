# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh and redis-start.sh set what is used here, role.sh uses what is set
# Compares what the nodes hold, for the case that no sentinel knows who was master. Sourced by redis-start.sh.
#
# Every node compares the same answers in the same way, and each only ever decides for itself; none decides before all have answered.
# So two can never both find that they are the freshest.

# "ADDRESS KEYS HISTORY OFFSET EARLIER-HISTORY EARLIER-OFFSET" of a node; nothing if it does not answer or is still loading.
holdings() {
    {
        echo "address:$1"
        printf 'DBSIZE\nINFO replication\nINFO persistence\n' | ask "$1" "$redis_port" | tr -d '\r'
    } | awk -F: '
        /^[0-9]+$/ { keys = $1 }
        NF > 1 { value[$1] = substr($0, length($1) + 2) }
        END { if (keys != "" && value["loading"] == "0") print value["address"], keys, value["master_replid"], value["master_repl_offset"], value["master_replid2"], value["second_repl_offset"] }'
}

# Sets $silent to the nodes that did not answer, and otherwise $freshest and $why_freshest: the first node when all are empty; the one
# that alone has data; the one whose history is everybody's, at the latest offset. $freshest stays empty if histories are unrelated: a
# node that restarted from its append-only file begins a new one, and a guess could throw the later writes away.
read_nodes() {
    all=$(for node in $(addresses redis); do holdings "$node"; done)
    silent=$(for node in $(addresses redis); do printf '%s\n' "$all" | grep -q "^$node " || printf '%s ' "$node"; done)
    freshest='' why_freshest=
    [ -z "$silent" ] || return 0
    with_data=$(printf '%s\n' "$all" | awk '$2 > 0')
    if [ -z "$with_data" ]; then
        freshest=$(printf '%s\n' "$all" | awk 'NR == 1 { print $1 }') why_freshest="every node answers and is empty, and it is the first"
    else
        freshest=$(printf '%s\n' "$with_data" | awk '
            { address[NR] = $1; id[NR] = $3; offset[NR] = $4; id2[NR] = $5; offset2[NR] = $6 }
            function covers(a, b) { return id[a] == id[b] ? offset[a] >= offset[b] : id2[a] == id[b] && offset[b] < offset2[a] }
            END { for (a = 1; a <= NR; a++) { for (b = 1; b <= NR; b++) if (!covers(a, b)) break; if (b > NR) { print address[a]; exit } } }')
        why_freshest="it has the latest data of all nodes, which have all answered"
    fi
}
