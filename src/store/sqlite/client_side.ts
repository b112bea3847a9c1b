/** What a client's requests do to the store: its poll and its answers. */
import {
  asId,
  type ClientId,
  type ConversationId,
  type MessageId,
  type ReplyId,
} from "../../core/ids.ts";
import type { Accepted, ClientSideSteps, GivenReply, Origin } from "../store.ts";
import { findLastHandedOut } from "./conversations.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { handOut, handOutNothing, type HandOutParts } from "./hand_out.ts";
import { noteAnswered } from "./reply_ids.ts";
import { readOutcome } from "./reply_outcome.ts";

interface Answered {
  readonly conversation: ConversationId;
  /** `null` when it is not known, or not kept any more. */
  readonly message: MessageId | null;
}

/** Index: replies_key. */
const FIND_GIVEN =
  "SELECT id FROM replies WHERE client = ? AND send_id = ? AND send_id <> '' AND digest = ?";
const FIND_ANSWERED = `
  SELECT c.id AS conversation, m.id AS message
  FROM conversations AS c LEFT JOIN messages AS m ON m.id = ?2
  WHERE c.id = ?1`;
/** Indexes: replies_unshaped, sends_open. */
const COUNT_UNSENT = `
  SELECT (SELECT count(*) FROM replies WHERE state = 'accepted' AND conversation = ?1) +
    (SELECT count(*) FROM sends WHERE is_open = 1 AND conversation = ?1) AS unsent`;
const INSERT = `
  INSERT INTO replies (client, conversation, message, send_id, digest, content, state,
    pinned_for_ms, accepted_at_ms)
  VALUES (?, ?, ?, ?, ?, ?, 'accepted', ?, ?)`;
/** Index: deliveries_message. */
const NOTE_DELIVERY_ANSWERED = `
  UPDATE deliveries SET is_answered = 1, is_unanswered = 0 WHERE message = ? AND client = ?`;

const SELECT_ORIGIN = `
  SELECT a.name AS account, coalesce(s.key, '') AS key, coalesce(s.alias, '') AS alias
  FROM messages AS m JOIN accounts AS a ON a.id = m.account
    LEFT JOIN senders AS s ON s.id = m.sender
  WHERE m.id = ?`;

export function createClientSideSteps(
  parts: HandOutParts & { readonly group: Group },
): ClientSideSteps {
  const { group, clients, limits } = parts;
  return {
    handOut: (call) =>
      (clients.get(call.client)?.waiting ?? 0) === 0
        ? group.read((db) => handOutNothing(db, call.client))
        : group.write((step) => handOut(step, parts, call)),
    accept: (given) => group.write((step) => accept(step, limits.unsentPerConversation, given)),
    replyOutcome: (reply) => group.read((db) => readOutcome(db, reply)),
    noteAnswered: (reply, wireId) => group.write(({ db }) => noteAnswered(db, reply, wireId)),
    originOf: (message) => group.read((db) => findOrigin(db, message)),
    conversationFor: (client, to) =>
      group.read((db) => {
        const found = findLastHandedOut(db, client, to);
        return found && { account: found.account, conversation: found.conversation };
      }),
  };
}

/** Also a part of larger steps. */
export function accept({ db }: Step, unsentMax: number, given: GivenReply): Accepted {
  const { client, sendId, digest, content, pinnedForMs = null, atMs } = given;
  const first = sendId === ""
    ? undefined
    : db.get<{ id: ReplyId }>(FIND_GIVEN, client, sendId, digest);
  if (first !== undefined) {
    return { kind: "repeat", reply: first.id, outcome: readOutcome(db, first.id) };
  }
  const answered = findAnswered(db, client, given);
  if (answered === null) return { kind: "no_conversation" };
  const { conversation, message } = answered;
  if (db.one<{ unsent: number }>(COUNT_UNSENT, conversation).unsent >= unsentMax) {
    return { kind: "full" };
  }
  const id = db.insert(
    INSERT,
    client,
    conversation,
    message,
    sendId,
    digest,
    content,
    pinnedForMs,
    atMs,
  );
  if (message !== null) db.run(NOTE_DELIVERY_ANSWERED, message, client);
  return { kind: "accepted", reply: asId<ReplyId>(id), conversation };
}

function findOrigin(db: Database, message: MessageId): Origin | null {
  const row = db.get<{ account: string; key: string; alias: string }>(SELECT_ORIGIN, message);
  if (row === undefined) return null;
  const { account, key, alias } = row;
  return { account, sender: { key, alias } };
}

/** By the context token, else what this person's message was that the client was given last. */
function findAnswered(db: Database, client: ClientId, given: GivenReply): Answered | null {
  const { answers, to } = given;
  const named = answers === null
    ? undefined
    : db.get<Answered>(FIND_ANSWERED, answers.conversation, answers.message);
  const last = named === undefined && to !== "" ? findLastHandedOut(db, client, to) : null;
  if (last === null) return named ?? null;
  return db.get<Answered>(FIND_ANSWERED, last.conversation, last.message) ?? null;
}
