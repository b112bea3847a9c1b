/** Builds the alerts' part of the hub: the channels from the settings, and the watch on what the other stations say. */
import { type ChannelDesk, createChannelDesk } from "../alerts/channel_desk.ts";
import { readChannelSettings } from "../alerts/channel_settings.ts";
import type { AlertFacts } from "../alerts/facts.ts";
import { openChannel } from "../alerts/open_channels.ts";
import { type Alerts, startAlerts } from "../alerts/watch.ts";
import type { ReloginPort } from "../admin/port.ts";
import type { HubOptions } from "../config/launch.ts";
import type { AlertDesk } from "../core/alert_desk.ts";
import type { ClientStates } from "../core/client.ts";
import type { AccountId } from "../core/ids.ts";
import type { PluginDesk } from "../core/plugin_desk.ts";
import { suspectPoller } from "../core/second_poller.ts";
import { mintReloginToken, parseReloginToken, RELOGIN_LINK_MS } from "../core/relogin_link.ts";
import type { AccountFacts } from "../core/status.ts";
import { readJsonFile, writeJsonFile } from "../lib/json_file.ts";
import type { Disk } from "../store/disk.ts";
import type { Store } from "../store/store.ts";
import type { Lang } from "../text/say.ts";

/** What the watch looks at. */
export interface AlertSights {
  readonly store: Store;
  readonly states: ClientStates;
  readonly pluginDesk: PluginDesk;
  readonly disk: Disk;
  readonly lang: Lang;
  readonly accountFacts: (account: AccountId) => AccountFacts;
}

/** Throws `CONFIG_INVALID`. Nothing is sent before something is put or tested. */
export async function openAlertChannels(options: HubOptions, lang: Lang): Promise<ChannelDesk> {
  const { settings, env, clock, random, log } = options;
  const read = await readChannelSettings(settings.alertChannels, {
    env,
    readText: (path) => Deno.readTextFile(path),
  });
  const channels = read.map((one) => openChannel(one, { clock, fetch }));
  return createChannelDesk(channels, { clock, random, log, lang });
}

/** Looks at once; `channels` are its to stop. */
export function startHubAlerts(
  options: HubOptions,
  sights: AlertSights & { readonly channels: ChannelDesk },
): Alerts {
  const { settings, dataDirectory, clock, random, log, onEvent } = options;
  const { store, channels, lang } = sights;
  const path = `${dataDirectory.path}/alerts.json`;
  return startAlerts({
    facts: () => gatherFacts(sights, clock.now()),
    async loginLink(name) {
      const account = (await store.accounts()).find((one) => one.name === name);
      if (settings.publicUrl === null || account === undefined) return null;
      const token = mintReloginToken(dataDirectory.signingKey, {
        account: account.id,
        generation: account.generation,
        endsAtMs: clock.now() + RELOGIN_LINK_MS,
      });
      return `${settings.publicUrl}/hub/relogin/${token}`;
    },
    channels,
    memory: { read: () => readJsonFile(path), write: (value) => writeJsonFile(path, value) },
    settings: { backlogMin: settings.alertBacklog, repeatMs: settings.alertRepeatMs },
    onNotice({ act, kind, title, text }) {
      if (act !== "test" && kind !== null) {
        onEvent({ kind: "alert", act, alert: kind, title, text });
      }
    },
    ...{ lang, clock, random, log },
  });
}

/** The one-time links as the page that serves them needs them. */
export function reloginOf({ dataDirectory }: HubOptions, alerts: Alerts): ReloginPort {
  return {
    parse: (token) => parseReloginToken(dataDirectory.signingKey, token),
    tellAgain: (account) => alerts.tellAgain(account),
  };
}

export interface RestingAlerts {
  readonly alerts: AlertDesk;
  readonly relogin: ReloginPort;
  /** To be called before the desk is asked. Throws `CONFIG_INVALID`. */
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** For a data directory where no hub runs: the channels can be seen and tested, nothing is watched. */
export function restingAlerts(
  options: HubOptions,
  lang: Lang,
): RestingAlerts {
  let channels: ChannelDesk | null = null;
  return {
    alerts: {
      channels: () => channels?.channels() ?? [],
      open: () => [],
      told: () => [],
      test: async (name) => await channels?.test(name) ?? [],
    },
    relogin: {
      parse: () => null,
      tellAgain: () => Promise.resolve("nothing_wrong"),
    },
    async open() {
      channels ??= await openAlertChannels(options, lang);
    },
    stop: async () => await channels?.stop(),
  };
}

/** What is true now of all that alerts are about. */
export async function gatherFacts(
  { store, states, pluginDesk, disk, accountFacts }: AlertSights,
  nowMs: number,
): Promise<AlertFacts> {
  const [accounts, clients, counts, { freeBytes }] = await Promise.all([
    ...[store.accounts(), store.clients(), store.counts()] as const,
    disk.facts(),
  ]);
  return {
    nowMs,
    accounts: accounts.map(({ id, name, state, stateSinceMs }) => {
      const facts = accountFacts(id);
      const count = counts.accounts.find(({ account }) => account === id);
      return {
        ...facts,
        name,
        state: state === "logged_out" ? state : facts.state,
        sinceMs: state === "logged_out" ? stateSinceMs : facts.sinceMs,
        unsettled: count?.unsettled ?? 0,
        secondPoller: suspectPoller(count?.foreign ?? null, nowMs),
      };
    }),
    clients: clients.map(({ id, name, waiting }) => ({
      ...{ name, waiting, state: states.stateOf(id) },
      oldestWaitingAtMs: counts.clients.find(({ client }) => client === id)?.oldestWaitingAtMs ??
        null,
    })),
    tripped: pluginDesk.list().filter(({ state }) => state === "tripped"),
    disk: { hasRoom: disk.hasRoom(), freeBytes },
    storeProblem: store.health.kind === "failing" ? store.health.reason : null,
  };
}
