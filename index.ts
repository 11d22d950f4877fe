import * as k8s from "@pulumi/kubernetes";
import { Redis } from "./components/redis";
import { loadConfig } from "./config";

const config = loadConfig();

const provider = new k8s.Provider("kubernetes", { ...config.kubernetes });

const redis = new Redis("redis", config.redis, { provider });

export const host = redis.host;
export const port = redis.port;
export const readHost = redis.readHost;
export const sentinelHost = redis.sentinelHost;
export const sentinelPort = redis.sentinelPort;
export const masterName = redis.masterName;
export const sentinelNodes = redis.sentinelNodes;
export const password = redis.password;
export const url = redis.url;
export const sentinelUrl = redis.sentinelUrl;
export const namespace = redis.namespace;
