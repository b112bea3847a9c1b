/** A bot token given as a setting instead of by a scan: it becomes an account whose owner is not known. */
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/store.ts";

/**
 * Stores the token as a login unless it is stored already: a restart must not clear the cursor, and a token that WeChat has
 * refused, or that a later login replaced, is not used again.
 */
export async function adoptToken(
  { store, clock }: {
    readonly store: Pick<Store, "accounts" | "credentials" | "isSpentToken" | "saveLogin">;
    readonly clock: Clock;
  },
  given: { readonly token: string | null; readonly baseUrl: string },
): Promise<void> {
  const { token, baseUrl } = given;
  if (token === null || await store.isSpentToken(token)) return;
  for (const { id } of await store.accounts()) {
    if ((await store.credentials(id))?.token === token) return;
  }
  await store.saveLogin({ userId: null, botId: botIdOf(token), token, baseUrl, atMs: clock.now() });
}

/** A bot token begins with the bot's id: `<hex>@im.bot:<secret>`. */
function botIdOf(token: string): string {
  return /^[^:\s]+@im\.bot(?=:)/.exec(token)?.[0] ?? "unknown@im.bot";
}
