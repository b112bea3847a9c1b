/** What is on disk sealed only, and its open form in memory. */
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

  open(sealed: Uint8Array): string {
    return new TextDecoder().decode(this.#sealer.unseal(sealed));
  }
}
