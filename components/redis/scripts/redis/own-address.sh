# shellcheck shell=sh disable=SC2154 # lib.sh sets what is used here
# The address of this pod's own Service, under which its peers, the sentinels and clients know this node. Sourced by
# redis-start.sh.
#
# It outlives the pod, but not the Service: one that was deleted and made again, or came back from a backup, has another
# address. `pulumi up` writes that into the topology, which reaches a running pod within a minute or two.

# Sets $OWN. A pod that the topology does not name any more, since it is leaving, keeps the one it had.
look_up_own_address() {
    own_now=$(address_of redis "$POD_NAME")
    OWN=${own_now:-$OWN}
}

# The sentinels take the address of a replica from its master, which takes it from the replica.
announce_own_address() {
    announced=$OWN
    look_up_own_address
    [ "$OWN" != "$announced" ] || return 0
    if [ "$(ask_local CONFIG SET replica-announce-ip "$OWN")" = OK ]; then log "the address of this node was $announced, and is $OWN now"; else OWN=$announced; fi
}
