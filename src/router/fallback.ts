/** Where a message goes when no plugin chose: the only client, the account's default, or nowhere, which is said. */
import type { Client } from "../core/client.ts";
import type { Decision } from "../core/decision.ts";
import type { Memory } from "../plugin/host.ts";
import { HUB_ID } from "../plugin/manifest.ts";
import type { DecisionInput } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { type Lang, listNames, say } from "../text/say.ts";

/** The line about having nobody costs a send, so it is not said again for so long. */
const SAID_AGAIN_AFTER_MS = 3_600_000;

interface Around {
  readonly clients: readonly Client[];
  /** What plugins made of the text; `null` when none changed it. */
  readonly text: string | null;
  readonly lang: Lang;
  readonly nowMs: number;
}

/** The decision, and the hub's own memory of the conversation where it changes. */
export function fallBack(
  input: DecisionInput,
  around: Around,
): { readonly decision: Decision; readonly memories: Readonly<Record<string, Memory>> } {
  const { clients, lang } = around;
  const only = clients.length === 1 ? clients[0] : undefined;
  const byDefault = clients.find(({ id }) => id === input.account.defaultClient);
  const client = only ?? byDefault;
  if (client === undefined) return park(input, around);
  const sentence = only === undefined ? CHAT_TEXT.defaultClient : CHAT_TEXT.onlyClient;
  const decision: Decision = {
    kind: "deliver",
    to: [client.id],
    text: around.text,
    say: null,
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: say(lang, sentence),
  };
  return { decision, memories: {} };
}

function park(input: DecisionInput, { clients, lang, nowMs }: Around): ReturnType<typeof fallBack> {
  const names = clients.map(({ name }) => name);
  const [first] = names;
  const reason = say(
    lang,
    first === undefined ? CHAT_TEXT.noClientReason : CHAT_TEXT.noDefaultReason,
  );
  const own = input.memories[HUB_ID] ?? {};
  const saidAtMs = own["noClientSaidAtMs"];
  const isSaid = typeof saidAtMs === "number" && nowMs - saidAtMs < SAID_AGAIN_AFTER_MS;
  if (isSaid) {
    return { decision: { kind: "park", why: "no_client", say: null, reason }, memories: {} };
  }
  const line = first === undefined ? say(lang, CHAT_TEXT.noClient) : say(
    lang,
    CHAT_TEXT.noDefault,
    { first, names: listNames(names, lang) },
  );
  return {
    decision: { kind: "park", why: "no_client", say: line, reason },
    memories: { [HUB_ID]: { ...own, noClientSaidAtMs: nowMs } },
  };
}
