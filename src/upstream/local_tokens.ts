/** Which tokens a login server is shown, so that it can recognise a person whose bot the hub holds already. */
import type { AccountSteps } from "../store/store.ts";

/**
 * The tokens of the stored accounts, newest account first. A token is only shown to a host of the site it belongs to: a test
 * server must not learn the real ones.
 */
export async function collectLocalTokens(
  store: Pick<AccountSteps, "accounts" | "credentials">,
  baseUrl: string,
): Promise<readonly string[]> {
  const accounts = [...await store.accounts()].reverse();
  const held = await Promise.all(accounts.map(({ id }) => store.credentials(id)));
  return held.flatMap((credentials) =>
    credentials !== null && siteOf(credentials.baseUrl) === siteOf(baseUrl)
      ? [credentials.token]
      : []
  );
}

/** The last two labels of a host name; of an address, all of it with its port. */
function siteOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const { hostname, host } = new URL(baseUrl);
  return /[a-z]$/i.test(hostname) && hostname.includes(".")
    ? hostname.split(".").slice(-2).join(".")
    : host;
}
