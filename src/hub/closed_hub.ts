/** What a command gets on a data directory where no hub runs: the admin API over the store, and no station. */
import { createAdminApp } from "../admin/app.ts";
import type { ClosedHub, HubOptions } from "../config/launch.ts";
import { createPairingDesk } from "../downstream/pairing_desk.ts";
import { createHttpApi } from "../upstream/http_api.ts";
import { createHttpClient } from "../upstream/http_client.ts";
import { createLoginDesk } from "../upstream/login_desk.ts";
import { adminPortOf } from "./admin_port.ts";
import { restingAlerts } from "./alerts.ts";
import { openDisk, openHubStore } from "./open_store.ts";
import { langOf, NOT_POLLED, statesAtRest, urlOf } from "./opening.ts";
import { createPlugins } from "./plugins.ts";

/** Starting plugins takes a moment, which other calls on a data directory are spared. */
const NEEDS_PLUGINS = /^\/hub\/(plugins|status)(\/|$)/;

/** Throws what the store throws when it is opened. */
export async function openHub(options: HubOptions): Promise<ClosedHub> {
  const { settings, clock, random, log, version, onEvent } = options;
  const lang = langOf(options);
  await using parts = new AsyncDisposableStack();
  const disk = openDisk(options);
  const store = await openHubStore(options, disk);
  parts.defer(() => store.close());
  const http = createHttpClient({ clock });
  parts.defer(() => http.close());
  const desk = createLoginDesk({
    ...{ store, clock, random, log, lang },
    api: createHttpApi({ http, random, version }),
    baseUrl: settings.ilinkBaseUrl,
    onView: (view) => onEvent({ kind: "login", view }),
    onLoggedIn: () => {},
  });
  parts.defer(() => desk.stop());
  const states = await statesAtRest(store);
  const plugins = createPlugins(options, {
    ...{ store, states, lang, isWatching: false },
  });
  parts.defer(() => plugins.close());
  let started: Promise<void> | null = null;
  const { open: openAlerts, stop: stopAlerts, ...alertParts } = restingAlerts(options, lang);
  parts.defer(stopAlerts);
  const admin = createAdminApp({
    ...adminPortOf(options, { store, disk, plugins }),
    ...alertParts,
    startedAtMs: null,
    publicUrl: urlOf(options, settings.addr),
    states,
    pairing: createPairingDesk({
      ...{ store, clock, random, log, signKey: options.dataDirectory.signingKey },
      onRegistered() {},
    }),
    login: desk,
    health: () => ({ state: "failing", reason: "stopping" }),
    accountFacts: () => NOT_POLLED,
    onReplyEnd: () => () => {},
    actions: {
      wakeRouter() {},
      wakeReplies() {},
      clientChanged() {},
      clientRemoved() {},
      releaseAccount: () => Promise.resolve(),
      accountRemoved() {},
    },
  });
  const open = parts.move();
  return {
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (NEEDS_PLUGINS.test(pathname)) await (started ??= plugins.start());
      if (pathname.startsWith("/hub/alerts")) await openAlerts();
      return await admin.fetch(request);
    },
    stop: () => open.disposeAsync(),
  };
}
