/**
 * A language model chooses the agent, over any endpoint that speaks as OpenAI's. What it costs is bounded: the choice holds
 * for follow-ups, and each conversation is asked about so many times a day. Both stand in the conversation's memory and not
 * in a variable, so they outlive a reload and a replay decides alike. Allow the host: `ilink-hub plugin grant llm`.
 *
 * Configuration: `{ "key": "$env:OPENAI_API_KEY", "model": "gpt-4o-mini", "agents": { "coder": "programs", ... } }`
 */
import type { Context, Json, Plugin } from "ilink-hub/plugin";

interface Config {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly agents: { readonly [name: string]: string };
  readonly perDay: number;
}

const HOLDS_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

function configure(raw: Json): Config {
  const given = { url: "https://api.openai.com/v1", key: "", model: "gpt-4o-mini", perDay: 50 };
  const config = Object.assign({ agents: {} }, given, raw);
  if (Object.keys(config.agents).length > 0) return config;
  throw new Error(`agents is missing, want { "AGENT": "what it is good at" }`);
}

async function ask(text: string, { config, signal }: Context<Config>): Promise<string> {
  const content = `Choose who answers. Say the name alone.\n${JSON.stringify(config.agents)}`;
  const messages = [{ role: "system", content }, { role: "user", content: text.slice(0, 1_000) }];
  const response = await fetch(`${config.url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${config.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: config.model, temperature: 0, max_tokens: 10, messages }),
    signal,
  });
  return (await response.json()).choices[0].message.content.trim();
}

const permissions = { net: ["api.openai.com"] };
const plugin: Plugin<Config> = {
  manifest: { id: "llm", api: 1, version: "1.0.0", deadlineMs: 5_000, permissions },
  configure,
  async route({ text }, ctx) {
    const { memory, nowMs, config } = ctx;
    const today = Math.floor(nowMs / DAY_MS);
    const { agent, atMs = 0, day, asked = 0 } = memory;
    if (typeof agent === "string" && nowMs - Number(atMs) < HOLDS_MS) return choose(agent, "still");
    const count = day === today ? Number(asked) : 0;
    if (text === "" || count >= config.perDay) return { kind: "pass", reason: `asked ${count}` };
    const chosen = await ask(text, ctx).catch(() => "no answer");
    Object.assign(memory, { day: today, asked: count + 1 });
    if (!Object.hasOwn(config.agents, chosen)) return { kind: "pass", reason: `says ${chosen}` };
    Object.assign(memory, { agent: chosen, atMs: nowMs });
    return choose(chosen, "chosen now");
  },
};
const choose = (agent: string, reason: string) => ({ kind: "route", to: [agent], reason } as const);
export default plugin;
