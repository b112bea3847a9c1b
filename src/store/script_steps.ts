/**
 * Scripts: who may only speak, each with a key of its own, and the notices they give. A notice is a reply that answers
 * nothing; once taken it lives as every reply does. Part of the store port; `store.ts` says what holds for every step.
 */
import type { ClientId, ReplyId } from "../core/ids.ts";
import type { Accepted, ReplyOutcome } from "./steps.ts";

export interface ScriptSteps {
  /** All scripts that have not been removed, oldest first. */
  scripts(): Promise<readonly Script[]>;
  /** Throws `CLIENT_NAME_TAKEN`: names are unique over clients and scripts. */
  registerScript(script: {
    readonly name: string;
    /** SHA-256 of its key, hex. */
    readonly keyHash: string;
    readonly atMs: number;
  }): Promise<Script>;
  /** Its key is worthless at once; what it gave before still goes out. Throws `SCRIPT_UNKNOWN`. */
  removeScript(name: string, atMs: number): Promise<void>;
  /** The script whose key has this SHA-256 (hex). */
  scriptByKey(keyHash: string): Promise<Pick<Script, "id" | "name"> | null>;
  /**
   * Takes a notice durably and notes that the script was used. A repeat (same script, send id and digest) gives the first
   * one's answer. Throws `ACCOUNT_UNKNOWN`, `PERSON_UNKNOWN`.
   */
  push(push: GivenPush): Promise<Exclude<Accepted, { readonly kind: "no_conversation" }>>;
  /** What has become of a notice; `null` when it is none of this script's. */
  pushOutcome(script: ClientId, reply: ReplyId): Promise<ReplyOutcome | null>;
}

export interface Script {
  readonly id: ClientId;
  readonly name: string;
  readonly createdAtMs: number;
  /** When it last gave a notice, milliseconds since 1970; `null` if never. */
  readonly lastUsedAtMs: number | null;
  /** Notices that have not ended. */
  readonly waiting: number;
}

export interface GivenPush {
  readonly script: ClientId;
  /** "" makes every call a notice of its own. */
  readonly sendId: string;
  /** SHA-256 (hex) of all that was given. */
  readonly digest: string;
  /** JSON text of the `msg`. */
  readonly content: string;
  /** Key, alias or WeChat id of somebody who has written to the bot; "" the account's owner. */
  readonly person: string;
  /** Name of an account; "" the oldest one that fits. */
  readonly account: string;
  readonly atMs: number;
}
