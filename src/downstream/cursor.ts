/** The cursor a client is given. A foreign one is never looked into: WeChat's own contain the bot token. */
import type { ClientId, DeliverySeq } from "../core/ids.ts";
import { readSigned, type Signed, signText } from "../core/tokens.ts";

export interface CursorCodec {
  write(client: ClientId, seq: DeliverySeq): string;
  read(client: ClientId, text: string): Cursor;
  forget(client: ClientId): void;
}

export type Cursor =
  | { readonly kind: "through"; readonly seq: DeliverySeq }
  /** The hub's and this client's, from before the database was made, restored or rolled back. */
  | { readonly kind: "outdated" }
  /** Somebody else's, or changed on the way. */
  | { readonly kind: "foreign" }
  | { readonly kind: "empty" };

type OwnCursor = Extract<Signed, { kind: "cursor" }>;

export function createCursorCodec(signKey: Uint8Array, epochNow: () => string): CursorCodec {
  /** The last cursor of each client: it is what the next poll brings, and what an empty answer repeats. */
  const lastOf = new Map<
    ClientId,
    Omit<OwnCursor, "kind" | "client"> & { readonly text: string }
  >();

  function read(client: ClientId, text: string): Cursor {
    if (text === "") return { kind: "empty" };
    const last = lastOf.get(client);
    const own = last?.text === text ? last : readSigned(signKey, "cursor", client, text);
    if (own === null) return { kind: "foreign" };
    return own.epoch === epochNow() ? { kind: "through", seq: own.seq } : { kind: "outdated" };
  }

  return {
    read,
    write(client, seq) {
      const epoch = epochNow();
      const last = lastOf.get(client);
      if (last?.seq === seq && last.epoch === epoch) return last.text;
      const text = signText(signKey, { kind: "cursor", client, epoch, seq });
      lastOf.set(client, { epoch, seq, text });
      return text;
    },
    forget: (client) => void lastOf.delete(client),
  };
}
