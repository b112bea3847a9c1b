/** The owner approves a program's request by sending the hub its code: nobody else's word counts, and nothing but the code. */
import type { Client } from "../core/client.ts";
import type { Decision, TraceStep } from "../core/decision.ts";
import type { PairingId } from "../core/ids.ts";
import { freeName, moved, type Pairing } from "../core/pairing.ts";
import { HUB_ID } from "../plugin/manifest.ts";
import type { DecisionInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { type Lang, say } from "../text/say.ts";

/** Requests by their codes; hub.ts supplies it. */
export interface CodeBook {
  /** What the text is the code of; `null` for any other text. */
  find(text: string): Promise<Pairing | null>;
  /** Called after a decision that approves a request was committed. */
  noteApproved(pairing: PairingId): void;
}

/** The decision on a message that is a code; `null` for any other. Rejects when the store cannot be read. */
export async function findApproval(
  { message: { inbound }, account }: DecisionInput,
  { pairing, clients, lang, version, nowMs }: {
    readonly pairing?: CodeBook;
    readonly clients: readonly Client[];
    readonly lang: Lang;
    readonly version: string;
    readonly nowMs: number;
  },
): Promise<{ readonly decision: Decision; readonly steps: readonly TraceStep[] } | null> {
  const { from, group, parts, text } = inbound;
  const isOwner = group === null && account.userId !== null && from === account.userId;
  if (pairing === undefined || !isOwner || parts.length !== 1 || parts[0]?.kind !== "text") {
    return null;
  }
  const found = await pairing.find(text);
  if (found === null || moved(found, { move: "approve", atMs: nowMs }) === null) return null;
  const name = freeName(found.name, (one) => clients.some((client) => client.name === one));
  const reason = say(lang, CHAT_TEXT.pairingReason, { name });
  return {
    decision: {
      kind: "answer",
      text: say(lang, CHAT_TEXT.pairingApproved, { name }),
      binding: { kind: "keep" },
      moveWaiting: false,
      reason,
      approves: { pairing: found.id, name },
    },
    steps: [{
      plugin: HUB_ID,
      version,
      tookMs: 0,
      outcome: { kind: "verdict", verdict: { kind: "approve", name, reason } },
    }],
  };
}
