/** Views as the hub makes them, for tests of plugins; each test says only what it is about. */
import type { ClientView, Context, InboundView } from "../../src/plugin/api.ts";

export const NOW_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

export function inboundView(text: string, changes: Partial<InboundView> = {}): InboundView {
  return {
    id: 1,
    account: "main",
    sender: { key: "p1", alias: "" },
    isGroup: false,
    text,
    parts: [{ kind: "text", text, bytes: null }],
    quote: null,
    receivedAtMs: NOW_MS,
    attempt: 1,
    ...changes,
  };
}

/** A client that is polling, unless `changes` say otherwise. */
export function clientView(name: string, changes: Partial<ClientView> = {}): ClientView {
  return { name, label: "", state: "polling", lastSeenAtMs: NOW_MS, waiting: 0, ...changes };
}

export function pluginContext<Config>(
  config: Config,
  changes: Partial<Context<Config>> = {},
): Context<Config> {
  return {
    config,
    clients: [],
    binding: null,
    defaultClient: null,
    hub: { version: "0.1.0", uptimeMs: 3 * 3_600_000, sendsLeft: 9, windowEndsAtMs: null },
    lastDecision: null,
    memory: {},
    lang: "en",
    nowMs: NOW_MS,
    signal: new AbortController().signal,
    ...changes,
  };
}
