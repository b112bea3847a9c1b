/** Quotes of messages that this hub would have to know and does not: signs of another program that uses the same bot. */
import type { AccountId, ConversationId } from "../../core/ids.ts";
import type { Quote } from "../../core/message.ts";
import { addSign, type ForeignSigns, mustBeKnown } from "../../core/second_poller.ts";
import type { Database } from "./database.ts";
import { forgetMeta, readMeta, writeMeta } from "./meta.ts";
import { isKnownQuote } from "./quotes.ts";
import { readStored } from "./stored_json.ts";

const HISTORY = "history";

/** The person's own words of about this time. Index: messages_created. */
const HAS_OWN_NEAR = `
  SELECT 1 FROM messages WHERE conversation = ? AND create_time_ms BETWEEN ? AND ? LIMIT 1`;
/** Sends that are looked at, newest first. */
const SENDS_MAX = 500;
/** What was sent from here at about this time, or may have been before all that is looked at. Index: sends_conversation. */
const HAS_SEND_NEAR = `
  SELECT coalesce(max(ended_at_ms BETWEEN ?2 AND ?3), 0)
    OR (count(*) = ${SENDS_MAX} AND min(planned_at_ms) > ?2) AS isKnown
  FROM (
    SELECT planned_at_ms, ended_at_ms FROM sends
    WHERE conversation = ?1 ORDER BY id DESC LIMIT ${SENDS_MAX}
  )`;
/** Calls that may have shown something although their end is not known. Index: sends_open. */
const HAS_OPEN_CALL = `
  SELECT 1 FROM sends
  WHERE is_open = 1 AND conversation = ? AND state IN ('sending', 'unknown') LIMIT 1`;
/** What came and could not be read may be what is quoted. Index: messages_parked. */
const HAS_UNREADABLE = `
  SELECT 1 FROM messages
  WHERE state = 'parked' AND why IN ('message_unreadable', 'body_unreadable') AND account = ?
    AND received_at_ms >= ? LIMIT 1`;

/** WeChat rounds the stamps of media, and its clock may differ from the one here. */
const NEAR_MS = 60_000;

/** Since when this history of the database goes on; of another epoch it says nothing. */
interface History {
  readonly epoch: string;
  readonly atMs: number;
}

/** Called when the database is opened: of what was before a roll-back it may know nothing. */
export function noteHistory(db: Database, opened: History): void {
  if (readHistory(db)?.epoch === opened.epoch) return;
  writeMeta(db, HISTORY, JSON.stringify(opened));
}

/** Called when what is still young is removed for its room. */
export function noteForgotten(db: Database, atMs: number): void {
  const history = readHistory(db);
  if (history !== null) writeMeta(db, HISTORY, JSON.stringify({ ...history, atMs }));
}

/** Looks whether the quoted message is one of this hub's, and counts it if not. */
export function noteForeignQuote(
  db: Database,
  quote: Quote,
  given: {
    readonly account: AccountId;
    readonly conversation: ConversationId;
    readonly atMs: number;
    /** Since when the account has its login. */
    readonly loginAtMs: number;
    /** When the quoting message was written, as WeChat stamped it; `null` where it did not. */
    readonly writtenAtMs: number | null;
  },
): void {
  const { account, conversation, loginAtMs, writtenAtMs, atMs } = given;
  const { createTimeMs: quotedAtMs, wireId } = quote;
  if (quotedAtMs === null) return; // of unknown age: it may be older than the hub
  const stampMs = writtenAtMs ?? atMs;
  if (Math.abs(stampMs - atMs) > NEAR_MS) return; // the times of sends are another clock's than WeChat's
  const history = readHistory(db);
  if (history === null || history.epoch !== readMeta(db, "epoch")) return;
  const knownSinceMs = Math.max(loginAtMs, history.atMs);
  if (!mustBeKnown({ quotedAtMs, atMs: stampMs, knownSinceMs })) return;
  const near = [quotedAtMs - NEAR_MS, quotedAtMs + NEAR_MS] as const;
  const isKnown = isKnownQuote(db, quote, given) ||
    db.get(HAS_OWN_NEAR, conversation, ...near) !== undefined ||
    db.one<{ isKnown: 0 | 1 }>(HAS_SEND_NEAR, conversation, ...near).isKnown === 1 ||
    db.get(HAS_OPEN_CALL, conversation) !== undefined ||
    db.get(HAS_UNREADABLE, account, near[0]) !== undefined;
  if (isKnown) return;
  const known = readForeignSigns(db, account);
  const signs = addSign(known, wireId ?? String(quotedAtMs), atMs);
  if (signs !== known) writeMeta(db, keyOf(account), JSON.stringify(signs));
}

export function readForeignSigns(db: Database, account: AccountId): ForeignSigns | null {
  const value = readMeta(db, keyOf(account));
  return value === null ? null : readStored<ForeignSigns>(value);
}

export function forgetForeignQuotes(db: Database, account: AccountId): void {
  forgetMeta(db, keyOf(account));
}

function readHistory(db: Database): History | null {
  const value = readMeta(db, HISTORY);
  return value === null ? null : readStored<History>(value);
}

function keyOf(account: AccountId): string {
  return `foreign_quotes ${account}`;
}
