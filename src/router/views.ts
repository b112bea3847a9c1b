/** What plugins are shown: names instead of ids, no credential, and nothing they could change for the next. */
import type { Client, ClientStates } from "../core/client.ts";
import type { AccountId, ClientId } from "../core/ids.ts";
import type { LedgerLimits } from "../core/ledger.ts";
import { type SendingFacts, viewWindow } from "../core/window.ts";
import type { TurnLimits } from "../core/turn.ts";
import type { Binding, ClientView, HubView, InboundView } from "../plugin/api.ts";
import type { DecisionInput } from "../store/store.ts";

/** What stays the same while the hub runs. */
export interface Background {
  readonly states: ClientStates;
  readonly limits: LedgerLimits & TurnLimits;
  /** The language of texts to people. */
  readonly lang: "zh" | "en";
  /** The hub's version. */
  readonly version: string;
  readonly startedAtMs: number;
  /** What an account's sends have shown; absent where nothing is sent. */
  readonly sending?: (account: AccountId) => SendingFacts;
}

/** What the views are made from besides the message. */
export interface Scene extends Background {
  /** All clients there are, the oldest first. */
  readonly clients: readonly Client[];
  readonly nowMs: number;
}

/** The name of a client; `null` when there is no such client any more. */
export function nameOf(clients: readonly Client[], id: ClientId | null): string | null {
  return id === null ? null : clients.find((client) => client.id === id)?.name ?? null;
}

export function viewClients({ clients, states }: Scene): ClientView[] {
  return clients.map((client) => ({
    name: client.name,
    label: client.label,
    state: states.stateOf(client.id),
    lastSeenAtMs: states.lastCallAtMs(client.id) ?? client.lastSeenAtMs,
    waiting: client.waiting,
  }));
}

export function viewHub(
  { ledger, account }: Pick<DecisionInput, "ledger" | "account">,
  scene: Scene,
): HubView {
  const { limits, nowMs } = scene;
  const { lastInboundAtMs, sendsSinceInbound } = ledger;
  const sending = scene.sending?.(account.id);
  const windowEndsAtMs = lastInboundAtMs === null ? null : lastInboundAtMs + limits.windowMs;
  const isOpen = windowEndsAtMs === null || nowMs < windowEndsAtMs;
  return {
    version: scene.version,
    uptimeMs: nowMs - scene.startedAtMs,
    sendsLeft: isOpen ? Math.max(0, limits.sendsPerInbound - sendsSinceInbound) : 0,
    windowEndsAtMs,
    ...(sending === undefined ? {} : {
      window: viewWindow(lastInboundAtMs, { learned: sending.learned, limits, nowMs }).state,
      throttledUntilMs: sending.throttledUntilMs,
    }),
  };
}

export function viewBinding(
  binding: DecisionInput["binding"],
  clients: readonly Client[],
): Binding | null {
  const client = nameOf(clients, binding?.client ?? null);
  return client === null || binding === null ? null : { client, boundAtMs: binding.boundAtMs };
}

export function viewInbound(
  input: DecisionInput,
  clients: readonly Client[],
): InboundView {
  const { message: { id, inbound, receivedAtMs, attempt }, account, sender, quoted } = input;
  const author = nameOf(clients, quoted?.client ?? null);
  return {
    id,
    account: account.name,
    sender: { key: sender.key, alias: sender.alias },
    isGroup: inbound.group !== null,
    text: inbound.text,
    parts: inbound.parts.map(({ kind, text, bytes }) => ({ kind, text, bytes })),
    quote: inbound.quote === null ? null : {
      client: author,
      match: author === null ? "" : quoted?.match ?? "",
      text: inbound.quote.text,
    },
    receivedAtMs,
    attempt,
  };
}
