/**
 * An agent of the simulated day: polls the hub's app without a socket, works through what it takes one by one, and keeps its
 * cursor over the hub's death and its own. Each text it sends begins and ends with a mark, so that it can be found again.
 */
import { createExchange } from "../../src/downstream/exchange.ts";
import { type Clock, sleep } from "../../src/lib/clock.ts";
import { digitsOf, isObject, type JsonObject, listMember, textMember } from "../../src/lib/json.ts";
import { readInbound } from "../../src/wire/message.ts";
import { callMortalHub } from "./mortal_call.ts";
import type { MortalHub } from "./mortal_hub.ts";

export interface DayAgent {
  readonly name: string;
  readonly received: readonly { readonly text: string; readonly atMs: number }[];
  /** What the hub answered to each send. */
  readonly told: readonly Told[];
  /** Every `ret` and `errcode` it ever saw besides 0. */
  readonly codes: ReadonlySet<string>;
  /** From now on nothing of it runs; what it took and had not answered is forgotten. */
  die(): void;
  revive(): void;
}

export interface Told {
  readonly mark: string;
  readonly ret: string;
  readonly atMs: number;
}

/** One message in the hands of an agent. */
export interface Work {
  readonly text: string;
  /** Resolves when the hub has taken it. */
  say(text: string): Promise<void>;
  /** A notice that a tool is at work; no text, no mark. */
  progress(tool: string): Promise<void>;
  pause(ms: number): Promise<void>;
  /** Runs beside the next messages. */
  later(ms: number, act: () => Promise<void>): void;
}

const RETRY_MS = 1_000;
const ITEM_TOOL_START = 11;

export function startDayAgent(options: {
  readonly name: string;
  readonly token: string;
  readonly clock: Clock;
  /** The hub that lives now. */
  readonly hub: () => MortalHub;
  readonly mintMark: () => string;
  readonly work: (work: Work) => Promise<void>;
}): DayAgent {
  const { name, token, clock, hub, mintMark } = options;
  const received: { text: string; atMs: number }[] = [];
  const told: Told[] = [];
  const codes = new Set<string>();
  let life = new AbortController();
  let cursor = "";
  let sends = 0;

  async function post(path: string, body: JsonObject): Promise<JsonObject> {
    const exchange = createExchange();
    const call = { path, token, body, stopping: life.signal, exchange };
    const answer = await callMortalHub(hub(), call);
    for (const member of ["ret", "errcode"]) {
      const code = digitsOf(answer[member]) ?? "0";
      if (code !== "0") codes.add(code);
    }
    return answer;
  }

  /** With the same `client_id` until the hub has taken it, as clients with retries do. */
  async function send(message: JsonObject, items: readonly JsonObject[]): Promise<JsonObject> {
    const msg = {
      to_user_id: textMember(message, "from_user_id"),
      client_id: `${name}-${++sends}`,
      context_token: textMember(message, "context_token"),
      item_list: [...items],
    };
    const { signal } = life;
    for (;;) {
      signal.throwIfAborted();
      try {
        return await post("sendmessage", { msg });
      } catch {
        await sleep(clock, RETRY_MS, signal);
      }
    }
  }

  function workOn(message: JsonObject, text: string): Work {
    const { signal } = life;
    return {
      text,
      async say(what) {
        const mark = mintMark();
        const item = { type: 1, text_item: { text: `${mark} ${what} ${mark}z` } };
        const answer = await send(message, [item]);
        told.push({ mark, ret: digitsOf(answer["ret"]) ?? "", atMs: clock.now() });
      },
      async progress(tool) {
        const item = { tool_name: tool, tool_call_id: `${name}-${sends}` };
        await send(message, [{ type: ITEM_TOOL_START, tool_call_start_item: item }]);
      },
      async pause(ms) {
        await sleep(clock, ms, signal);
        signal.throwIfAborted();
      },
      later(ms, act) {
        void sleep(clock, ms, signal).then(() => signal.aborted ? undefined : act())
          .catch(() => {}); // it died
      },
    };
  }

  async function run(): Promise<void> {
    const { signal } = life;
    while (!signal.aborted) {
      try {
        const answer = await post("getupdates", { get_updates_buf: cursor });
        cursor = textMember(answer, "get_updates_buf") || cursor;
        for (const message of listMember(answer, "msgs")) {
          if (!isObject(message)) continue;
          const { read } = readInbound(JSON.stringify(message));
          const text = read.kind === "message" ? read.message.text : "";
          received.push({ text, atMs: clock.now() });
          await options.work(workOn(message, text));
        }
      } catch {
        await sleep(clock, RETRY_MS, signal);
      }
    }
  }

  void run();
  return {
    name,
    received,
    told,
    codes,
    die: () => life.abort(),
    revive() {
      life = new AbortController();
      void run();
    },
  };
}
