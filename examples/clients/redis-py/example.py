import os
import re
import sys
import time
import uuid

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, ExecAbortError, MasterDownError, ReadOnlyError, RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

password = os.environ.get("REDIS_PASSWORD") or None
common = dict(
    password=password,
    # A node that vanished never closes its connection; a planned move stops writes for half a second, so not less than that.
    socket_timeout=2,
    # The default of five seconds is spent on every attempt to reach a node that vanished.
    socket_connect_timeout=1,
    # The library's ten retries with growing pauses would hide the errors, and send a command that is not idempotent twice.
    retry=Retry(NoBackoff(), 0),
    decode_responses=True,
)


def connect() -> Redis:
    if os.environ.get("REDIS_SENTINELS"):
        addresses = [address.rsplit(":", 1) for address in os.environ["REDIS_SENTINELS"].split(",")]
        sentinel = Sentinel(
            [(host, int(port)) for host, port in addresses],
            # The sentinels have options of their own, with the password once more; without it they answer NOAUTH. Without retry
            # the library spends some five seconds on each sentinel that is away before it asks the next one.
            sentinel_kwargs=dict(password=password, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)),
        )
        # Asks the sentinels at each new connection; it drops a connection that answers READONLY by itself.
        return sentinel.master_for(os.environ["REDIS_MASTER"], **common)
    return Redis(host=os.environ["REDIS_HOST"], port=int(os.environ["REDIS_PORT"]), **common)


redis = connect()
refusals: dict[str, int] = {}
# The library takes these words off the message, and has an exception for each.
words = {ReadOnlyError: "READONLY", BusyLoadingError: "LOADING", MasterDownError: "MASTERDOWN", ExecAbortError: "EXECABORT"}


def word(error: Exception) -> str:
    first = re.match(r"[A-Z]{4,}(?= )", str(error))
    return first[0] if first else words.get(type(error), type(error).__name__)


def write_with_retry(write, pause=0.05, total=15.0):
    """Tries until it is acknowledged. Only for commands that may be done twice: an error does not say whether the command was done."""
    start = time.monotonic()
    while True:
        try:
            return write()
        except RedisError as error:
            refusals[word(error)] = refusals.get(word(error), 0) + 1
            if time.monotonic() - start > total:
                raise
            # Through the endpoint a connection stays with the node that became a replica and refuses for ever: only a new connection
            # leads to the new master.
            if isinstance(error, ReadOnlyError):
                redis.connection_pool.disconnect()
            time.sleep(pause)


key = f"example:clients:{uuid.uuid4()}"
end = time.monotonic() + float(os.environ.get("SECONDS", "20"))
acknowledged, longest = 0, 0.0
while time.monotonic() < end:
    n, start = acknowledged + 1, time.monotonic()
    write_with_retry(lambda: redis.hset(key, str(n), str(n)))
    longest = max(longest, time.monotonic() - start)
    acknowledged = n
    time.sleep(0.01)
lost = acknowledged - write_with_retry(lambda: redis.hlen(key))
write_with_retry(lambda: redis.delete(key))
print(f"acknowledged {acknowledged}, lost {lost}, longest wait {longest * 1000:.0f} ms, refusals {{{', '.join(f'{name}: {count}' for name, count in refusals.items())}}}")
sys.exit(0 if lost == 0 else 1)
