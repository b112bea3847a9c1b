/**
 * THE MAP. Builds the stations that a message passes and hands each its ports. The numbers are those of the table in
 * docs/ARCHITECTURE.md.
 *
 *     WeChat -> 1 poller -> [store] -> 2-4 router, plugins -> [store] -> 5 getupdates -> client
 *     WeChat <- 8 sender <- [store] <- 7 replies           <- [store] <- 6 sendmessage <- client
 *
 * Stations meet only in the store. What they say to each other here are bells: "look again", rung after a commit.
 */
import { createAdminApp } from "./admin/app.ts";
import type { Settings } from "./config.ts";
import type { Hub, HubOptions } from "./config/launch.ts";
import type { Account } from "./core/account.ts";
import type { Cdn } from "./core/cdn.ts";
import type { ClientStates } from "./core/client.ts";
import { judgeHealth } from "./core/health.ts";
import type { AccountId, ClientId, ReplyId } from "./core/ids.ts";
import { LIMITS } from "./core/limits.ts";
import type { PairingDesk } from "./core/pairing.ts";
import { createDownstream, type Downstream } from "./downstream/app.ts";
import type { CdnRelay } from "./downstream/cdn.ts";
import { createPairingDesk } from "./downstream/pairing_desk.ts";
import { startServer } from "./http/server.ts";
import { adminPortOf } from "./hub/admin_port.ts";
import { openAlertChannels, reloginOf, startHubAlerts } from "./hub/alerts.ts";
import { createMedia } from "./hub/media.ts";
import { openDisk, openHubStore } from "./hub/open_store.ts";
import { langOf, statesAtRest, urlOf } from "./hub/opening.ts";
import { commandPrefixOf, createPlugins } from "./hub/plugins.ts";
import { createTyping, restsNow } from "./hub/typing.ts";
import { type BellBoard, createBellBoard } from "./lib/bell_board.ts";
import type { Clock } from "./lib/clock.ts";
import { errorText, type Log } from "./lib/log.ts";
import type { Random } from "./lib/random.ts";
import type { PluginHost } from "./plugin/host.ts";
import type { ShadowHost } from "./plugin/roster.ts";
import { type Replies, startReplies } from "./router/reply.ts";
import { type Router, startRouter } from "./router/router.ts";
import { startShadows } from "./router/shadow.ts";
import { startWaitingWords } from "./router/waiting_words.ts";
import type { Store } from "./store/store.ts";
import { startUpkeep } from "./store/upkeep.ts";
import type { Lang } from "./text/say.ts";
import { createUpstream, type Upstream } from "./upstream/accounts.ts";
import type { UpstreamApi } from "./upstream/api.ts";
import { adoptToken } from "./upstream/bare_token.ts";
import { createCdn } from "./upstream/cdn.ts";
import { createHttpApi } from "./upstream/http_api.ts";
import { createHttpClient } from "./upstream/http_client.ts";
import { createLoginDesk } from "./upstream/login_desk.ts";
import { startRelogin } from "./upstream/relogin.ts";
import { createTextFiles } from "./upstream/text_files.ts";

/** Where no hub runs. */
export { openHub } from "./hub/closed_hub.ts";

/** What `trace` shows of a message's life. */
export type {
  DeliveryTrace,
  MessageSummary,
  MessageTrace,
  ReplyTrace,
  SendTrace,
  VerdictCounts,
} from "./store/trace.ts";

/** What the stations stand on; tests bring their own. */
export interface Ground {
  readonly store: Store;
  readonly api: UpstreamApi;
  readonly host: PluginHost;
  /** Plugins on trial. */
  readonly shadowHost: ShadowHost;
  readonly settings: Settings;
  readonly signKey: Uint8Array;
  readonly version: string;
  readonly lang: Lang;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Whether the disk has room for more messages. */
  readonly hasRoom: () => boolean;
  readonly onLoggedOut: (account: Account) => void;
  /** For what the hub uploads itself. */
  readonly wechatCdn: Cdn;
  /** Media go through it; absent or `null`: clients go to WeChat's CDN themselves. */
  readonly cdn?: CdnRelay | null;
}

export interface Stations {
  readonly upstream: Upstream;
  readonly downstream: Downstream;
  readonly router: Router;
  readonly pairing: PairingDesk;
  /** Rung when there is something for a client to fetch, or its settings changed. */
  readonly clientBells: BellBoard<ClientId>;
  readonly replies: Replies;
  /** Rung when something has become of a reply. */
  readonly replyBells: BellBoard<ReplyId>;
  /** Ends them in the order in which nothing is lost: what comes in first, what is answered last. */
  stop(): Promise<void>;
}

