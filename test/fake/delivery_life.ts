/**
 * A whole hub that lives through anything under a fake clock: agents poll and answer without waiting for each other, the
 * process is killed and started again, WeChat's clock and the hub's part, and everything that WeChat saw is written down.
 */
import { createHash } from "node:crypto";
import { asId, type MessageId } from "../../src/core/ids.ts";
import { digitsOf, isObject, type JsonObject, listMember, textMember } from "../../src/lib/json.ts";
import { type Clock, sleep } from "../../src/lib/clock.ts";
import type { RequestRecord } from "../../src/simulator/exchange.ts";
import type { Settings } from "../../src/simulator/settings.ts";
import type { MessageTrace } from "../../src/store/trace.ts";
import { createFakeClock, type FakeClock } from "./fake_clock.ts";
import { createFakeRandom } from "./fake_random.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "./fake_upstream.ts";
import { callMortalHub } from "./mortal_call.ts";
import { type MortalHub, startMortalHub } from "./mortal_hub.ts";
import { makeQuickFolder } from "./quick_folder.ts";

export interface DeliveryLife {
  /** WeChat's clock, which is right. */
  readonly clock: FakeClock;
  /** The hub's, which can be set. */
  readonly hubClock: Clock;
  readonly upstream: FakeUpstream;
  readonly agents: readonly LivedAgent[];
  /** Calls of `getupdates` and `sendmessage` that were answered or cut, in the order of their ends. */
  readonly calls: readonly RequestRecord[];
  hub(): MortalHub;
  /** The machine sleeps: time passes for WeChat and by the wall clock, and nothing of the hub runs. */
  sleep(ms: number): void;
  /** Somebody sets the machine's clock. */
  setClock(offsetMs: number): void;
  /** The process is killed and started again. */
  restart(): Promise<void>;
  /** The owner scans again. */
  logIn(): Promise<void>;
  traces(): Promise<readonly MessageTrace[]>;
}

export interface Given {
  readonly agent: string;
  readonly text: string;
  /** When it was handed to the hub last, by WeChat's clock. */
  atMs: number;
  /** What the hub answered; `null` as long as it has not. */
  ret: string | null;
}

export interface LivedAgent {
  readonly name: string;
  /** In the order given; one that the hub's death cut off is given again to the next. */
  readonly given: readonly Given[];
  /** Whether it has ever been handed a message. */
  readonly hasTaken: boolean;
  /** Asks for more, and with it acknowledges what it took; nothing happens while it asks already. */
  poll(): void;
  /** Answers the message taken last. */
  reply(text: string): void;
  stop(): Promise<void>;
}

const RETRY_MS = 500;
/** The hub has nothing to do any more long before. */
const STOP_MINUTES_MAX = 15;

