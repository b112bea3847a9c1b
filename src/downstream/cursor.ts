/** The cursor a client is given. A foreign one is never looked into: WeChat's own contain the bot token. */
import type { ClientId, DeliverySeq } from "../core/ids.ts";
import { readSigned, signText } from "../core/tokens.ts";

export interface CursorCodec {
  write(client: ClientId, seq: DeliverySeq): string;
  read(client: ClientId, text: string): Cursor;
}

export type Cursor =
  | { readonly kind: "through"; readonly seq: DeliverySeq }
  /** The hub's and this client's, from before the database was made, restored or rolled back. */
  | { readonly kind: "outdated" }
  /** Somebody else's, or changed on the way. */
  | { readonly kind: "foreign" }
  | { readonly kind: "empty" };

export function createCursorCodec(signKey: Uint8Array, epoch: string): CursorCodec {
  return {
    write: (client, seq) => signText(signKey, { kind: "cursor", client, epoch, seq }),
    read(client, text) {
      if (text === "") return { kind: "empty" };
      const signed = readSigned(signKey, "cursor", client, text);
      if (signed === null) return { kind: "foreign" };
      return signed.epoch === epoch ? { kind: "through", seq: signed.seq } : { kind: "outdated" };
    },
  };
}
