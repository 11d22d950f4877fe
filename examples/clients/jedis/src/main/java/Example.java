import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.Delay;

public class Example {
  static final Map<String, String> env = System.getenv();
  static final Map<String, Integer> refusals = new TreeMap<>();

  static UnifiedJedis connect() {
    String password = env.getOrDefault("REDIS_PASSWORD", "");
    var client = DefaultJedisClientConfig.builder()
        .password(password.isEmpty() ? null : password)
        // An attempt to reach a node that vanished ends in time for the next one.
        .connectionTimeoutMillis(1000)
        // A node that vanished never closes its connection; a planned move stops writes for half a second, so not less than that.
        .socketTimeoutMillis(2000)
        // Commands such as BLPOP wait for ever by default, also for a node that vanished: longer than their own timeout, but bounded.
        .blockingSocketTimeoutMillis(10_000)
        .build();
    var pool = new ConnectionPoolConfig();
    // A caller waits for a free connection without a bound otherwise, while all others hang on a node that vanished.
    pool.setMaxWait(Duration.ofSeconds(2));
    if (!env.getOrDefault("REDIS_SENTINELS", "").isEmpty()) {
      Set<HostAndPort> sentinels = Stream.of(env.get("REDIS_SENTINELS").split(",")).map(HostAndPort::from).collect(Collectors.toSet());
      return RedisSentinelClient.builder().masterName(env.get("REDIS_MASTER")).sentinels(sentinels).clientConfig(client).poolConfig(pool)
          // The sentinels have options of their own, with the password once more; without it they answer NOAUTH, and no master is found.
          .sentinelClientConfig(DefaultJedisClientConfig.builder().password(password.isEmpty() ? null : password).connectionTimeoutMillis(1000).socketTimeoutMillis(2000).build())
          // The new master is learnt from the sentinels' messages alone: after a broken connection they are listened to again at once.
          .sentinelReconnectDelay(Delay.constant(Duration.ofMillis(100)))
          .build();
    }
    return RedisClient.builder().hostAndPort(env.get("REDIS_HOST"), Integer.parseInt(env.get("REDIS_PORT"))).clientConfig(client).poolConfig(pool).build();
  }

  static String word(JedisException error) {
    String first = String.valueOf(error.getMessage()).split(" ")[0];
    return first.matches("[A-Z]{4,}") ? first : error.getClass().getSimpleName();
  }

  /** Tries until it is acknowledged, for 15 s. Only for commands that may be done twice: an error does not say whether the command was done. */
  static <T> T writeWithRetry(UnifiedJedis jedis, Supplier<T> write) throws InterruptedException {
    for (long start = System.nanoTime();;) {
      try {
        return write.get();
      } catch (JedisException error) {
        refusals.merge(word(error), 1, Integer::sum);
        if (System.nanoTime() - start > 15_000_000_000L) throw error;
        // A connection stays with the node that became a replica and answers READONLY for ever: only a new one leads to the new master.
        if (jedis instanceof RedisClient client && word(error).equals("READONLY")) client.getPool().clear();
        Thread.sleep(50);
      }
    }
  }

  public static void main(String[] args) throws InterruptedException {
    String key = "example:clients:" + UUID.randomUUID();
    long acknowledged = 0, longest = 0, lost;
    try (UnifiedJedis jedis = connect()) {
      long end = System.nanoTime() + (long) (Double.parseDouble(env.getOrDefault("SECONDS", "20")) * 1e9);
      while (System.nanoTime() < end) {
        long start = System.nanoTime();
        String n = String.valueOf(acknowledged + 1);
        writeWithRetry(jedis, () -> jedis.hset(key, n, n));
        longest = Math.max(longest, System.nanoTime() - start);
        acknowledged++;
        Thread.sleep(10);
      }
      lost = acknowledged - writeWithRetry(jedis, () -> jedis.hlen(key));
      writeWithRetry(jedis, () -> jedis.del(key));
    }
    System.out.printf("acknowledged %d, lost %d, longest wait %d ms, refusals %s%n", acknowledged, lost, longest / 1_000_000, refusals.toString().replace("=", ": "));
    System.exit(lost == 0 ? 0 : 1);
  }
}
