/**
 * A whole hub under a fake clock between the simulated WeChat and several agents, with its alerts, that can be killed and
 * started again on its database file. What happens outside of the hub is recorded as it was seen there.
 */
import { createHash } from "node:crypto";
import { pushRoutes } from "../../src/admin/push.ts";
import { startAlerts } from "../../src/alerts/watch.ts";
import type { AlertAct, AlertKind } from "../../src/core/alert.ts";
import { gatherFacts } from "../../src/hub/alerts.ts";
import type { Json, JsonObject } from "../../src/lib/json.ts";
import {
  digitsOf,
  isObject,
  objectMember,
  parseJson,
  textMember,
  tryParseJson,
} from "../../src/lib/json.ts";
import { silentLog } from "../../src/lib/log.ts";
import type { SayGiven } from "../../src/simulator/simulator.ts";
import type { PersonEntry } from "../../src/simulator/world.ts";
import { type DayAgent, startDayAgent, type Work } from "./day_agent.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { createFakeRandom } from "./fake_random.ts";
import { createFakeUpstream, type FakeUpstream } from "./fake_upstream.ts";
import { type MortalHub, startMortalHub } from "./mortal_hub.ts";
import { sightsOf } from "./hub_sights.ts";
import { makeQuickFolder } from "./quick_folder.ts";

export interface DayWorld {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  /** The one that lives now. */
  hub(): MortalHub;
  agent(name: string): DayAgent;
  readonly agents: readonly DayAgent[];
  readonly notices: readonly NoticeSeen[];
  /** All that people wrote. */
  readonly written: readonly PersonEntry[];
  /** Every `sendmessage` that reached WeChat. */
  readonly calls: readonly CallSeen[];
  /** What the hub said of each notice of the script's. */
  readonly pushes: readonly PushSeen[];
  readonly databasePath: string;
  say(given: SayGiven): void;
  /** A script gives a notice for the owner of the first account. */
  push(text: string): void;
  /** Ends it as `kill -9` would. */
  killHub(): Promise<void>;
  /** Starts it again on its file. */
  startHub(): Promise<void>;
  /** The owner scans again. */
  logIn(account: string): Promise<void>;
}

export interface NoticeSeen {
  readonly act: AlertAct;
  readonly kind: AlertKind;
  readonly subject: string;
  readonly atMs: number;
}

