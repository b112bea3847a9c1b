/**
 * Signed texts that carry their own meaning: cursors, virtual context tokens, typing tickets. No table grows with them,
 * they cannot be forged, and one client's are useless to another. The signature is the first 16 bytes of HMAC-SHA-256.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { ClientId, ConversationId, DeliverySeq, MessageId } from "./ids.ts";
import { asId } from "./ids.ts";

const MAC_BYTES = 16;

/** Any of our texts is shorter; a longer one is foreign and not looked at. */
const TEXT_LENGTH_MAX = 200;

/** What each kind of text holds after its tag, as numbers (ids) or one word (the epoch). */
export type Signed =
  | {
    readonly kind: "cursor";
    readonly client: ClientId;
    /** The database the number belongs to; renewed when a database is created, restored or rolled back. */
    readonly epoch: string;
    /** Received up to and including this number; 0 is before the first. */
    readonly seq: DeliverySeq;
  }
  | {
    readonly kind: "context";
    readonly client: ClientId;
    readonly conversation: ConversationId;
    /** The message that the client answers with this token. */
    readonly message: MessageId;
  }
  | { readonly kind: "typing"; readonly client: ClientId; readonly conversation: ConversationId };

export function signText(key: Uint8Array, signed: Signed): string {
  return signBody(key, writeBody(signed));
}

/** A body of ours with its signature behind a dot. */
export function signBody(key: Uint8Array, body: string): string {
  return `${body}.${mac(key, body).toBase64({ alphabet: "base64url", omitPadding: true })}`;
}

/** The body of a text that we signed; `null` for any other text. */
export function openBody(key: Uint8Array, text: string): string | null {
  if (text.length > TEXT_LENGTH_MAX) return null;
  const cut = text.lastIndexOf(".");
  if (cut < 0) return null;
  const body = text.slice(0, cut);
  let given: Uint8Array;
  try {
    given = Uint8Array.fromBase64(text.slice(cut + 1), { alphabet: "base64url" });
  } catch {
    return null; // not base64url, so not ours
  }
  return given.length === MAC_BYTES && timingSafeEqual(given, mac(key, body)) ? body : null;
}

/** The content of a text of ours of this kind made for `client`; `null` for any other text. */
export function readSigned<K extends Signed["kind"]>(
  key: Uint8Array,
  kind: K,
  client: ClientId,
  text: string,
): Extract<Signed, { kind: K }> | null {
  const body = openBody(key, text);
  if (body === null) return null;
  const signed = readBody(body);
  if (signed?.kind !== kind || signed.client !== client) return null;
  return signed as Extract<Signed, { kind: K }>;
}

/** Whether a text has the form of one of ours and was not made for `client`. */
export function isForeignSigned(key: Uint8Array, client: ClientId, text: string): boolean {
  if (!/^hub[cxt]\./.test(text)) return false;
  const body = openBody(key, text);
  return body === null || readBody(body)?.client !== client;
}

/** One bot id for each client, so that two programs on one machine do not share a state file. */
export function virtualBotId(signKey: Uint8Array, client: ClientId): string {
  const digest = createHmac("sha256", signKey).update(`bot.${client}`).digest("hex");
  return `${digest.slice(0, 12)}@im.bot`;
}

function mac(key: Uint8Array, body: string): Uint8Array {
  return new Uint8Array(createHmac("sha256", key).update(body).digest().subarray(0, MAC_BYTES));
}

function writeBody(signed: Signed): string {
  switch (signed.kind) {
    case "cursor":
      return `hubc.${signed.client}.${signed.epoch}.${signed.seq}`;
    case "context":
      return `hubx.${signed.client}.${signed.conversation}.${signed.message}`;
    case "typing":
      return `hubt.${signed.client}.${signed.conversation}`;
  }
}

/** Only called with a body whose signature held, so its shape is ours. */
function readBody(body: string): Signed | null {
  const [tag, ...rest] = body.split(".");
  const [first = "", second = "", third = ""] = rest;
  const client = asId<ClientId>(Number(first));
  switch (tag) {
    case "hubc":
      return { kind: "cursor", client, epoch: second, seq: asId<DeliverySeq>(Number(third)) };
    case "hubx":
      return {
        kind: "context",
        client,
        conversation: asId<ConversationId>(Number(second)),
        message: asId<MessageId>(Number(third)),
      };
    case "hubt":
      return { kind: "typing", client, conversation: asId<ConversationId>(Number(second)) };
    default:
      return null;
  }
}
