/** What is on disk sealed only, and its open form in memory. */
import { HubError } from "../../core/error.ts";
import type { AccountId } from "../../core/ids.ts";
import type { AccountCredentials } from "../store.ts";

/** Authenticated encryption with the hub's key; `unseal` throws when the key is another. */
export interface Sealer {
  /** Gives what may be stored. */
  seal(plain: Uint8Array): Uint8Array;
  /** Takes what `seal` gave. */
  unseal(sealed: Uint8Array): Uint8Array;
}

export class Secrets {
  readonly #sealer: Sealer;
  /** As read last; whoever changes an account takes it out once the change is on disk. */
  readonly credentials = new Map<AccountId, AccountCredentials>();

  constructor(sealer: Sealer) {
    this.#sealer = sealer;
  }

  close(text: string): Uint8Array {
    return this.#sealer.seal(new TextEncoder().encode(text));
  }

  closeBytes(bytes: Uint8Array): Uint8Array {
    return this.#sealer.seal(bytes);
  }

  /** Throws `KEY_WRONG`. */
  open(sealed: Uint8Array): string {
    let plain: Uint8Array;
    try {
      plain = this.#sealer.unseal(sealed);
    } catch (cause) {
      throw new HubError(
        "KEY_WRONG",
        "Cannot read the bot token in the database: it was sealed with another key, or changed",
        { hint: "Restore the key that belongs to this database, or log in again", cause },
      );
    }
    return new TextDecoder().decode(plain);
  }
}
