/** `getconfig` and `sendtyping`. Tickets are the hub's own and given at once: WeChat's are fetched when a bubble is shown. */
import type { ClientId, ConversationId } from "../core/ids.ts";
import { asId } from "../core/ids.ts";
import type { Live } from "../core/live.ts";
import { readSigned, signText } from "../core/tokens.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { ClientSideSteps } from "../store/store.ts";
import { writeOk } from "../wire/ret.ts";
import { readTypingRequest, TYPING_OFF, TYPING_ON } from "../wire/typing.ts";
import { type Endpoint, succeed } from "./call.ts";

export interface TypingPorts {
  readonly store: Pick<ClientSideSteps, "conversationFor">;
  readonly signKey: Uint8Array;
  readonly live: Pick<Live, "typing">;
  readonly log: Log;
}

/** In a ticket for a person whose conversation was not known; looked up again when the ticket is used. */
const NOT_KNOWN = asId<ConversationId>(0);

export function createGetConfig(ports: TypingPorts): Endpoint {
  const { signKey } = ports;
  return async ({ client: { id: client }, body }) => {
    const { user, contextToken } = readTypingRequest(body);
    const context = readSigned(signKey, "context", client, contextToken);
    const conversation = context?.conversation ?? await findConversation(ports, client, user);
    // Never an empty ticket: one client would keep it for a day and show no bubble.
    const ticket = signText(signKey, { kind: "typing", client, conversation });
    return succeed({ ...writeOk(), typing_ticket: ticket });
  };
}

export function createSendTyping(ports: TypingPorts): Endpoint {
  const { signKey, live } = ports;
  return async ({ client: { id: client }, body }) => {
    const { user, ticket, status } = readTypingRequest(body);
    const known = readSigned(signKey, "typing", client, ticket)?.conversation;
    if (known === undefined || (status !== TYPING_ON && status !== TYPING_OFF)) {
      return succeed(writeOk());
    }
    const conversation = known === NOT_KNOWN ? await findConversation(ports, client, user) : known;
    if (conversation !== NOT_KNOWN) live.typing({ client, conversation, on: status === TYPING_ON });
    return succeed(writeOk());
  };
}

async function findConversation(
  { store, log }: TypingPorts,
  client: ClientId,
  user: string,
): Promise<ConversationId> {
  if (user === "") return NOT_KNOWN;
  try {
    return (await store.conversationFor(client, user))?.conversation ?? NOT_KNOWN;
  } catch (error) {
    log.warn("conversation_not_found_for_typing", { client, error: errorText(error) });
    return NOT_KNOWN;
  }
}
