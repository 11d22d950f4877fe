# shellcheck shell=sh disable=SC2154 # redis_port comes from lib.sh
# Writes the configuration that Redis runs with. Sourced by the start scripts.

# A node of the sentinel topology starts as the replica of an address where nobody listens, and not to be promoted,
# until it has found its role: it takes no write, and what it holds may be older than what the others do. Its port tells
# whether its files were damaged.
parked() {
    port=1
    ! follow_only || port=2
    printf 'replicaof 127.0.0.1 %s\nreplica-priority 0\n' "$port"
    printf 'replica-announce-ip %s\nreplica-announce-port %s\n' "$OWN" "$redis_port"
}

# The rendered file plus what only the pod knows, fresh at each start: Redis rewrites its file when a sentinel changes
# its role, and what it wrote last time must not outlive the pod. The password goes through the environment, so that no
# ConfigMap holds it.
render_redis_configuration() {
    mkdir -p "$RUN"
    # Made empty and private first: a redirection would open it before a umask inside the block took effect.
    : >"$RUN/redis.conf"
    chmod 600 "$RUN/redis.conf"
    {
        cat "$CONFIG/redis.conf"
        printf 'requirepass %s\nmasterauth %s\n' "$REDISCLI_AUTH" "$REDISCLI_AUTH"
        [ -z "${OWN:-}" ] || parked
    } >"$RUN/redis.conf"
}
