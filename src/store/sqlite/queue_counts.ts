/** How many deliveries have not ended, of a client and of each conversation for it. Whoever adds or ends one counts it here. */
import type { ClientId, ConversationId } from "../../core/ids.ts";
import type { Database } from "./database.ts";

/** A conversation's part of a client's queue. */
export interface QueuePart {
  readonly client: ClientId;
  readonly conversation: ConversationId;
}

const SELECT = `
  SELECT waiting, coalesce((
    SELECT waiting FROM client_conversations WHERE client = ?1 AND conversation = ?2
  ), 0) AS ofConversation
  FROM clients WHERE id = ?1`;
const ADD_TO_CLIENT = "UPDATE clients SET waiting = waiting + ? WHERE id = ?";
const ADD_TO_CONVERSATION = `
  INSERT INTO client_conversations (client, conversation, waiting) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET waiting = waiting + excluded.waiting`;
/** Index: the key of client_conversations. */
const CLEAR_CONVERSATIONS = `
  UPDATE client_conversations SET waiting = 0 WHERE client = ? AND waiting <> 0`;
const CLEAR_CLIENT = "UPDATE clients SET waiting = 0 WHERE id = ?";

export function readQueueCounts(
  db: Database,
  { client, conversation }: QueuePart,
): { readonly waiting: number; readonly ofConversation: number } {
  return db.one(SELECT, client, conversation);
}

export function addToQueueCounts(
  db: Database,
  { client, conversation }: QueuePart,
  by: 1 | -1,
): void {
  db.run(ADD_TO_CLIENT, by, client);
  db.run(ADD_TO_CONVERSATION, client, conversation, by);
}

/** All deliveries of the client have ended. */
export function clearQueueCounts(db: Database, client: ClientId): void {
  db.run(CLEAR_CONVERSATIONS, client);
  db.run(CLEAR_CLIENT, client);
}
