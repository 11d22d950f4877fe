#!/bin/sh
# Starts the one Redis of the standalone topology.
set -eu
scripts=$(dirname "$0")
# shellcheck source=lib.sh
. "$scripts/lib.sh"
# shellcheck source=configuration.sh
. "$scripts/configuration.sh"
# shellcheck source=kernel.sh
. "$scripts/kernel.sh"

report_kernel
render_redis_configuration
# exec: Redis is the process that receives the pod's SIGTERM, and writes its log's last second to disk before it ends.
exec redis-server "$RUN/redis.conf"
