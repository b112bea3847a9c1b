/** The steps of programs that ask to become clients. Part of the store port; `store.ts` says what holds for every step. */
import type { AccountId, ClientId, PairingId } from "../core/ids.ts";
import type { Pairing, PairingAnswer, PairingConfirmation } from "../core/pairing.ts";

export type ConfirmedPairing = PairingConfirmation & {
  /** Whether this step registered the client. */
  readonly isNew: boolean;
};

export interface PairingSteps {
  /** Stores a request, unless so many are there that are not over; forgets those that are. */
  requestPairing(request: {
    readonly codeHash: string;
    readonly keyHash: string;
    readonly name: string;
    readonly address: string;
    /**
     * The client that asked, where it holds a token: with `token` it is confirmed at once and may ask for it again for a
     * while, with `null` it is only told that it is known.
     */
    readonly known: { readonly client: ClientId; readonly token: string | null } | null;
    readonly atMs: number;
  }): Promise<"made" | "full">;
  /** Those that are not over, oldest first. */
  pairings(nowMs: number): Promise<readonly Pairing[]>;
  /** By one of its digests; `null` when it is over. */
  pairingBy(
    digest: { readonly codeHash: string } | { readonly keyHash: string },
    nowMs: number,
  ): Promise<Pairing | null>;
  /** Nothing happens when it is further already. */
  scanPairing(pairing: PairingId, atMs: number): Promise<void>;
  /** Claims it: of several only the first gets `approved`. Throws `CLIENT_NAME_TAKEN`. */
  approvePairing(
    pairing: PairingId,
    approval: {
      /** `null`: a free name that begins like the guess. */
      readonly name: string | null;
      /** Whose owner the client is told; `null` takes the oldest account whose owner is known. */
      readonly account: AccountId | null;
      /** Refuse with `closed` unless pairing is open. */
      readonly wantsOpen: boolean;
      readonly atMs: number;
    },
  ): Promise<PairingAnswer>;
  /**
   * Registers the client of an approved request with the token given, and keeps that sealed until the request's end. For a
   * confirmed one the token it was confirmed with is given again. `null` for any other.
   */
  confirmPairing(
    pairing: PairingId,
    confirmation: { readonly token: string; readonly tokenHash: string; readonly atMs: number },
  ): Promise<ConfirmedPairing | null>;
  refusePairing(
    pairing: PairingId,
    refusal: { readonly wantsOpen: boolean; readonly atMs: number },
  ): Promise<"refused" | "gone" | "closed">;
  /** Deletes what is over, tokens included. */
  forgetPairings(nowMs: number): Promise<void>;
  /** Until when pairing is open, milliseconds since 1970; `null` when it is not. */
  pairingOpenUntil(nowMs: number): Promise<number | null>;
  /** Opens it until then; a time that is over closes it. */
  openPairing(untilMs: number): Promise<void>;
}
