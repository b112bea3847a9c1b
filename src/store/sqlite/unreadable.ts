/** What came from WeChat and could not be read: kept as parked rows that an owner can look at, and never decided. */
import { createHash } from "node:crypto";
import type { AccountId, MessageId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { countMessages } from "./moves.ts";
import type { Secrets } from "./secrets.ts";

interface Place {
  readonly account: AccountId;
  readonly atMs: number;
}

/** Index: messages_parked. */
const FIND_UNREADABLE = `
  SELECT id FROM messages
  WHERE state = 'parked' AND why = ? AND account = ? AND digest = ? AND received_at_ms > ?`;
const INSERT_UNREADABLE = `
  INSERT INTO messages (account, received_at_ms, state, why, detail, settled_at_ms, digest, raw,
    sealed)
  VALUES (?1, ?2, 'parked', ?3, ?4, ?2, ?5, ?6, ?7)`;
const COUNT_DUPLICATE = "UPDATE messages SET duplicates = duplicates + 1 WHERE id = ?";

/** One message of a batch that could not be read. */
export function takeUnreadable(
  step: Step,
  place: Place,
  { raw, reason }: { readonly raw: string; readonly reason: string },
): "parked" | "duplicate" {
  const digest = createHash("sha256").update(raw).digest("hex");
  return parkUnreadable(step, place, { why: "message_unreadable", reason, digest, raw });
}

/** A body that could not be read. Its bytes may hold the cursor, which holds the bot token. */
export function takeUnreadableBody(
  step: Step,
  place: Place,
  { body, secrets }: { readonly body: Uint8Array; readonly secrets: Secrets },
): "parked" | "duplicate" {
  const digest = createHash("sha256").update(body).digest("hex");
  const reason = `${body.length} bytes`;
  const sealed = secrets.closeBytes(body);
  return parkUnreadable(step, place, { why: "body_unreadable", reason, digest, raw: "", sealed });
}

/** The same again is counted and not kept twice: WeChat may repeat what cannot be read for ever. */
function parkUnreadable(
  step: Step,
  { account, atMs }: Place,
  kept: {
    readonly why: "message_unreadable" | "body_unreadable";
    readonly reason: string;
    readonly digest: string;
    readonly raw: string;
    readonly sealed?: Uint8Array;
  },
): "parked" | "duplicate" {
  const { db } = step;
  const { why, reason, digest, raw, sealed = null } = kept;
  const sinceMs = atMs - LIMITS.dedupeIdMs;
  const original = db.get<{ id: MessageId }>(FIND_UNREADABLE, why, account, digest, sinceMs);
  if (original !== undefined) {
    countDuplicate(db, original.id);
    return "duplicate";
  }
  db.run(INSERT_UNREADABLE, account, atMs, why, reason, digest, raw, sealed);
  countMessages(step, account, { from: null, to: "parked" });
  return "parked";
}

/** Counts on a message that it came again. */
export function countDuplicate(db: Database, original: MessageId): void {
  db.run(COUNT_DUPLICATE, original);
}
