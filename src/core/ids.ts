/**
 * The hub's ids. The store mints every one of them as an integer below 2^53 and never uses one twice, also not after the
 * row it named is gone. Each is a brand of its own, so that one cannot be taken for another.
 */
declare const brand: unique symbol;
type Id<Name extends string> = number & { readonly [brand]: Name };

/** One WeChat person's bot as the hub knows it; stays the same over relogins. Unique in a database. */
export type AccountId = Id<"account">;
/** One downstream program. Unique in a database. */
export type ClientId = Id<"client">;
/** Account and sender (or group): the unit of order. Unique in a database. */
export type ConversationId = Id<"conversation">;
/** One row of the inbox. Unique in a database, growing in the order of arrival. */
export type MessageId = Id<"message">;
/** One message queued for one client. Unique in a database, growing in queue order. */
export type DeliveryId = Id<"delivery">;
/** The number under which a delivery was handed out; a client's cursor counts in it. Unique for a client and epoch. */
export type DeliverySeq = Id<"delivery sequence">;
/** What one client gave as one answer. Unique in a database. */
export type ReplyId = Id<"reply">;
/** One upstream call. Unique in a database, growing in the order of planning. */
export type SendId = Id<"send">;
/** One request of a program to become a client. Unique in a database. */
export type PairingId = Id<"pairing">;

/** Gives a number its brand; only the store, the codecs of signed tokens and readers of admin input call it. */
export function asId<T extends Id<string>>(value: number): T {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot use as id: ${value}, want an integer from 0 to 2^53 - 1`);
  }
  return value as T;
}

/** Added to a reply's id to make the `message_id` a client gets while WeChat's own is not known. */
const WIRE_MESSAGE_ID_BASE = 4_000_000_000_000_000;

/** The `message_id` that stands for a reply on the wire: below 2^53 and far from what WeChat gives (about 7.5e18). */
export function wireMessageId(reply: ReplyId): number {
  return WIRE_MESSAGE_ID_BASE + reply;
}
