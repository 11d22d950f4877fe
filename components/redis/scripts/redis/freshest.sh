# shellcheck shell=sh disable=SC2154,SC2034 # lib.sh and redis-start.sh set what is used here, role.sh uses what is set
# Compares what the nodes hold, for the case that no sentinel knows who was master. Sourced by redis-start.sh.
#
# Every node compares the same answers in the same way, and each only ever decides for itself; none decides before all
# have answered. So two can never both find that they are the freshest.

# "ADDRESS ITEMS PRIORITY HISTORY OFFSET EARLIER-HISTORY EARLIER-OFFSET" of a node; nothing if it does not answer or is
# still loading. Items are its keys and function libraries; its priority is 0 if its files were damaged
# (follow-only.sh), and not only because it is parked (port 1).
holdings() {
    printf 'INFO keyspace\nINFO memory\nINFO replication\nINFO persistence\n' | ask "$1" "$redis_port" | awk -F: -v address="$1" "$info_rules"'
        END { if (value["loading"] == "0") print address, keys + value["number_of_libraries"], (value["slave_priority"] == "0" && value["master_port"] != "1" ? 0 : 100), value["master_replid"], value["master_repl_offset"], value["master_replid2"], value["second_repl_offset"] }'
}

# Sets $silent to the nodes that did not answer, and $why_freshest. If all have answered it also sets $with_data, what
# holdings says of those that have data and whole files, $marked, those whose files were damaged, and $freshest: the
# first node when all are empty; the one that alone has data; the one whose history is everybody's, at the latest
# offset. $freshest stays empty if histories are unrelated: a node that restarted from its append-only file begins a new
# one, and a guess could throw the later writes away. Those of $marked count for nothing while another has data.
read_nodes() {
    all=$(for node in $(addresses redis); do holdings "$node"; done)
    silent=$(for node in $(addresses redis); do printf '%s\n' "$all" | grep -q "^$node " || printf '%s ' "$node"; done)
    freshest='' why_freshest='' marked='' with_data=
    [ -z "$silent" ] || {
        why_freshest="what these nodes hold is not known: $silent"
        return 0
    }
    marked=$(printf '%s\n' "$all" | awk '$3 == 0 { printf "%s ", $1 }')
    with_data=$(printf '%s\n' "$all" | awk '$2 > 0 && $3 != 0')
    if [ -n "$with_data" ]; then
        freshest=$(printf '%s\n' "$with_data" | awk '
            { address[NR] = $1; id[NR] = $4; offset[NR] = $5; id2[NR] = $6; offset2[NR] = $7 }
            function covers(a, b) { return id[a] == id[b] ? offset[a] >= offset[b] : id2[a] == id[b] && offset[b] < offset2[a] }
            END { for (a = 1; a <= NR; a++) { for (b = 1; b <= NR; b++) if (!covers(a, b)) break; if (b > NR) { print address[a]; exit } } }')
        why_freshest="several nodes hold data of different histories"
        [ -z "$freshest" ] || why_freshest="it has the latest data of all nodes, which have all answered"
    elif [ -z "$marked" ]; then
        freshest=$(printf '%s\n' "$all" | awk 'NR == 1 { print $1 }') why_freshest="every node answers and is empty, and it is the first"
    else
        last_resort
    fi
}

# No node has data but those whose files were damaged: what persistence.onDamage says.
last_resort() {
    freshest=$(printf '%s\n' "$all" | awk -v way="$ON_DAMAGE" '
        { if (NR == 1) first = $1; if ($2 > most) { most = $2; holder = $1 } }
        END { if (way != "stop" && holder != "") print holder; else if (way == "empty" || way == "restore") print first }')
    why_freshest="no node holds data but those whose files were damaged ($marked), and persistence.onDamage is \"$ON_DAMAGE\". Choose \"repair\", \"restore\" or \"empty\" there, then pulumi up"
    [ -z "$freshest" ] || why_freshest="the files of $marked were damaged, no other node holds data, and persistence.onDamage is \"$ON_DAMAGE\""
}
