/**
 * The hub's own members, `ilink_hub_ext`, for clients that asked for them; everybody else sees iLink alone. The session members
 * bear the names that the im-agentproc bridge reads and writes: a client that names the session of its agent in an answer
 * (`cli_session_id`) gets it back as `session_id` with the next message of that conversation.
 */
import type { ClientId, ConversationId, ReplyId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { digitsOf, type JsonObject, objectMember, textMember } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { ClientSideSteps, HandedOutDelivery, ReplyOutcome } from "../store/store.ts";
import type { Extension } from "./shape.ts";

export interface Extensions {
  ofDelivery(client: ClientId, delivery: HandedOutDelivery): Promise<Extension>;
  /**
   * Remembers what a client says beside its answer: of its `ilink_hub_ext` the session of its agent, nothing else. Says
   * whether there was one.
   */
  noteGiven(
    place: { readonly client: ClientId; readonly conversation: ConversationId },
    given: JsonObject,
  ): boolean;
  forget(client: ClientId): void;
}

/** The hub has one session for a conversation and client. */
const SESSION_NAME = "default";
const SESSION_ID_LENGTH_MAX = 200;

export function createExtensions(
  { store, log }: { readonly store: Pick<ClientSideSteps, "originOf">; readonly log: Log },
): Extensions {
  /** In memory alone: after a restart of the hub an agent without a memory of its own begins a new session. */
  const sessions = new Map<string, { readonly client: ClientId; readonly id: string }>();

  async function describeOrigin({ message }: HandedOutDelivery): Promise<JsonObject> {
    try {
      const origin = await store.originOf(message);
      if (origin === null) return {};
      const { account, sender } = origin;
      return { account, sender_key: sender.key, sender_alias: sender.alias };
    } catch (error) {
      log.warn("origin_not_read", { message, error: errorText(error) });
      return {}; // the message itself is worth more than what is said of it
    }
  }

  return {
    async ofDelivery(client, delivery) {
      const session = sessions.get(nameOf(client, delivery.conversation));
      return {
        ilink_hub_ext: {
          delivery_id: String(delivery.id),
          ...await describeOrigin(delivery),
          session_name: SESSION_NAME,
          ...(session === undefined ? {} : { session_id: session.id }),
        },
      };
    },
    noteGiven({ client, conversation }, given) {
      const id = textMember(given, "cli_session_id").trim();
      if (id === "" || id.length > SESSION_ID_LENGTH_MAX) return false;
      const name = nameOf(client, conversation);
      sessions.delete(name);
      sessions.set(name, { client, id });
      const [oldest] = sessions.keys();
      if (sessions.size > LIMITS.agentSessionsMax && oldest !== undefined) sessions.delete(oldest);
      return true;
    },
    forget(client) {
      for (const [name, session] of sessions) if (session.client === client) sessions.delete(name);
    },
  };
}

function nameOf(client: ClientId, conversation: ConversationId): string {
  return `${client}.${conversation}`;
}

/**
 * How long the person's short answer is the client's, where the client says that its reply ends with a request:
 * `expects_answer: true`, `answer_within_seconds` 1 to 86,400. `null` where it says nothing; what has another shape is
 * ignored.
 */
export function readPin(
  given: JsonObject,
  { defaultMs, onIgnored }: {
    readonly defaultMs: number;
    readonly onIgnored: (problem: { readonly member: string; readonly want: string }) => void;
  },
): number | null {
  const { expects_answer: expects = false, answer_within_seconds: within = null } = given;
  if (typeof expects !== "boolean") {
    onIgnored({ member: "expects_answer", want: "true or false" });
    return null;
  }
  if (!expects) return null;
  if (within === null) return defaultMs;
  const withinMs = Math.trunc(Number(digitsOf(within)) * 1_000);
  if (withinMs >= 1_000 && withinMs <= LIMITS.pinMsMax) return withinMs;
  onIgnored({ member: "answer_within_seconds", want: `1 to ${LIMITS.pinMsMax / 1_000}` });
  return defaultMs;
}

/** What became of a reply, for the answer to its `sendmessage`; `outcome` is `null` when that cannot be read. */
export function receiptOf(
  { reply, outcome }: { readonly reply: ReplyId; readonly outcome: ReplyOutcome | null },
): Extension {
  const known = outcome === null ? {} : { state: outcome.state, reason: outcome.reason };
  return { ilink_hub_ext: { reply_id: String(reply), ...known } };
}

/** Parts a client's `msg` from the hub's members in it, which are never WeChat's to see. */
export function takeExtension(
  message: JsonObject,
): { readonly message: JsonObject; readonly extension: JsonObject } {
  const { ilink_hub_ext: _taken, ...rest } = message;
  return { message: rest, extension: objectMember(message, "ilink_hub_ext") ?? {} };
}
