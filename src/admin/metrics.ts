/**
 * The numbers for Prometheus: few, and each read at the scrape from what is true then, so that none can drift. The library
 * is loaded at the first scrape; most hubs never see one.
 */
import type { Gauge } from "prom-client";
import { ALERT_KINDS } from "../core/alert.ts";
import type { StatusView } from "../core/status.ts";
import type { AdminPort } from "./port.ts";
import { viewStatus } from "./views.ts";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  samples(status: StatusView): readonly Sample[];
}

const CLIENT_STATES = ["polling", "busy", "away", "new"] as const;

const METRICS: readonly Metric[] = [
  {
    name: "healthy",
    help: "1 when the hub can do its job or waits for a first login",
    labels: [],
    samples: ({ health }) => [{ value: health.state === "failing" ? 0 : 1 }],
  },
  {
    name: "start_time_seconds",
    help: "When the hub started, in seconds since 1970",
    labels: [],
    samples: ({ startedAtMs }) => startedAtMs === null ? [] : [{ value: startedAtMs / 1000 }],
  },
  {
    name: "messages",
    help: "Messages kept, by state",
    labels: ["state"],
    samples: ({ messages }) => byState(messages),
  },
  {
    name: "sends",
    help: "Sends to WeChat kept, by state",
    labels: ["state"],
    samples: ({ sends }) => byState(sends),
  },
  {
    name: "clients",
    help: "Registered clients, by what they are doing",
    labels: ["state"],
    samples: ({ clients }) =>
      CLIENT_STATES.map((state) => ({
        labels: { state },
        value: clients.filter((client) => client.state === state).length,
      })),
  },
  {
    name: "client_waiting",
    help: "Messages that a client has not acknowledged",
    labels: ["client"],
    samples: ({ clients }) =>
      clients.map(({ name, waiting }) => ({ labels: { client: name }, value: waiting })),
  },
  {
    name: "client_oldest_waiting_seconds",
    help: "Age of the oldest message that waits for a client, 0 without one",
    labels: ["client"],
    samples: ({ clients, nowMs }) =>
      clients.map(({ name, oldestWaitingAtMs }) => ({
        labels: { client: name },
        value: oldestWaitingAtMs === null ? 0 : Math.max(0, nowMs - oldestWaitingAtMs) / 1000,
      })),
  },
  {
    name: "client_foreign_ids",
    help:
      "Ids of the hub's making that a client presented and that are not its own, since the start",
    labels: ["client"],
    samples: ({ clients }) =>
      clients.map(({ name, foreignIds }) => ({ labels: { client: name }, value: foreignIds })),
  },
  {
    name: "account_polling",
    help: "1 while an account's poll is open, 0 otherwise",
    labels: ["account", "state"],
    samples: ({ accounts }) =>
      accounts.map(({ name, state }) => ({
        labels: { account: name, state },
        value: state === "polling" ? 1 : 0,
      })),
  },
  {
    name: "account_last_poll_timestamp_seconds",
    help: "When WeChat last answered an account's poll well, in seconds since 1970",
    labels: ["account"],
    samples: ({ accounts }) => timestamps(accounts, "lastPollAtMs"),
  },
  {
    name: "account_last_inbound_timestamp_seconds",
    help: "When an account last received a message, in seconds since 1970",
    labels: ["account"],
    samples: ({ accounts }) => timestamps(accounts, "lastInboundAtMs"),
  },
  {
    name: "account_unsettled",
    help: "Messages of an account that are not decided yet",
    labels: ["account"],
    samples: ({ accounts }) =>
      accounts.map(({ name, unsettled }) => ({ labels: { account: name }, value: unsettled })),
  },
  {
    name: "account_deferred",
    help: "Answers of an account that wait for the person, the window or a login",
    labels: ["account"],
    samples: ({ accounts }) =>
      accounts.map(({ name, deferred }) => ({ labels: { account: name }, value: deferred })),
  },
  {
    name: "account_oldest_deferred_seconds",
    help: "Age of the oldest answer of an account that waits, 0 without one",
    labels: ["account"],
    samples: ({ accounts, nowMs }) =>
      accounts.map(({ name, oldestDeferredAtMs: atMs }) => ({
        labels: { account: name },
        value: atMs === null ? 0 : secondsFrom(atMs, nowMs),
      })),
  },
  {
    name: "account_window_left_seconds",
    help:
      "How long WeChat still takes answers to the person who wrote last, by its rule; 0 once it does not",
    labels: ["account", "state"],
    samples: ({ accounts, nowMs }) =>
      accounts.flatMap(({ name, window: { state, untilMs } }) =>
        untilMs === null
          ? []
          : [{ labels: { account: name, state }, value: secondsFrom(nowMs, untilMs) }]
      ),
  },
  {
    name: "account_budget_left",
    help: "Sends left until the person who wrote last writes again",
    labels: ["account"],
    samples: ({ accounts }) =>
      accounts.map(({ name, budget }) => ({ labels: { account: name }, value: budget.left })),
  },
  {
    name: "account_cool_down_seconds",
    help: "How long an account still waits because WeChat throttles it, 0 while it does not",
    labels: ["account"],
    samples: ({ accounts, nowMs }) =>
      accounts.map(({ name, coolDownUntilMs: untilMs }) => ({
        labels: { account: name },
        value: untilMs === null ? 0 : secondsFrom(nowMs, untilMs),
      })),
  },
  {
    name: "account_suspects",
    help: "Answers of an account in a row without an id, once they are too many to be chance",
    labels: ["account"],
    samples: ({ accounts }) =>
      accounts.map(({ name, suspects }) => ({
        labels: { account: name },
        value: suspects?.count ?? 0,
      })),
  },
  {
    name: "account_foreign_quotes",
    help: "Messages that people quoted of late and the hub never saw, as of another program's",
    labels: ["account"],
    samples: ({ accounts }) =>
      accounts.map(({ name, secondPoller }) => ({
        labels: { account: name },
        value: secondPoller?.count ?? 0,
      })),
  },
  {
    name: "plugin_problems",
    help: "Plugins that the owner should look at: not running, or not as the newest file says",
    labels: [],
    samples: ({ plugins }) => [{ value: plugins.filter(({ problem }) => problem !== null).length }],
  },
  {
    name: "alerts_open",
    help: "Troubles of which the owner was told and not yet that they are over, by kind",
    labels: ["kind"],
    samples: ({ alerts }) =>
      ALERT_KINDS.map((kind) => ({
        labels: { kind },
        value: alerts.filter((alert) => alert.kind === kind).length,
      })),
  },
  {
    name: "alerts_told",
    help: "Alerts told since the start, by kind and whether raised, repeated or over",
    labels: ["kind", "act"],
    samples: ({ alertsTold }) =>
      alertsTold.map(({ kind, act, count }) => ({ labels: { kind, act }, value: count })),
  },
  {
    name: "database_bytes",
    help: "Size of the database file",
    labels: [],
    samples: ({ disk }) => [{ value: disk.databaseBytes }],
  },
  {
    name: "disk_free_bytes",
    help: "Room left where the data directory is",
    labels: [],
    samples: ({ disk }) => disk.freeBytes === null ? [] : [{ value: disk.freeBytes }],
  },
  {
    name: "resident_memory_bytes",
    help: "Memory of the hub's process",
    labels: [],
    samples: () => [{ value: Deno.memoryUsage().rss }],
  },
];

