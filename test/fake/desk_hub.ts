/** What a command loads where no hub runs: the real admin API over a store in memory, with a plugin desk of the test's. */
import { createAdminApp } from "../../src/admin/app.ts";
import type { HubModule } from "../../src/cli/command.ts";
import type { AlertDesk } from "../../src/core/alert_desk.ts";
import type { LoginDesk } from "../../src/core/login.ts";
import type { PluginDesk } from "../../src/core/plugin_desk.ts";
import { createPairingDesk } from "../../src/downstream/pairing_desk.ts";
import { openStore } from "../../src/store/sqlite/open.ts";
import type { Store } from "../../src/store/store.ts";
import { SEND_LIMITS } from "./send_limits.ts";

const NO_LOGIN: LoginDesk = {
  start: () => ({ id: 1, step: "starting", qr: null, account: null, reason: "" }),
  view: () => null,
  giveCode: () => "not_wanted",
  cancel() {},
};

const NO_ALERTS: AlertDesk = {
  channels: () => [],
  open: () => [],
  told: () => [],
  test: () => Promise.resolve([]),
};

/** `fill` puts what the test is about into the store. */
export function createDeskHub(
  pluginDesk: PluginDesk,
  fill: (store: Store) => Promise<void> = () => Promise.resolve(),
): HubModule {
  return {
    startHub: () => Promise.reject(new Error("this test starts no hub")),
    async openHub({ clock, random, log, version, dataDirectory }) {
      const store = await openStore({
        ...{ path: ":memory:", clock, random, log, signKey: dataDirectory.signingKey },
        sealer: { seal: (plain) => plain, unseal: (sealed) => sealed },
      });
      await fill(store);
      const app = createAdminApp({
        ...{ version, store, clock, random, log, pluginDesk },
        pairing: createPairingDesk({
          ...{ store, clock, random, log, signKey: dataDirectory.signingKey },
          onRegistered() {},
        }),
        startedAtMs: null,
        publicUrl: "http://127.0.0.1:8765",
        states: { stateOf: () => "away", lastCallAtMs: () => null },
        token: dataDirectory.adminToken,
        ...{ lang: "en", sendLimits: SEND_LIMITS, onReplyEnd: () => () => {} },
        login: NO_LOGIN,
        alerts: NO_ALERTS,
        relogin: { parse: () => null, tellAgain: () => Promise.resolve("nothing_wrong") },
        actions: {
          wakeRouter() {},
          wakeReplies() {},
          clientChanged() {},
          clientRemoved() {},
          accountRemoved() {},
          releaseAccount: () => Promise.resolve(),
        },
        botIdOf: () => "b@im.bot",
        cdnPathOf: () => null,
        allowedSenders: { kind: "owner", ids: [] },
        accountFacts: () => ({
          ...{ state: "stopped", reason: "", sinceMs: 0, lastPollAtMs: null },
          ...{ coolDownUntilMs: null, suspects: null },
        }),
        plugins: () => [],
        disk: () => Promise.resolve({ databaseBytes: 4096, freeBytes: null }),
        health: () => ({ state: "ok" }),
      });
      return {
        fetch: (request) => Promise.resolve(app.fetch(request)),
        stop: () => store.close(),
      };
    },
  };
}
