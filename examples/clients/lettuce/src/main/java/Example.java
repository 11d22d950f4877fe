import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

public class Example {
  static final Map<String, String> env = System.getenv();
  static final Map<String, Integer> refusals = new TreeMap<>();
  static final RedisClient client = client();
  static StatefulRedisConnection<String, String> connection = client.connect();

  static RedisURI uri() {
    String password = env.getOrDefault("REDIS_PASSWORD", "");
    // Commands fail after this time; a planned move stops writes for half a second, so not less than that.
    RedisURI.Builder uri = RedisURI.builder().withTimeout(Duration.ofSeconds(2));
    if (!password.isEmpty()) uri.withPassword(password.toCharArray());
    if (env.getOrDefault("REDIS_SENTINELS", "").isEmpty()) return uri.withHost(env.get("REDIS_HOST")).withPort(Integer.parseInt(env.get("REDIS_PORT"))).build();
    uri.withSentinelMasterId(env.get("REDIS_MASTER"));
    for (String address : env.get("REDIS_SENTINELS").split(",")) {
      int colon = address.lastIndexOf(':');
      RedisURI.Builder sentinel = RedisURI.builder().withHost(address.substring(0, colon)).withPort(Integer.parseInt(address.substring(colon + 1))).withTimeout(Duration.ofSeconds(1));
      // Each sentinel takes the password once more; without it they answer NOAUTH, and no master is ever found.
      if (!password.isEmpty()) sentinel.withPassword(password.toCharArray());
      uri.withSentinel(sentinel.build());
    }
    return uri.build();
  }

  static RedisClient client() {
    // The pause before a new connection grows to thirty seconds by default, long after the new master is there.
    ClientResources resources = ClientResources.builder().reconnectDelay(Delay.constant(Duration.ofMillis(50))).build();
    RedisClient client = RedisClient.create(resources, uri());
    client.setOptions(ClientOptions.builder()
        // The default of ten seconds is spent on every attempt to reach a node that vanished.
        .socketOptions(SocketOptions.builder().connectTimeout(Duration.ofSeconds(1)).build())
        // Commands fail at once while there is no connection, and writeWithRetry tries them again, instead of piling up.
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        // Unanswered commands would be sent again by themselves after a reconnect, and an INCR counted twice.
        .replayFilter(command -> true)
        // Without it only the blocking calls of the sync interface have a timeout.
        .timeoutOptions(TimeoutOptions.enabled())
        .build());
    return client;
  }

  static String word(RuntimeException error) {
    String first = String.valueOf(error.getMessage()).split(" ")[0];
    return first.matches("[A-Z]{4,}") ? first : error.getClass().getSimpleName();
  }

  /** Tries until it is acknowledged, for 15 s. Only for commands that may be done twice: an error does not say whether the command was done. */
  static <T> T writeWithRetry(Function<RedisCommands<String, String>, T> write) throws InterruptedException {
    for (long start = System.nanoTime();;) {
      try {
        return write.apply(connection.sync());
      } catch (RedisException | CancellationException error) {
        refusals.merge(word(error), 1, Integer::sum);
        if (System.nanoTime() - start > 15_000_000_000L) throw error;
        Thread.sleep(50);
        // Sentinel is asked only for a new connection: a node that became a replica keeps this one and refuses for ever, and a node
        // that vanished never closes it.
        if (word(error).equals("READONLY") || error instanceof RedisCommandTimeoutException) reconnect();
      }
    }
  }

  static void reconnect() {
    StatefulRedisConnection<String, String> old = connection;
    try {
      connection = client.connect();
      old.closeAsync();
    } catch (RedisException error) {
      refusals.merge(word(error), 1, Integer::sum);
    }
  }

  public static void main(String[] args) throws InterruptedException {
    String key = "example:clients:" + UUID.randomUUID();
    long acknowledged = 0, longest = 0;
    long end = System.nanoTime() + (long) (Double.parseDouble(env.getOrDefault("SECONDS", "20")) * 1e9);
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      String n = String.valueOf(acknowledged + 1);
      writeWithRetry(redis -> redis.hset(key, n, n));
      longest = Math.max(longest, System.nanoTime() - start);
      acknowledged++;
      Thread.sleep(10);
    }
    long lost = acknowledged - writeWithRetry(redis -> redis.hlen(key));
    writeWithRetry(redis -> redis.del(key));
    client.shutdown();
    System.out.printf("acknowledged %d, lost %d, longest wait %d ms, refusals %s%n", acknowledged, lost, longest / 1_000_000, refusals.toString().replace("=", ": "));
    System.exit(lost == 0 ? 0 : 1);
  }
}
