/** What is shown of accounts, clients and the whole hub: the store's facts and what is known of this moment, joined. */
import type { AccountView, ClientView, ScriptView, StatusView } from "../core/status.ts";
import { suspectPoller } from "../core/second_poller.ts";
import { gateFacts, OPEN_GATE } from "../core/send_gate.ts";
import { NOTHING_LEARNED, viewWindow } from "../core/window.ts";
import type { StoreCounts } from "../store/store.ts";
import type { AdminPort } from "./port.ts";

type AccountSights = Pick<AdminPort, "store" | "clock" | "sendLimits" | "accountFacts">;

/** All accounts, oldest first. */
export async function viewAccounts(port: AccountSights): Promise<AccountView[]> {
  const { store } = port;
  const [accounts, clients, counts] = await Promise.all([
    store.accounts(),
    store.clients(),
    store.counts(),
  ]);
  return accounts.map((account) => {
    const count = counts.accounts.find((one) => one.account === account.id);
    return {
      name: account.name,
      ...port.accountFacts(account.id),
      defaultClient: clients.find(({ id }) => id === account.defaultClient)?.name ?? null,
      userId: account.userId,
      ...viewSending(port, count),
      lastInboundAtMs: count?.lastInboundAtMs ?? null,
      unsettled: count?.unsettled ?? 0,
      deferred: count?.deferred ?? 0,
    };
  });
}

/** What may be sent, from what is stored: so it is there without a running hub too. */
function viewSending(
  { sendLimits: limits, clock }: AccountSights,
  count: StoreCounts["accounts"][number] | undefined,
) {
  const { ledger = null, gate = OPEN_GATE, learned = NOTHING_LEARNED, foreign = null } = count ??
    {};
  const nowMs = clock.now();
  const window = viewWindow(ledger?.lastInboundAtMs ?? null, { learned, limits, nowMs });
  const of = limits.sendsPerInbound;
  const spent = window.state === "closed" ? of : ledger?.sendsSinceInbound ?? 0;
  return {
    ...gateFacts(gate, { ...limits, nowMs }),
    window,
    budget: { left: Math.max(0, of - spent), of },
    secondPoller: suspectPoller(foreign, nowMs),
    oldestDeferredAtMs: count?.oldestDeferredAtMs ?? null,
  };
}

/** All clients, oldest first. */
export async function viewClients({ store, states }: AdminPort): Promise<ClientView[]> {
  const [clients, counts] = await Promise.all([store.clients(), store.counts()]);
  return clients.map((client) => {
    const count = counts.clients.find((one) => one.client === client.id);
    return {
      name: client.name,
      label: client.label,
      state: states.stateOf(client.id),
      lastCallAtMs: states.lastCallAtMs(client.id) ?? client.lastSeenAtMs,
      createdAtMs: client.createdAtMs,
      waiting: count?.waiting ?? client.waiting,
      oldestWaitingAtMs: count?.oldestWaitingAtMs ?? null,
      unanswered: count?.unanswered ?? 0,
      foreignIds: states.foreignIds?.(client.id) ?? 0,
      settings: client.settings,
    };
  });
}

/** All scripts, oldest first. */
export async function viewScripts({ store }: Pick<AdminPort, "store">): Promise<ScriptView[]> {
  return (await store.scripts()).map(({ id: _id, ...view }) => view);
}

/** Everything the hub says about itself. */
export async function viewStatus(port: AdminPort): Promise<StatusView> {
  const [accounts, clients, scripts, counts, disk] = await Promise.all([
    viewAccounts(port),
    viewClients(port),
    viewScripts(port),
    port.store.counts(),
    port.disk(),
  ]);
  return {
    version: port.version,
    startedAtMs: port.startedAtMs,
    nowMs: port.clock.now(),
    health: port.health(),
    accounts,
    clients,
    scripts,
    plugins: port.plugins(),
    messages: counts.messages,
    sends: counts.sends,
    disk,
    alerts: port.alerts.open(),
    alertsTold: port.alerts.told(),
  };
}
