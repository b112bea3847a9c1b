/**
 * Keeps a person with an agent: the one chosen with `/use`, else always the same one of a pool.
 *
 * Configuration, every member optional:
 * - `pool`: clients with this label share the people among them; a person stays with one while it is there
 * - `bindingHours`: a choice that was not used for so long counts no more; without it a choice stays until the next
 * - `failover`: whether a message goes to another one of the pool while its agent is away (default: it waits)
 */
import type { ClientView, Context, InboundView, Json, Plugin, Verdict } from "ilink-hub/plugin";

export interface AffinityConfig {
  readonly pool: string | null;
  readonly bindingMs: number | null;
  readonly failover: boolean;
}

type Ctx = Context<AffinityConfig>;

const HOUR_MS = 3_600_000;

const WORDS = {
  zh: {
    bound: (name: string) => `已指定 ${name}`,
    pool: (name: string, pool: string) => `${pool} 中固定分给 ${name}`,
    expired: (name: string) => `对 ${name} 的指定太久没用，已不算数`,
    failover: "，它不在时换下一个",
  },
  en: {
    bound: (name: string) => `${name} was chosen`,
    pool: (name: string, pool: string) => `${name} is this person's one of ${pool}`,
    expired: (name: string) => `the choice of ${name} was not used for too long`,
    failover: "; the next one while it is away",
  },
};

function route(message: InboundView, ctx: Ctx): Verdict {
  const { config, binding, clients, memory, nowMs } = ctx;
  const words = WORDS[ctx.lang];
  const others = poolOf(clients, config.pool, message.sender.key);
  if (binding !== null && !isExpired(ctx)) {
    memory["usedAtMs"] = nowMs;
    return answer([binding.client, ...others], words.bound(binding.client), ctx);
  }
  const [first] = others;
  if (first !== undefined) return answer(others, words.pool(first, config.pool ?? ""), ctx);
  return binding === null
    ? { kind: "pass" }
    : { kind: "pass", reason: words.expired(binding.client) };
}

function answer(ranked: readonly string[], reason: string, ctx: Ctx): Verdict {
  const [first = "", ...others] = new Set(ranked);
  if (!ctx.config.failover || others.length === 0) return { kind: "route", to: [first], reason };
  const told = reason + WORDS[ctx.lang].failover;
  return { kind: "route", to: [first, ...others], mode: "first_available", reason: told };
}

function isExpired({ config, binding, memory, nowMs }: Ctx): boolean {
  if (config.bindingMs === null || binding === null) return false;
  const usedAtMs = typeof memory["usedAtMs"] === "number" ? memory["usedAtMs"] : 0;
  return nowMs - Math.max(binding.boundAtMs, usedAtMs) >= config.bindingMs;
}

/**
 * The pool's names, the person's own first. Each client draws a number for this person and the highest is theirs, so that
 * a client that comes or goes moves nobody but its own people.
 */
function poolOf(clients: readonly ClientView[], pool: string | null, person: string): string[] {
  if (pool === null) return [];
  return clients.filter(({ label }) => label === pool)
    .map(({ name }) => ({ name, draw: hash(`${person}\n${name}`) }))
    .toSorted((a, b) => b.draw - a.draw)
    .map(({ name }) => name);
}

/** A number below 2^32 that looks drawn by chance (FNV-1a, then mixed). */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    state = Math.imul(state ^ byte, 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function configure(raw: Json): AffinityConfig {
  const want = `want { "pool": "LABEL", "bindingHours": 12, "failover": true } or parts of it`;
  if (raw !== null && (typeof raw !== "object" || Array.isArray(raw))) {
    throw new Error(`The configuration is ${JSON.stringify(raw)}, ${want}`);
  }
  const { pool = null, bindingHours = null, failover = false, ...rest } = raw ?? {};
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`There is no setting "${unknown}", ${want}`);
  if (pool !== null && (typeof pool !== "string" || pool === "")) {
    throw new Error(`pool is ${JSON.stringify(pool)}, want the label of the clients in it`);
  }
  if (bindingHours !== null && (typeof bindingHours !== "number" || bindingHours <= 0)) {
    throw new Error(`bindingHours is ${JSON.stringify(bindingHours)}, want a number above 0`);
  }
  if (typeof failover !== "boolean") {
    throw new Error(`failover is ${JSON.stringify(failover)}, want true or false`);
  }
  return { pool, bindingMs: bindingHours === null ? null : bindingHours * HOUR_MS, failover };
}

const affinity: Plugin<AffinityConfig> = {
  manifest: { id: "affinity", api: 1, version: "1.0.0" },
  configure,
  route,
};

export default affinity;