export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** Gives a function that writes all metrics of this moment. */
export function createMetrics(port: AdminPort): () => Promise<Exposition> {
  async function load() {
    const { Gauge, Registry } = await import("prom-client");
    const registry = new Registry();
    const gauges = METRICS.map(({ name, help, labels }): Gauge =>
      new Gauge({ name: `ilink_hub_${name}`, help, labelNames: [...labels], registers: [registry] })
    );
    return { registry, gauges };
  }
  let loaded: ReturnType<typeof load> | null = null;
  return async function expose() {
    const { registry, gauges } = await (loaded ??= load());
    const status = await viewStatus(port);
    for (const [at, metric] of METRICS.entries()) {
      const gauge = gauges[at];
      // What had a value at the last scrape may have none now; of a metric without labels, reset would make 0.
      if (metric.labels.length === 0) gauge?.remove();
      else gauge?.reset();
      for (const { labels, value } of metric.samples(status)) gauge?.set({ ...labels }, value);
    }
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

function secondsFrom(fromMs: number, toMs: number): number {
  return Math.max(0, toMs - fromMs) / 1000;
}

function byState(counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }));
}

function timestamps<Key extends string>(
  accounts: readonly (Readonly<Record<Key, number | null>> & { readonly name: string })[],
  key: Key,
): Sample[] {
  return accounts.flatMap((account) => {
    const atMs = account[key];
    return atMs === null ? [] : [{ labels: { account: account.name }, value: atMs / 1000 }];
  });
}
