/** The admin API over a real store in memory, with a hub around it that only notes what it was told. */
import { createAdminApp } from "../../../src/admin/app.ts";
import type { AlertDesk } from "../../../src/core/alert_desk.ts";
import { HubError } from "../../../src/core/error.ts";
import type { AccountId, ClientId, ReplyId } from "../../../src/core/ids.ts";
import { hasLoginEnded, type LoginDesk, type LoginView } from "../../../src/core/login.ts";
import type { PairingDesk } from "../../../src/core/pairing.ts";
import { parseReloginToken } from "../../../src/core/relogin_link.ts";
import type { AccountFacts, Health } from "../../../src/core/status.ts";
import { type BellBoard, createBellBoard } from "../../../src/lib/bell_board.ts";
import { isObject, type Json, textMember } from "../../../src/lib/json.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createPairingDesk } from "../../../src/downstream/pairing_desk.ts";
import { openStore } from "../../../src/store/sqlite/open.ts";
import type { Store } from "../../../src/store/store.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import {
  createFakePluginDesk,
  type FakePluginDesk,
  pluginView,
} from "../../fake/fake_plugin_desk.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

export const TOKEN = "hubadmin_right";
export const BASE = "http://127.0.0.1:8765";

export interface AdminWorld {
  readonly store: Store;
  readonly pairing: PairingDesk;
  readonly clock: FakeClock;
  /** What the hub was told, in order. */
  readonly told: readonly string[];
  readonly desk: FakeDesk;
  /** Rung by the test in the sender's place. */
  readonly replyBells: BellBoard<ReplyId>;
  /** Holds `night`, which runs, and `weather`, which asks for more than it got. */
  readonly plugins: FakePluginDesk;
  readonly state: { health: Health; facts: AccountFacts; token: string; publicUrl: string };
  /** A request with the admin token, unless the headers say otherwise. */
  ask(method: string, path: string, given?: AskGiven): Promise<Answer>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AskGiven {
  /** Sent as JSON; text and bytes are sent as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly base?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body where it is JSON. */
  readonly json: Json;
}

export async function createAdminWorld(): Promise<AdminWorld> {
  const clock = createFakeClock();
  const random = createFakeRandom();
  const key = new Uint8Array(32);
  const store = await openStore({
    path: ":memory:",
    clock,
    random,
    log: silentLog,
    signKey: key,
    sealer: { seal: (plain) => plain, unseal: (sealed) => sealed },
  });
  const told: string[] = [];
  const replyBells = createBellBoard<ReplyId>();
  const desk = new FakeDesk();
  const plugins = createFakePluginDesk([
    pluginView("night"),
    pluginView("weather", { asked: { net: ["api.example.com"], read: ["data/"] } }),
  ]);
  const state: AdminWorld["state"] = {
    health: { state: "ok" },
    facts: {
      ...{ state: "polling", reason: "", sinceMs: 0, lastPollAtMs: clock.now() },
      ...{ coolDownUntilMs: null, suspects: null },
    },
    token: TOKEN,
    publicUrl: BASE,
  };
  const pairing = createPairingDesk({
    ...{ store, clock, random, signKey: key, log: silentLog },
    onRegistered: () => void told.push("registered"),
  });
  const app = createAdminApp({
    version: "1.2.3",
    lang: "en",
    startedAtMs: clock.now(),
    get publicUrl() {
      return state.publicUrl;
    },
    store,
    states: { stateOf: () => "polling", lastCallAtMs: () => null },
    token: {
      current: () => state.token,
      rotate: () => Promise.resolve(state.token = "hubadmin_fresh"),
    },
    login: desk,
    pluginDesk: plugins,
    pairing,
    alerts: createFakeAlertDesk(told),
    relogin: {
      parse: (token) => parseReloginToken(key, token),
      tellAgain: (account) => {
        told.push(`tell again of ${account}`);
        return Promise.resolve("told");
      },
    },
    onReplyEnd: (reply, action) => replyBells.listen(reply, action),
    actions: {
      wakeReplies: () => void told.push("wake replies"),
      wakeRouter: () => void told.push("wake router"),
      clientChanged: (client: ClientId) => void told.push(`client ${client} changed`),
      clientRemoved: (client: ClientId) => void told.push(`client ${client} removed`),
      releaseAccount: async (account: AccountId) => {
        const isThere = (await store.accounts()).some(({ id }) => id === account);
        told.push(isThere ? "release account" : "released too late");
      },
      accountRemoved: () => void told.push("account removed"),
    },
    clock,
    random,
    log: silentLog,
    accountFacts: () => state.facts,
    botIdOf: (client) => `bot${client}@im.bot`,
    cdnPathOf: () => null,
    allowedSenders: { kind: "list", ids: ["o9bob@im.wechat"] },
    plugins: () => [{ id: "broken.ts", version: "", source: "user", problem: "line 3" }],
    sendLimits: SEND_LIMITS,
    disk: () => Promise.resolve({ databaseBytes: 4096, freeBytes: null }),
    health: () => state.health,
  });

  return {
    store,
    pairing,
    clock,
    told,
    desk,
    replyBells,
    plugins,
    state,
    async ask(method, path, { body, headers = {}, base = BASE } = {}) {
      const request = new Request(base + path, {
        method,
        headers: { authorization: `Bearer ${state.token}`, ...headers },
        ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
      });
      const response = await app.fetch(request);
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") === true;
      const { status, headers: answered } = response;
      return { status, headers: answered, text, json: isJson ? JSON.parse(text) : null };
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

/** Code, message and hint of a refusal, in a line. */
export function refusalOf({ json }: Answer): string {
  const error = isObject(json) ? json["error"] : undefined;
  if (!isObject(error)) return "";
  return `${textMember(error, "code")}: ${textMember(error, "message")} ${
    textMember(error, "hint")
  }`;
}

/** One channel, `phone`, and one trouble of which the owner was told. */
function createFakeAlertDesk(told: string[]): AlertDesk {
  return {
    channels: () => [{
      ...{ name: "phone", kind: "bark", target: "api.example", delivered: 2, failed: 0 },
      ...{ waiting: 0, lastDeliveredAtMs: null, problem: "" },
    }],
    open: () => [{
      ...{ kind: "client_away", subject: "pi", title: "pi is away", sinceMs: 0, tellings: 1 },
    }],
    told: () => [{ kind: "client_away", act: "raise", count: 3 }],
    test(name) {
      if (name === "gone") throw new HubError("CHANNEL_UNKNOWN", "Cannot find it");
      told.push(`test ${name}`);
      return Promise.resolve([{ channel: "phone", problem: "" }]);
    },
  };
}

/** A desk at which the test is WeChat. */
class FakeDesk implements LoginDesk {
  current: LoginView | null = null;
  readonly codes: string[] = [];

  start(): LoginView {
    if (this.current !== null && !hasLoginEnded(this.current)) return this.current;
    const id = (this.current?.id ?? 0) + 1;
    return this.current = { id, step: "starting", qr: null, account: null, reason: "" };
  }

  view(): LoginView | null {
    return this.current;
  }

  giveCode(digits: string): "taken" | "not_wanted" {
    if (this.current?.step !== "code_wanted") return "not_wanted";
    this.codes.push(digits);
    return "taken";
  }

  cancel(): void {
    if (this.current !== null) this.current = { ...this.current, step: "cancelled" };
  }
}
