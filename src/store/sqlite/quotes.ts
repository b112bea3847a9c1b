/**
 * Whose words a message quotes. Newer WeChat apps name the quoted message by its id, older ones embed it; an account that
 * shows no ids leaves time and text alone.
 */
import type { AccountId, ClientId, ConversationId, SendId } from "../../core/ids.ts";
import type { Quote } from "../../core/message.ts";
import type { DecisionInput } from "../store.ts";
import type { Database } from "./database.ts";
import { digestOfText, headOfText, normalText, textOfContent } from "./send_text.ts";

interface Candidate {
  readonly id: SendId;
  /** The client that wrote it; `null` for the hub's own words, a script's, and for a client that has gone. */
  readonly client: ClientId | null;
  readonly endedAtMs: number;
  readonly textHead: string;
  readonly textDigest: string;
}

/** Where and when the quote came. */
interface Place {
  readonly account: AccountId;
  readonly conversation: ConversationId;
  readonly atMs: number;
}

/** One author's part of a digest. */
interface Part extends Candidate {
  /** JSON text. */
  readonly content: string;
}

/** Sends are remembered for quotes so long. */
const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1_000;
/** How far WeChat's stamp of a message may be from the end of the call that sent it. */
const TIME_SLACK_MS = 10_000;
/** Matches by time and text look at this many sends, newest first. */
const CANDIDATES_MAX = 500;
/** The beginning of a text says nothing when it is shorter. */
const PREFIX_CHARACTERS_MIN = 4;

const CANDIDATES = `
  SELECT s.id, c.id AS client, s.ended_at_ms AS endedAtMs, s.text_head AS textHead,
    s.text_digest AS textDigest
  FROM sends AS s
    LEFT JOIN replies AS r ON r.id = s.reply
    LEFT JOIN clients AS c ON c.id = r.client AND c.removed_at_ms IS NULL AND c.role = 'agent'
  WHERE s.conversation = ?`;
const BY_ID = `${CANDIDATES} AND s.wire_id = ? ORDER BY s.id DESC LIMIT 1`; // index: sends_wire_id
/** What went out with a send, which is the oldest of them. Index: sends_conversation. */
const MERGED = `
  ${CANDIDATES.replace("SELECT", "SELECT s.content,")}
    AND s.id > ? AND s.reason = ? AND s.state = 'merged'
  ORDER BY s.id`;
const CONTENT = "SELECT content FROM sends WHERE id = ?";
/** What may have reached the person. Index: sends_conversation. */
const NEWEST = `
  ${CANDIDATES} AND s.ended_at_ms >= ? AND s.state NOT IN ('refused', 'expired')
  ORDER BY s.id DESC LIMIT ${CANDIDATES_MAX}`;
/** Index: messages_wire_id. */
const IS_OWN_MESSAGE = "SELECT 1 FROM messages WHERE account = ? AND wire_id = ? LIMIT 1";

export function findQuoted(
  db: Database,
  quote: Quote | null,
  place: Place,
): DecisionInput["quoted"] {
  if (quote === null) return null;
  const found = findSend(db, quote, place);
  if (found === null) return null;
  const { client } = authorOf(db, found.sent, { quote, conversation: place.conversation });
  return client === null ? null : { client, match: found.match };
}

/** Whether the quoted message is the person's own, or may be one that was sent from here. */
export function isKnownQuote(
  db: Database,
  quote: Quote,
  place: Place,
): boolean {
  const { wireId } = quote;
  const isOwn = wireId !== null && db.get(IS_OWN_MESSAGE, place.account, wireId) !== undefined;
  return isOwn || findSend(db, quote, place) !== null;
}

function findSend(
  db: Database,
  quote: Quote,
  { account, conversation, atMs }: Place,
): { readonly sent: Candidate; readonly match: "id" | "time" | "text" } | null {
  if (quote.wireId !== null) {
    const sent = db.get<Candidate>(BY_ID, conversation, quote.wireId);
    if (sent !== undefined) return { sent, match: "id" };
    if (db.get(IS_OWN_MESSAGE, account, quote.wireId) !== undefined) return null;
  }
  const newest = db.all<Candidate>(NEWEST, conversation, atMs - REMEMBERED_MS);
  const text = normalText(quote.text);
  const byTime = nearest(newest, text, quote.createTimeMs);
  if (byTime !== null) return { sent: byTime, match: "time" };
  if (text === "") return null;
  const digest = digestOfText(text);
  const byText = newest.find(({ textDigest }) => textDigest === digest) ??
    newest.find((sent) => hasPrefix(sent, text));
  return byText === undefined ? null : { sent: byText, match: "text" };
}

/** Of a digest that several wrote: whose words the quote shows, the last of them where it shows those of several. */
function authorOf(
  db: Database,
  sent: Candidate,
  { quote, conversation }: { readonly quote: Quote; readonly conversation: ConversationId },
): Candidate {
  const merged = db.all<Part>(MERGED, conversation, sent.id, `into: ${sent.id}`)
    .map((part) => ({ ...part, text: normalText(textOfContent(part.content)) }));
  const [second] = merged;
  if (second === undefined) return sent;
  const whole = normalText(textOfContent(db.one<{ content: string }>(CONTENT, sent.id).content));
  // The carrier's content has become the digest; its own words stand before those of the next.
  const first = { ...sent, text: whole.slice(0, Math.max(0, whole.indexOf(second.text))) };
  const shown = normalText(quote.selected || quote.text);
  const isShown = ({ text }: { readonly text: string }) =>
    text !== "" && (text.includes(shown) || shown.includes(headOfText(text)));
  return [first, ...merged].findLast(isShown) ?? merged.at(-1) ?? sent;
}

/** Of several that were sent at nearly the same time the text decides, where the quote shows one. */
function nearest(
  newest: readonly Candidate[],
  text: string,
  atMs: number | null,
): Candidate | null {
  if (atMs === null) return null;
  const distance = ({ endedAtMs }: Candidate) => Math.abs(endedAtMs - atMs);
  const near = newest.filter((sent) => distance(sent) <= TIME_SLACK_MS);
  const alike = text === "" ? [] : near.filter((sent) => hasPrefix(sent, text));
  return (alike.length > 0 ? alike : near).toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** Whether `text`, which is not empty, whole or its beginning as a summary shows it, begins what was sent. */
function hasPrefix({ textHead, textDigest }: Candidate, text: string): boolean {
  if (textDigest === digestOfText(text)) return true;
  const shown = headOfText(text.replace(/\s*(…|\.{3})$/u, ""));
  return [...shown].length >= PREFIX_CHARACTERS_MIN && textHead.startsWith(shown);
}
