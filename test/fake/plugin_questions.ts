/** What a plugin is asked in tests that are not about the question. */
import type { InboundView, ReplyView } from "../../src/plugin/api.ts";
import type { Facts } from "../../src/plugin/host.ts";

export const MESSAGE: InboundView = {
  id: 7,
  account: "main",
  sender: { key: "p1", alias: "" },
  isGroup: false,
  text: "hello",
  parts: [{ kind: "text", text: "hello", bytes: null }],
  quote: null,
  receivedAtMs: 1_000,
  attempt: 1,
};

export const REPLY: ReplyView = {
  id: 9,
  client: "claude",
  account: "main",
  sender: { key: "p1", alias: "" },
  text: "good day",
  parts: [{ kind: "text", text: "good day", bytes: null }],
};

export const FACTS: Facts = {
  clients: [
    { name: "claude", label: "", state: "polling", lastSeenAtMs: 900, waiting: 0 },
    { name: "codex", label: "", state: "away", lastSeenAtMs: 100, waiting: 2 },
  ],
  binding: null,
  defaultClient: null,
  hub: { version: "0.0.0", uptimeMs: 1, sendsLeft: 10, windowEndsAtMs: null },
  lastDecision: null,
  lang: "en",
  nowMs: 2_000,
};
