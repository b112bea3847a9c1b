/**
 * Keeps a person with an agent: the one chosen with `/use`, else always the same one of a pool.
 *
 * Configuration, every member optional:
 * - `pool`: clients with this label share the people among them; each person has one of them as their own
 * - `bindingHours`: a choice that was not used for so long counts no more; without it a choice stays until the next one
 * - `failover`: the next of the pool stands in while a person's own one is away, and the person is told once (default:
 *   messages wait)
 * - `return`: back to their own one as soon as it is there again (default), or only when who stood in is away
 *
 * A choice goes before everything: its messages wait when the chosen one is away.
 */
import type { Context, InboundView, Json, Plugin, Verdict } from "ilink-hub/plugin";
import { isThere, rankPool } from "./_pool.ts";

export interface AffinityConfig {
  readonly pool: string | null;
  readonly bindingMs: number | null;
  readonly failover: boolean;
  readonly returns: boolean;
}

type Ctx = Context<AffinityConfig>;

const HOUR_MS = 3_600_000;

const WORDS = {
  zh: {
    chosen: (name: string) => `已指定 ${name}`,
    own: (name: string, pool: string) => `${pool} 中固定分给 ${name}`,
    waits: "，它不在，消息等它",
    standIn: (name: string, own: string) => `${own} 不在，由 ${name} 代替`,
    stays: (name: string, own: string) => `${name} 代替过 ${own}，就留在它那里`,
    expired: (name: string) => `对 ${name} 的指定太久没用，已不算数`,
    nobody: (pool: string) => `没有标签为 ${pool} 的智能体`,
    say: (name: string, own: string) => `${own} 不在，先由 ${name} 回答。`,
  },
  en: {
    chosen: (name: string) => `${name} was chosen`,
    own: (name: string, pool: string) => `${name} is this person's own of ${pool}`,
    waits: "; it is away and the message waits",
    standIn: (name: string, own: string) => `${own} is away, ${name} stands in`,
    stays: (name: string, own: string) => `${name} stood in for ${own} and goes on`,
    expired: (name: string) => `the choice of ${name} was not used for too long`,
    nobody: (pool: string) => `nobody bears the label ${pool}`,
    say: (name: string, own: string) => `${own} is away; ${name} answers for now.`,
  },
};

function route(message: InboundView, ctx: Ctx): Verdict {
  const { config, binding, clients, memory, nowMs } = ctx;
  const words = WORDS[ctx.lang];
  const chosen = clients.find(({ name }) => name === binding?.client);
  if (chosen !== undefined && !isExpired(ctx)) {
    if (config.bindingMs !== null) memory["usedAtMs"] = nowMs;
    delete memory["standIn"];
    const reason = words.chosen(chosen.name) + (isThere(chosen) ? "" : words.waits);
    return { kind: "route", to: [chosen.name], reason };
  }
  const expired = chosen === undefined ? null : words.expired(chosen.name);
  const verdict: Verdict = config.pool === null
    ? { kind: "pass" }
    : routeToPool(message, config.pool, ctx);
  if (expired === null) return verdict;
  return {
    ...verdict,
    reason: verdict.reason === undefined ? expired : `${verdict.reason}; ${expired}`,
  };
}

/** A choice counts from when it was made or last used. */
function isExpired({ config, binding, memory, nowMs }: Ctx): boolean {
  if (config.bindingMs === null || binding === null) return false;
  const usedAtMs = typeof memory["usedAtMs"] === "number" ? memory["usedAtMs"] : 0;
  return nowMs - Math.max(binding.boundAtMs, usedAtMs) >= config.bindingMs;
}

function routeToPool(message: InboundView, pool: string, ctx: Ctx): Verdict {
  const { config, clients, memory } = ctx;
  const words = WORDS[ctx.lang];
  const ranked = rankPool(clients, { label: pool, person: personOf(message, memory) });
  const [own, ...others] = ranked;
  if (own === undefined) return { kind: "pass", reason: words.nobody(pool) };
  const there = config.failover ? others.filter(isThere) : [];
  // Who is away, was removed or bears another label now stands in no more.
  const before = there.find(({ name }) => name === memory["standIn"]);
  const isOwnTurn = isThere(own) && (config.returns || before === undefined);
  const standIn = isOwnTurn ? undefined : before ?? there[0];
  if (standIn === undefined) {
    delete memory["standIn"];
    const reason = words.own(own.name, pool) + (isThere(own) ? "" : words.waits);
    return { kind: "route", to: [own.name], reason };
  }
  memory["standIn"] = standIn.name;
  const why = isThere(own) ? words.stays : words.standIn;
  const verdict = {
    kind: "route",
    to: [standIn.name],
    reason: why(standIn.name, own.name),
  } as const;
  return before === undefined ? { ...verdict, say: words.say(standIn.name, own.name) } : verdict;
}

/** A group is one conversation, and stays with the one of whoever wrote in it first. */
function personOf({ isGroup, sender }: InboundView, memory: Ctx["memory"]): string {
  if (!isGroup) return sender.key;
  memory["person"] ??= sender.key;
  return String(memory["person"]);
}

function configure(raw: Json): AffinityConfig {
  const want = `want { "pool": "LABEL", "bindingHours": 12, "failover": true, "return": true } ` +
    "or parts of it";
  if (raw !== null && (typeof raw !== "object" || Array.isArray(raw))) {
    throw new Error(`The configuration is ${JSON.stringify(raw)}, ${want}`);
  }
  const { pool = null, bindingHours = null, failover = false, return: returns = true, ...rest } =
    raw ?? {};
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
  if (typeof returns !== "boolean") {
    throw new Error(`return is ${JSON.stringify(returns)}, want true or false`);
  }
  const bindingMs = bindingHours === null ? null : bindingHours * HOUR_MS;
  return { pool, bindingMs, failover, returns };
}

const affinity: Plugin<AffinityConfig> = {
  manifest: { id: "affinity", api: 1, version: "1.1.0" },
  configure,
  route,
};

export default affinity;