/** The way of a message. Polling begins with `upstream.refresh()`. */
export async function startStations(ground: Ground): Promise<Stations> {
  const { store, settings, clock } = ground;
  const startedAtMs = clock.now();
  const clientBells = createBellBoard<ClientId>();
  const replyBells = createBellBoard<ReplyId>();
  await store.recoverSends();
  await store.forgetPairings(startedAtMs);

  // ── 1 and 8: WeChat's side
  const upstream = createUpstream({
    ...ground,
    onIngested: () => router.bell.ring(),
    onSendEnded: (reply) => replyBells.ring(reply),
  });
  const isResting = (account: AccountId) => restsNow(upstream.facts(account));
  const states = () => downstream.states;
  const { live, turns } = createTyping(ground, { owner: settings.typing, isResting, states });
  const pairing = createPairingDesk({ ...ground, onRegistered: () => router.bell.ring() });

  // ── 5 and 6: the clients' side; before the router, which asks it who is there
  const downstream = createDownstream({
    ...ground,
    live,
    clientBells,
    replyBells,
    onAccepted: () => replies.bell.ring(),
    onQueueLook(client, look) {
      turns?.lookedIn(client, look);
      if (look.given?.length) waitingWords.noteQueued([client]);
    },
    cdnBaseUrl: settings.cdnBaseUrl,
    ...{ pairing, publicUrl: settings.publicUrl, answerMs: settings.answerMs },
    clients: await store.clients(),
  });

  // ── 2, 3, 4 and 7: deciding
  const sending: Upstream["sending"] = (account) => upstream.sending(account);
  const words = { saysAway: settings.awayWords, commandPrefix: commandPrefixOf(settings) };
  const deciding = {
    ...{ ...ground, words, sending },
    ...{ startedAtMs, limits: settings, states: downstream.states },
  };
  const shadows = startShadows(deciding);
  const router = startRouter({
    ...deciding,
    pairing,
    onDecided: (input, made) => shadows.watch(input, made),
    policy: { senders: settings.allowSenders, groups: settings.allowGroups },
    onDelivered(clients, conversation) {
      turns?.routed(clients, conversation);
      waitingWords.noteQueued(clients);
      for (const client of clients) clientBells.ring(client);
    },
    onSends: (account) => upstream.ringSender(account),
  });
  const waitingWords = startWaitingWords({
    ...{ ...deciding, busyWordsMs: settings.busyWordsMs },
    onSends: (account) => upstream.ringSender(account),
  });
  const replies = startReplies({
    ...deciding,
    files: createTextFiles({ ...ground, live, cdnBaseUrl: settings.cdnBaseUrl }),
    showTyping: (call) => live.typing(call),
    onSends: (account) => upstream.ringSender(account),
    onStopped: (reply) => replyBells.ring(reply),
  });

  return {
    upstream,
    downstream,
    ...{ router, pairing, clientBells, replies, replyBells },
    async stop() {
      const deadline = new AbortController();
      const cancel = clock.after(LIMITS.shutdownMs, () => deadline.abort());
      await upstream.stop(deadline.signal);
      cancel();
      pairing.stop();
      await downstream.drain();
      await Promise.all([router.stop(), waitingWords.stop(), replies.stop(), live.stop()]);
      await shadows.stop();
      replyBells.ringAll(); // nothing more becomes of any
    },
  };
}

/** A running hub, with what the demo shows of its inside. */
export interface RunningHub extends Hub {
  readonly store: Store;
  readonly states: ClientStates;
}

