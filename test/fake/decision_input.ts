/** What the store reads for one decision, and who is there, for tests of the router. */
import {
  type Client,
  type ClientState,
  type ClientStates,
  DEFAULT_CLIENT_SETTINGS,
} from "../../src/core/client.ts";
import {
  type AccountId,
  asId,
  type ClientId,
  type ConversationId,
  type MessageId,
} from "../../src/core/ids.ts";
import type { Inbound } from "../../src/core/message.ts";
import type { DecisionInput } from "../../src/store/store.ts";

export function client(id: number, name: string, label = ""): Client {
  return {
    id: asId<ClientId>(id),
    name,
    label,
    settings: DEFAULT_CLIENT_SETTINGS,
    createdAtMs: 0,
    lastSeenAtMs: null,
    waiting: 0,
  };
}

/** Everybody is away but for those named here. */
export function statesOf(states: Readonly<Record<number, ClientState>> = {}): ClientStates {
  return { stateOf: (id) => states[id] ?? "away", lastCallAtMs: () => null };
}

export function decisionInput(
  text: string,
  changes: Partial<Omit<DecisionInput, "message">> & { readonly inbound?: Partial<Inbound> } = {},
): DecisionInput {
  const { inbound, ...others } = changes;
  return {
    message: {
      id: asId<MessageId>(1),
      conversation: asId<ConversationId>(1),
      inbound: {
        wireId: "7501234567890123456",
        from: "owner@im.wechat",
        group: null,
        createTimeMs: 0,
        contextToken: "secret-context-token",
        text,
        parts: [{ kind: "text", text, bytes: null }],
        quote: null,
        digest: "",
        ...inbound,
      },
      receivedAtMs: 0,
      attempt: 1,
    },
    account: {
      id: asId<AccountId>(1),
      name: "main",
      userId: "owner@im.wechat",
      defaultClient: null,
    },
    sender: { key: "p1", alias: "" },
    binding: null,
    quoted: null,
    memories: {},
    pins: [],
    last: null,
    ledger: { lastInboundAtMs: 0, sendsSinceInbound: 1, coolDownUntilMs: 0 },
    ...others,
  };
}