export async function liveThrough(
  { agents: names, flags, isMortal, settings = {} }: {
    readonly agents: readonly string[];
    readonly flags: Readonly<Record<string, string>>;
    /** Whether `restart` is used: it needs a file, which is slower. */
    readonly isMortal: boolean;
    readonly settings?: Partial<Settings>;
  },
  act: (life: DeliveryLife) => Promise<void>,
): Promise<void> {
  const directory = isMortal ? await makeQuickFolder() : null;
  const clock = createFakeClock();
  let offsetMs = 0;
  const hubClock: Clock = {
    now: () => clock.now() + offsetMs,
    monotonic: () => clock.monotonic(),
    after: (delayMs, action) => clock.after(delayMs, action),
  };
  const upstream = await createFakeUpstream({ clock, settings });
  const { simulator } = upstream;
  const calls: RequestRecord[] = [];
  simulator.watch((event) => {
    if (event.kind !== "request") return;
    if (event.endpoint !== "sendmessage" && event.endpoint !== "getupdates") return;
    const record = simulator.requests().findLast(({ order }) => order === event.order);
    if (record !== undefined) calls.push(record);
  });
  const common = {
    path: directory === null ? ":memory:" : `${directory}/hub.db`,
    ...{ clock: hubClock, random: createFakeRandom(3), api: upstream.api, crashAt: null, flags },
  };
  let hub = await startMortalHub(common);
  async function logIn(): Promise<void> {
    const { token, baseUrl } = upstream.bot();
    const botId = simulator.bots()[0]?.id ?? "";
    await hub.store.saveLogin({ userId: OWNER, botId, token, baseUrl, atMs: hubClock.now() });
    await hub.stations.upstream.refresh();
  }
  const agents: LivedAgent[] = [];
  for (const name of names) {
    const tokenHash = createHash("sha256").update(tokenOf(name)).digest("hex");
    await hub.store.registerClient({ name, label: "", tokenHash, atMs: 0 });
    agents.push(startAgent(name, { clock, hub: () => hub }));
  }
  await logIn();
  await act({
    ...{ clock, hubClock, upstream, agents, calls, logIn },
    hub: () => hub,
    sleep: (ms) => clock.jump(ms),
    setClock: (ms) => {
      offsetMs = ms;
    },
    async restart() {
      hub.die();
      hub = await startMortalHub(common);
      await hub.stations.upstream.refresh();
    },
    async traces() {
      const summaries = await hub.store.lastMessages({ limit: 1_000, before: null });
      const all = await Promise.all(
        summaries.map(({ id }) => hub.store.trace(asId<MessageId>(id))),
      );
      return all.filter((trace) => trace !== null).reverse();
    },
  });
  let isOver = false;
  const ending = Promise.all([...agents.map((agent) => agent.stop()), hub.stop()])
    .then(() => isOver = true);
  for (let minute = 0; !isOver && minute < STOP_MINUTES_MAX; minute++) await clock.advance(60_000);
  await ending;
  await simulator.close();
  if (directory !== null) await Deno.remove(directory, { recursive: true });
}

function tokenOf(name: string): string {
  return `vhub_${name}`;
}

function startAgent(
  name: string,
  { clock, hub }: { readonly clock: FakeClock; readonly hub: () => MortalHub },
): LivedAgent {
  const stopping = new AbortController();
  const given: Given[] = [];
  let cursor = "";
  let taken: JsonObject | null = null;
  let polling: Promise<void> | null = null;
  let replying = Promise.resolve();

  function post(path: string, body: JsonObject): Promise<JsonObject> {
    return callMortalHub(hub(), { path, token: tokenOf(name), body, stopping: stopping.signal });
  }

  async function poll(): Promise<void> {
    try {
      const answer = await post("getupdates", { get_updates_buf: cursor });
      cursor = textMember(answer, "get_updates_buf") || cursor;
      const last = listMember(answer, "msgs").at(-1);
      if (isObject(last)) taken = last;
    } catch {
      // The hub died; the agent asks again when it is told to.
    }
    polling = null;
  }

  /** Until the hub has answered; under the same id, as clients do. */
  async function give(one: Given, msg: JsonObject): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        one.atMs = clock.now();
        one.ret = digitsOf((await post("sendmessage", { msg }))["ret"] ?? 0);
        return;
      } catch {
        await sleep(clock, RETRY_MS, stopping.signal);
      }
    }
  }

  return {
    ...{ name, given },
    get hasTaken() {
      return taken !== null;
    },
    poll() {
      polling ??= poll();
    },
    reply(text) {
      const answered = taken;
      if (answered === null) return;
      const one: Given = { agent: name, text, atMs: clock.now(), ret: null };
      given.push(one);
      const msg = {
        to_user_id: textMember(answered, "from_user_id"),
        client_id: `${name}-${given.length}`,
        context_token: textMember(answered, "context_token"),
        item_list: [{ type: 1, text_item: { text } }],
      };
      replying = replying.then(() => give(one, msg));
    },
    async stop() {
      stopping.abort();
      await Promise.all([polling, replying]);
    },
  };
}
