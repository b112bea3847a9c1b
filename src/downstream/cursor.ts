/** The cursor a client is given. A foreign one is never looked into: WeChat's own contain the bot token. */
import type { ClientId, DeliverySeq } from "../core/ids.ts";
import { readSigned, signText } from "../core/tokens.ts";

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

export function createCursorCodec(signKey: Uint8Array, epoch: string): CursorCodec {
  /** The last cursor of each client: it is what the next poll brings, and what an empty answer repeats. */
  const lastOf = new Map<ClientId, { readonly seq: DeliverySeq; readonly text: string }>();

  return {
    write(client, seq) {
      const last = lastOf.get(client);
      if (last?.seq === seq) return last.text;
      const text = signText(signKey, { kind: "cursor", client, epoch, seq });
      lastOf.set(client, { seq, text });
      return text;
    },
    read(client, text) {
      if (text === "") return { kind: "empty" };
      const last = lastOf.get(client);
      if (last?.text === text) return { kind: "through", seq: last.seq };
      const signed = readSigned(signKey, "cursor", client, text);
      if (signed === null) return { kind: "foreign" };
      return signed.epoch === epoch ? { kind: "through", seq: signed.seq } : { kind: "outdated" };
    },
    forget: (client) => void lastOf.delete(client),
  };
}