/** Starts everything. Throws `PORT_TAKEN` and what the store throws when it is opened; nothing runs then. */
export async function startHub(options: HubOptions): Promise<RunningHub> {
  const { settings, clock, random, log, version, onEvent } = options;
  const lang = langOf(options);
  await using parts = new AsyncDisposableStack();
  const channels = await openAlertChannels(options, lang);
  const disk = openDisk(options);
  const store = await openHubStore(options, disk);
  parts.defer(() => store.close());
  // Plugins are there before the first message is decided; who is there of the clients is known later.
  let states = await statesAtRest(store);
  const plugins = createPlugins(options, {
    ...{ store, lang, isWatching: true },
    states: {
      stateOf: (client) => states.stateOf(client),
      lastCallAtMs: (client) => states.lastCallAtMs(client),
    },
  });
  parts.defer(() => plugins.close());
  await plugins.start();
  const http = createHttpClient({ clock });
  parts.defer(() => http.close());
  const cdn = createMedia(options, { store, publicUrl: () => urlOf(options, address) });
  const ground: Ground = {
    ...{ store, settings, version, lang, clock, random, log, cdn },
    ...{ host: plugins.host, shadowHost: plugins.shadowHost },
    api: createHttpApi({ http, random, version }),
    signKey: options.dataDirectory.signingKey,
    hasRoom: () => disk.hasRoom(),
    wechatCdn: createCdn({ clock }),
    onLoggedOut(account) {
      onEvent({ kind: "account", name: account.name, state: "logged_out" });
      accountsChanged();
    },
  };
  await adoptToken(ground, { token: settings.token, baseUrl: settings.ilinkBaseUrl });
  const stations = await startStations(ground);
  const { upstream, downstream, router } = stations;
  states = downstream.states;

  const desk = createLoginDesk({
    ...ground,
    baseUrl: settings.ilinkBaseUrl,
    onView: (view) => onEvent({ kind: "login", view }),
    onLoggedIn(account) {
      onEvent({ kind: "account", name: account.name, state: "active" });
      accountsChanged();
    },
  });
  const relogin = startRelogin({ ...ground, desk });
  const upkeep = startUpkeep({ ...ground, disk, onRoom: () => upstream.ringPollers() });
  const alerts = startHubAlerts(options, {
    ...{ store, channels, disk, lang, pluginDesk: plugins.desk, states: downstream.states },
    accountFacts: (account) => upstream.facts(account),
  });
  let accounts: readonly Account[] = [];
  let isStopping = false;
  let stopped: Promise<void> | null = null;
  async function stopAll(): Promise<void> {
    isStopping = true;
    await Promise.all([alerts.stop(), relogin.stop(), desk.stop(), upkeep.stop()]);
    await stations.stop();
  }
  const stop = () => stopped ??= stopAll();
  parts.defer(stop);

  /** After every change of an account, whoever made it. */
  async function refreshAccounts(): Promise<void> {
    accounts = await store.accounts();
    await upstream.refresh();
    relogin.ring();
    alerts.ring();
  }
  function accountsChanged(): void {
    refreshAccounts().catch((error) =>
      log.error("accounts_refresh_failed", { error: errorText(error) })
    );
  }

  const health = () =>
    judgeHealth({
      isStopping,
      isStoreFailing: store.health.kind === "failing",
      hasRoom: disk.hasRoom(),
      accounts: accounts.map(({ id }) => upstream.facts(id)),
      nowMs: clock.now(),
    });
  const server = await startServer({
    ...settings.addr,
    ...{ clock, log },
    downstream: downstream.app,
    media: cdn === null ? null : cdn.serve,
    admin: createAdminApp({
      ...adminPortOf(options, { store, disk, plugins }),
      startedAtMs: clock.now(),
      get publicUrl() {
        return urlOf(options, address);
      },
      states: downstream.states,
      pairing: stations.pairing,
      login: desk,
      alerts,
      relogin: reloginOf(options, alerts),
      health,
      accountFacts: (account) => upstream.facts(account),
      onReplyEnd: (reply, action) => stations.replyBells.listen(reply, action),
      actions: {
        wakeRouter: () => router.bell.ring(),
        wakeReplies: () => stations.replies.bell.ring(),
        clientChanged: (client) => stations.clientBells.ring(client),
        clientRemoved: (client) => downstream.clientRemoved(client),
        releaseAccount: (account) => upstream.release(account),
        accountRemoved: accountsChanged,
      },
    }),
  });
  parts.defer(() => server.close());
  const address = { hostname: server.address, port: server.port };
  await refreshAccounts();

  const running = parts.move();
  return {
    address,
    url: urlOf(options, address),
    login: desk,
    store,
    states: downstream.states,
    health,
    async count() {
      return { accounts: accounts.length, clients: (await store.clients()).length };
    },
    async stop() {
      await stop();
      await server.drain(DRAIN_MS);
      await running.disposeAsync();
    },
  };
}

/** How long answers under way may take to be written once everything else has ended. */
const DRAIN_MS = 5_000;