export interface PushSeen {
  readonly mark: string;
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface CallSeen {
  readonly atMs: number;
  readonly account: string;
  readonly person: string;
  /** "" for a success without one. */
  readonly ret: string;
  /** Whether a scripted fault answered. */
  readonly isFault: boolean;
}

export interface DayOptions {
  readonly startMs: number;
  /** Account -> its owner and the agent who is asked unless something else is said. */
  readonly accounts: Readonly<Record<string, { readonly owner: string; readonly agent: string }>>;
  readonly agents: Readonly<Record<string, (work: Work) => Promise<void>>>;
}

const ALERT_SETTINGS = { backlogMin: 200, repeatMs: 6 * 3_600_000 };

/** Runs `live` in a new world and ends it. */
export async function withDay(
  options: DayOptions,
  live: (world: DayWorld) => Promise<void>,
): Promise<void> {
  const directory = await makeQuickFolder();
  const clock = createFakeClock(options.startMs);
  const random = createFakeRandom(5);
  const bots = Object.values(options.accounts).map(({ owner }) => ({ owner }));
  const upstream = await createFakeUpstream({ clock, bots });
  const notices: NoticeSeen[] = [];
  const pushes: PushSeen[] = [];
  let memory: Json = null;
  let marks = 0;
  const mintMark = () => `r${String(++marks).padStart(4, "0")}`;

  async function start(): Promise<{ readonly hub: MortalHub; stopAlerts(): Promise<void> }> {
    const hub = await startMortalHub({
      ...{ path: `${directory}/hub.db`, clock, random, api: upstream.api, crashAt: null },
      flags: { "allow-senders": "open", "away-words": "true", "busy-words-seconds": "20" },
    });
    const { stations } = hub;
    await stations.upstream.refresh();
    const sights = sightsOf(hub);
    const alerts = startAlerts({
      facts: () => gatherFacts(sights, clock.now()),
      loginLink: () => Promise.resolve(null),
      channels: {
        put: ({ act, kind, subject }) => {
          if (act !== "test" && kind !== null) {
            notices.push({ act, kind, subject, atMs: clock.now() });
          }
        },
        channels: () => [],
        test: () => Promise.resolve([]),
        stop: () => Promise.resolve(),
      },
      memory: {
        read: () => memory,
        write(value) {
          memory = value;
          return Promise.resolve();
        },
      },
      settings: ALERT_SETTINGS,
      onNotice() {},
      ...{ lang: "en", clock, random, log: silentLog },
    });
    return { hub, stopAlerts: () => alerts.stop() };
  }

  let living = await start();
  await introduce(living.hub, upstream, options);
  const agents = Object.entries(options.agents).map(([name, work]) =>
    startDayAgent({
      ...{ name, token: tokenOf(name), clock, work },
      hub: () => living.hub,
      mintMark,
    })
  );
  await live({
    ...{ clock, upstream, agents, notices, pushes, databasePath: `${directory}/hub.db` },
    written: recordWritten(upstream),
    calls: recordCalls(upstream, options),
    hub: () => living.hub,
    agent: (name) => found(agents.find((agent) => agent.name === name), name),
    say: (given) => void upstream.simulator.say(given),
    push(text) {
      const mark = mintMark();
      const atMs = clock.now();
      void pushTo(living.hub, `${mark} ${text} ${mark}z`, clock).then((answer) => {
        const [id, state, reason] = ["id", "state", "reason"].map((key) =>
          String(answer[key] ?? "")
        );
        pushes.push({ mark, id: id ?? "", state: state ?? "", reason: reason ?? "", atMs });
      });
    },
    async killHub() {
      await living.stopAlerts();
      living.hub.die();
    },
    async startHub() {
      living = await start();
    },
    async logIn(account) {
      const { owner } = found(options.accounts[account], account);
      const { token, id } = upstream.simulator.bind({ owner });
      const login = { userId: owner, botId: id, token, baseUrl: upstream.simulator.baseUrl };
      await living.hub.store.saveLogin({ ...login, atMs: clock.now() });
      await living.hub.stations.upstream.refresh();
    },
  });

  for (const agent of agents) agent.die();
  await living.stopAlerts();
  let isStopped = false;
  const stopping = living.hub.stop().then(() => isStopped = true);
  for (let minute = 0; !isStopped && minute < 10; minute++) await clock.advance(60_000);
  await stopping;
  await upstream.simulator.close();
  await Deno.remove(directory, { recursive: true });
}

async function introduce(
  { store, stations }: MortalHub,
  upstream: FakeUpstream,
  { accounts, agents }: DayOptions,
): Promise<void> {
  for (const name of Object.keys(agents)) {
    const tokenHash = createHash("sha256").update(tokenOf(name)).digest("hex");
    await store.registerClient({ name, label: "", tokenHash, atMs: 0 });
  }
  const keyHash = createHash("sha256").update(SCRIPT_KEY).digest("hex");
  await store.registerScript({ name: "nas", keyHash, atMs: 0 });
  const clients = await store.clients();
  for (const [name, { owner, agent }] of Object.entries(accounts)) {
    const { token, baseUrl } = upstream.bot(owner);
    const login = { userId: owner, botId: `${name}@im.bot`, token, baseUrl, atMs: 0 };
    const { id } = await store.saveLogin(login);
    const defaultClient = clients.find((client) => client.name === agent)?.id ?? null;
    await store.updateAccount(id, { name, defaultClient });
  }
  await stations.upstream.refresh();
}

function recordWritten({ simulator }: FakeUpstream): readonly PersonEntry[] {
  const written: PersonEntry[] = [];
  simulator.watch((event) => {
    if (event.kind === "message" && event.entry.by === "person") written.push(event.entry);
  });
  return written;
}

function recordCalls({ simulator }: FakeUpstream, { accounts }: DayOptions): readonly CallSeen[] {
  const calls: CallSeen[] = [];
  simulator.watch((event) => {
    if (event.kind !== "request" || event.endpoint !== "sendmessage") return;
    const request = simulator.requests().findLast(({ order }) => order === event.order);
    if (request === undefined) return;
    const body = tryParseJson(request.body);
    const message = isObject(body) ? objectMember(body, "msg") : null;
    const answer = parseJson(request.answer || "{}");
    const bearer = String(request.headers["authorization"]);
    const owner = simulator.bots().find(({ token }) => bearer.endsWith(token))?.owner;
    calls.push({
      atMs: request.atMs,
      account: Object.keys(accounts).find((name) => accounts[name]?.owner === owner) ?? "",
      person: textMember(message ?? {}, "to_user_id"),
      ret: isObject(answer) ? digitsOf(answer["ret"]) ?? "" : "",
      isFault: request.fault !== "",
    });
  });
  return calls;
}

const SCRIPT_KEY = "vpush_nas";

async function pushTo(
  { store, stations }: MortalHub,
  text: string,
  clock: FakeClock,
): Promise<JsonObject> {
  const app = pushRoutes({
    ...{ store, clock, lang: "en", health: () => ({ state: "ok" }) },
    onReplyEnd: (reply, action) => stations.replyBells.listen(reply, action),
    actions: { wakeReplies: () => stations.replies.bell.ring() },
  });
  const headers = { authorization: `Bearer ${SCRIPT_KEY}` };
  const request = new Request("http://hub/", { method: "POST", headers, body: text });
  const answer = parseJson(await (await app.fetch(request)).text());
  return isObject(answer) ? answer : {};
}

function tokenOf(name: string): string {
  return `vhub_${name}`;
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new RangeError(`Nobody is called ${name}`);
  return value;
}
