/** The relay for media, where the owner asked for it. */
import type { HubOptions } from "../config/launch.ts";
import { type CdnRelay, createCdnRelay } from "../downstream/cdn.ts";
import type { Store } from "../store/store.ts";
import { createCdn } from "../upstream/cdn.ts";

/** `publicUrl` gives the address under which clients reach the hub; it is asked with each medium. */
export function createMedia(
  { settings, dataDirectory, clock, log }: HubOptions,
  { store, publicUrl }: { readonly store: Store; readonly publicUrl: () => string },
): CdnRelay | null {
  if (!settings.cdnProxy) return null;
  return createCdnRelay({
    ...{ store, log, publicUrl },
    cdn: createCdn({ clock }),
    signKey: dataDirectory.signingKey,
    cdnBaseUrl: settings.cdnBaseUrl,
  });
}
