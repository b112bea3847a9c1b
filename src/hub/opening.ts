/** What a hub and a command on a data directory have in common when they begin. */
import type { HubOptions } from "../config/launch.ts";
import type { ClientStates } from "../core/client.ts";
import type { AccountFacts } from "../core/status.ts";
import { urlHost } from "../lib/url_host.ts";
import type { Store } from "../store/store.ts";
import type { Lang } from "../text/say.ts";

/** Without a running hub nobody is polled. */
export const NOT_POLLED: AccountFacts = {
  state: "stopped",
  reason: "",
  sinceMs: 0,
  lastPollAtMs: null,
  coolDownUntilMs: null,
  suspects: null,
};

/** Without a running hub nobody is served; who has ever called is away. */
export async function statesAtRest(store: Store): Promise<ClientStates> {
  const known = (await store.clients()).filter(({ lastSeenAtMs }) => lastSeenAtMs !== null);
  const haveCalled = new Set(known.map(({ id }) => id));
  return {
    stateOf: (client) => haveCalled.has(client) ? "away" : "new",
    lastCallAtMs: () => null,
  };
}

export function langOf({ settings }: HubOptions): Lang {
  return settings.chatLang ?? settings.lang ?? "zh";
}

/** The base URL for clients: what the owner says, else where it listens. */
export function urlOf(
  { settings }: HubOptions,
  listening: { readonly hostname: string; readonly port: number },
): string {
  return settings.publicUrl ?? `http://${urlHost(listening)}`;
}
