use redis::aio::MultiplexedConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{AsyncCommands, AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisError, RedisResult};
use std::collections::BTreeMap;
use std::env::var;
use std::time::{Duration, Instant};

enum Way {
    Sentinel(SentinelClient),
    Endpoint(Client),
}

/// What all tasks share; the connection carries the commands of all of them, and is cheap to clone.
struct Redis {
    way: Way,
    connection: Option<MultiplexedConnection>,
    refusals: BTreeMap<String, u32>,
}

impl Redis {
    fn new() -> RedisResult<Self> {
        let password = var("REDIS_PASSWORD").ok().filter(|password| !password.is_empty());
        let way = if let Ok(sentinels) = var("REDIS_SENTINELS") {
            let addresses = sentinels.split(',').filter_map(|address| address.rsplit_once(':'));
            let addresses: Vec<_> = addresses.map(|(host, port)| ConnectionAddr::Tcp(host.into(), port.parse().expect("a port"))).collect();
            let mut builder = SentinelClientBuilder::new(addresses, var("REDIS_MASTER").expect("REDIS_MASTER"), SentinelServerType::Master)?;
            if let Some(password) = password {
                // The password is given twice: without the second one the sentinels answer NOAUTH, and no master is ever found.
                builder = builder.set_client_to_redis_password(password.clone()).set_client_to_sentinel_password(password);
            }
            Way::Sentinel(builder.build()?)
        } else {
            let address = (var("REDIS_HOST").expect("REDIS_HOST"), var("REDIS_PORT").expect("REDIS_PORT").parse().expect("a port"));
            let mut settings = RedisConnectionInfo::default();
            if let Some(password) = password {
                settings = settings.set_password(password);
            }
            Way::Endpoint(Client::open(address.into_connection_info()?.set_redis_settings(settings))?)
        };
        Ok(Redis { way, connection: None, refusals: BTreeMap::new() })
    }

    async fn connection(&mut self) -> RedisResult<MultiplexedConnection> {
        if self.connection.is_none() {
            let config = AsyncConnectionConfig::new()
                // The default of half a second is shorter than the pause of a planned move, and every command would fail in it.
                .set_response_timeout(Some(Duration::from_secs(2)))
                // An attempt to reach a node that vanished ends in time for the next one.
                .set_connection_timeout(Some(Duration::from_secs(1)));
            self.connection = Some(match &mut self.way {
                Way::Sentinel(client) => client.get_async_connection_with_config(&config).await?,
                Way::Endpoint(client) => client.get_multiplexed_async_connection_with_config(&config).await?,
            });
        }
        Ok(self.connection.clone().expect("made above"))
    }

    /// Tries until it is acknowledged, for 15 s. Only for commands that may be done twice: an error does not say whether it was done.
    async fn write_with_retry<T>(&mut self, write: impl AsyncFn(MultiplexedConnection) -> RedisResult<T>) -> RedisResult<T> {
        let start = Instant::now();
        loop {
            let result = match self.connection().await {
                Ok(connection) => write(connection).await,
                Err(error) => Err(error),
            };
            let Err(error) = result else { return result };
            let word = word(&error);
            // The library neither reconnects by itself nor leaves a node that became a replica: only a new connection asks Sentinel again.
            // A master that has no replica in sync for a moment is still the master.
            if word != "NOREPLICAS" {
                self.connection = None;
            }
            *self.refusals.entry(word).or_default() += 1;
            if start.elapsed() > Duration::from_secs(15) {
                return Err(error);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn word(error: &RedisError) -> String {
    match error.code() {
        Some(code) => code.to_string(),
        None if error.is_timeout() => "timeout".to_string(),
        None => format!("{:?}", error.kind()),
    }
}

#[tokio::main]
async fn main() -> RedisResult<()> {
    let mut redis = Redis::new()?;
    let key = format!("example:clients:{}", uuid::Uuid::new_v4());
    let end = Instant::now() + Duration::from_secs_f64(var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20.0));
    let (mut acknowledged, mut longest) = (0i64, Duration::ZERO);
    while Instant::now() < end {
        let (start, n) = (Instant::now(), acknowledged + 1);
        redis.write_with_retry(async |mut connection| connection.hset::<_, _, _, ()>(&key, n, n).await).await?;
        longest = longest.max(start.elapsed());
        acknowledged = n;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let found: i64 = redis.write_with_retry(async |mut connection| connection.hlen(&key).await).await?;
    redis.write_with_retry(async |mut connection| connection.del::<_, ()>(&key).await).await?;
    let words: Vec<_> = redis.refusals.iter().map(|(word, count)| format!("{word}: {count}")).collect();
    let lost = acknowledged - found;
    println!("acknowledged {acknowledged}, lost {lost}, longest wait {} ms, refusals {{{}}}", longest.as_millis(), words.join(", "));
    std::process::exit(if lost == 0 { 0 } else { 1 });
}
