import * as dns from "node:dns/promises";

/**
 * Whether a download from `host` is worth trying: its name resolves, or a proxy does that for us. The clients' own
 * retries take three seconds to find out that there is no network, at every `make up`.
 */
export async function reachable(host: string): Promise<boolean> {
  if (process.env.HTTPS_PROXY || process.env.https_proxy) return true;
  const slow = new Promise<false>((resolve) => setTimeout(() => resolve(false), 2000).unref());
  return Promise.race([
    dns.lookup(host).then(
      () => true,
      () => false,
    ),
    slow,
  ]);
}
