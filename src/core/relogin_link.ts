/**
 * The one-time link at which one lost login is made good. It is for one account and one of its logins, so that the next scan
 * ends it, and carries its own end. Nothing of it is stored.
 */
import { type AccountId, asId } from "./ids.ts";
import { openBody, signBody } from "./tokens.ts";

export interface ReloginLink {
  readonly account: AccountId;
  /** Of the login that was lost. */
  readonly generation: number;
  /** Milliseconds since 1970. */
  readonly endsAtMs: number;
}

/** Who has the link can connect a WeChat to the hub, so it does not lie about for long. */
export const RELOGIN_LINK_MS = 3_600_000;

/** Tells it from all other texts that are signed with the same key. */
const TAG = "hubr";

/** The text that stands in the link; fit for a URL as it is. */
export function mintReloginToken(key: Uint8Array, link: ReloginLink): string {
  return signBody(key, `${TAG}.${link.account}.${link.generation}.${link.endsAtMs}`);
}

/** `null` for a text that is not ours. Whether it has ended is not looked at. */
export function parseReloginToken(key: Uint8Array, text: string): ReloginLink | null {
  const [tag, account, generation, endsAtMs] = openBody(key, text)?.split(".") ?? [];
  if (tag !== TAG) return null;
  return {
    account: asId<AccountId>(Number(account)),
    generation: Number(generation),
    endsAtMs: Number(endsAtMs),
  };
}
