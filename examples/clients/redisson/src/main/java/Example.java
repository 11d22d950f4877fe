import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.redisson.Redisson;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.BaseConfig;
import org.redisson.config.Config;
import org.redisson.config.ConstantDelay;
import org.redisson.config.ReadMode;

public class Example {
  static final Map<String, String> env = System.getenv();
  static final Map<String, Integer> refusals = new TreeMap<>();

  static void settings(BaseConfig<?> config) {
    // The default of ten seconds is spent on every attempt to reach a node that vanished. Not less than this: it is the time for the whole
    // first connection too, which a Java program that has just started on little CPU makes slowly.
    config.setConnectTimeout(5000);
    // A command whose connection breaks under way fails only after this time, and so does one to a node that vanished. A planned move
    // stops writes for half a second, so not less than that.
    config.setTimeout(2000);
    // The library's own attempts are seconds apart and hide the errors: writeWithRetry tries again, sooner, and only what may be done twice.
    config.setRetryAttempts(0);
    // The pause before a lost connection is made again; the default grows to seven seconds and more.
    config.setReconnectionDelay(new ConstantDelay(Duration.ofMillis(100)));
    // Notices a dead connection that nobody uses at the moment; the default is half a minute.
    config.setPingConnectionInterval(1000);
  }

  static RedissonClient connect() {
    String password = env.getOrDefault("REDIS_PASSWORD", "");
    Config config = new Config().setCodec(StringCodec.INSTANCE);
    if (!password.isEmpty()) config.setPassword(password);
    if (!env.getOrDefault("REDIS_SENTINELS", "").isEmpty()) {
      var sentinel = config.useSentinelServers().setMasterName(env.get("REDIS_MASTER"))
          .addSentinelAddress(Stream.of(env.get("REDIS_SENTINELS").split(",")).map(address -> "redis://" + address).toArray(String[]::new))
          // The sentinels are asked for the master this often (the default is a second); until then writes go to the old one.
          .setScanInterval(500)
          // Otherwise reads go to the replicas, and do not see what was just written.
          .setReadMode(ReadMode.MASTER)
          // The default of 24 connections at once is more than a small service needs.
          .setMasterConnectionMinimumIdleSize(2);
      // The sentinels take the password once more; without it they answer NOAUTH, and no master is ever found.
      if (!password.isEmpty()) sentinel.setSentinelPassword(password);
      settings(sentinel);
    } else {
      settings(config.useSingleServer().setAddress("redis://" + env.get("REDIS_HOST") + ":" + env.get("REDIS_PORT")).setConnectionMinimumIdleSize(2));
    }
    return Redisson.create(config);
  }

  static String word(RedisException error) {
    String first = String.valueOf(error.getMessage()).split(" ")[0];
    return first.matches("[A-Z]{4,}") ? first : error.getClass().getSimpleName();
  }

  /** Tries until it is acknowledged, for 15 s. Only for commands that may be done twice: an error does not say whether the command was done. */
  static <T> T writeWithRetry(Supplier<T> write) throws InterruptedException {
    for (long start = System.nanoTime();;) {
      try {
        return write.get();
      } catch (RedisException error) {
        refusals.merge(word(error), 1, Integer::sum);
        if (System.nanoTime() - start > 15_000_000_000L) throw error;
        Thread.sleep(50);
      }
    }
  }

  public static void main(String[] args) throws InterruptedException {
    RedissonClient redisson = connect();
    RMap<String, String> map = redisson.getMap("example:clients:" + UUID.randomUUID());
    long acknowledged = 0, longest = 0;
    long end = System.nanoTime() + (long) (Double.parseDouble(env.getOrDefault("SECONDS", "20")) * 1e9);
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      String n = String.valueOf(acknowledged + 1);
      writeWithRetry(() -> map.fastPut(n, n));
      longest = Math.max(longest, System.nanoTime() - start);
      acknowledged++;
      Thread.sleep(10);
    }
    long lost = acknowledged - writeWithRetry(map::size);
    writeWithRetry(map::delete);
    redisson.shutdown();
    System.out.printf("acknowledged %d, lost %d, longest wait %d ms, refusals %s%n", acknowledged, lost, longest / 1_000_000, refusals.toString().replace("=", ": "));
    System.exit(lost == 0 ? 0 : 1);
  }
}
