use fred::prelude::*;
use fred::types::config::{ReconnectError, Server, UnresponsiveConfig};
use std::collections::BTreeMap;
use std::env::var;
use std::time::{Duration, Instant};

fn build() -> Result<Client, Error> {
    let password = var("REDIS_PASSWORD").ok().filter(|password| !password.is_empty());
    let server = if let Ok(sentinels) = var("REDIS_SENTINELS") {
        let addresses = sentinels.split(',').filter_map(|address| address.rsplit_once(':'));
        ServerConfig::Sentinel {
            hosts: addresses.map(|(host, port)| Server::new(host, port.parse().expect("a port"))).collect(),
            service_name: var("REDIS_MASTER").expect("REDIS_MASTER"),
            username: None,
            // The password is given twice: without this one the sentinels answer NOAUTH, and no master is ever found.
            password: password.clone(),
        }
    } else {
        ServerConfig::new_centralized(var("REDIS_HOST").expect("REDIS_HOST"), var("REDIS_PORT").expect("REDIS_PORT").parse().expect("a port"))
    };
    Builder::from_config(Config { server, password, ..Config::default() })
        // Without a policy the library never reconnects. 0 is for as often as it takes; the second number is the pause in ms.
        .set_policy(ReconnectPolicy::new_constant(0, 50))
        .with_performance_config(|performance| {
            // There is no limit by default: a command to a node that vanished would wait for ever. A planned move takes half a second.
            performance.default_command_timeout = Duration::from_secs(2);
        })
        .with_connection_config(|connection| {
            // The defaults of ten seconds are spent on every attempt to reach a node that vanished, and on a sentinel that is silent.
            connection.connection_timeout = Duration::from_secs(1);
            connection.internal_command_timeout = Duration::from_secs(1);
            // Unanswered commands would be sent again by themselves after a reconnect, and an INCR counted twice.
            connection.max_command_attempts = 1;
            // A node that vanished never closes its connection, and Sentinel is asked only when it closes: after this silence it is.
            connection.unresponsive = UnresponsiveConfig { max_timeout: Some(Duration::from_secs(3)), interval: Duration::from_secs(1) };
            // A node that became a replica keeps the connection and refuses for ever: a new one asks Sentinel again.
            connection.reconnect_errors = vec![ReconnectError::ReadOnly, ReconnectError::Loading, ReconnectError::MasterDown];
        })
        .build()
}

type Refusals = BTreeMap<String, u32>;

fn word(error: &Error) -> String {
    let first = error.details().split(' ').next().unwrap_or_default();
    if first.len() > 3 && first.chars().all(|letter| letter.is_ascii_uppercase()) { first.to_string() } else { format!("{:?}", error.kind()) }
}

/// Tries until it is acknowledged, for 15 s. Only for commands that may be done twice: an error does not say whether it was done.
async fn write_with_retry<T>(refusals: &mut Refusals, write: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        let result = write().await;
        let Err(error) = result else { return result };
        *refusals.entry(word(&error)).or_default() += 1;
        if start.elapsed() > Duration::from_secs(15) {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = build()?;
    client.init().await?;
    let (key, mut refusals) = (format!("example:clients:{}", uuid::Uuid::new_v4()), Refusals::new());
    let end = Instant::now() + Duration::from_secs_f64(var("SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20.0));
    let (mut acknowledged, mut longest) = (0i64, Duration::ZERO);
    while Instant::now() < end {
        let (start, n) = (Instant::now(), acknowledged + 1);
        write_with_retry(&mut refusals, async || client.hset::<(), _, _>(&key, (n.to_string(), n)).await).await?;
        longest = longest.max(start.elapsed());
        acknowledged = n;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let found: i64 = write_with_retry(&mut refusals, async || client.hlen(&key).await).await?;
    write_with_retry(&mut refusals, async || client.del::<(), _>(&key).await).await?;
    let words: Vec<_> = refusals.iter().map(|(word, count)| format!("{word}: {count}")).collect();
    let lost = acknowledged - found;
    println!("acknowledged {acknowledged}, lost {lost}, longest wait {} ms, refusals {{{}}}", longest.as_millis(), words.join(", "));
    std::process::exit(if lost == 0 { 0 } else { 1 });
}
