import { BlockList, isIPv4 } from "node:net";

/** A range of IPv4 addresses. */
export interface Cidr {
  address: string;
  prefix: number;
}

/**
 * "10.64.0.0/22"; undefined if it is no range, or if its address is not the first one of it (Google refuses that too).
 */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", length = ""] = text.split("/");
  const prefix = Number(length);
  if (!isIPv4(address) || !/^\d{1,2}$/.test(length) || prefix > 32) return undefined;
  const bits = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return bits % 2 ** (32 - prefix) === 0 ? { address, prefix } : undefined;
}

/** Whether two ranges share an address: then one of them holds the other's first. */
export function overlap(a: Cidr, b: Cidr): boolean {
  const holds = (outer: Cidr, inner: Cidr) => {
    const list = new BlockList();
    list.addSubnet(outer.address, outer.prefix);
    return list.check(inner.address);
  };
  return holds(a, b) || holds(b, a);
}
