/** An echo bot that behaves on the wire by recorded habits: polls, parses, keeps its cursor, answers, and complains as they say. */
import { type Clock, sleep } from "../../../../src/lib/clock.ts";
import {
  digitsOf,
  isObject,
  type JsonObject,
  listMember,
  numberMember,
  objectMember,
  parseJson,
  textMember,
} from "../../../../src/lib/json.ts";
import type { Habits } from "./habits.ts";
import { type CdnFetch, downloadMedia, mediaOf, uploadMedia } from "./recorded_media.ts";
import { exchangeRaw } from "./raw_exchange.ts";

/** What a client keeps on its disk; given to the next process of the same client. */
export interface Kept {
  cursor: string;
}

export interface Heard {
  readonly wireId: string;
  readonly from: string;
  readonly text: string;
  /** The id in a quote, however it is written there; `null` without a quote. */
  readonly quotedId: string | null;
}

export interface RecordedClient {
  readonly heard: readonly Heard[];
  /** Everything it took for a failure, in words. */
  readonly troubles: readonly string[];
  /** Strikes the troubles that the test itself made. */
  forgive(pattern: RegExp): void;
  /** Ids it was answered with, by the text it had sent. */
  readonly ids: ReadonlyMap<string, string>;
  /** Calls of `getupdates` so far. */
  readonly polls: () => number;
  /** Sends a text of its own accord; rejects as it would to its user. */
  send(to: string, text: string): Promise<void>;
  /** Ends it as `kill -9` does: its connections are cut. */
  kill(): Promise<void>;
}

export interface RecordedOptions {
  readonly port: number;
  readonly token: string;
  readonly clock: Clock;
  readonly cdn: CdnFetch;
  readonly kept: Kept;
  /** Called before a message is handled; a promise that never resolves is a turn without end. */
  readonly onHeard?: (heard: Heard) => Promise<void> | void;
}

/** Its own time limit, which it tells from every other failure. */
class LimitReached extends Error {}

export function startRecordedClient(habits: Habits, options: RecordedOptions): RecordedClient {
  const { clock, kept } = options;
  const startMs = clock.now();
  const dying = new AbortController();
  const heard: Heard[] = [];
  let troubles: string[] = [];
  const ids = new Map<string, string>();
  const contextOf = new Map<string, string>();
  let cursor = habits.cursorSaved === "never" ? "" : kept.cursor;
  let pollLimitMs = habits.poll.limitMs;
  let polls = 0;

  async function post(
    endpoint: string,
    given: { readonly body: JsonObject; readonly limitMs: number },
  ): Promise<{ readonly status: number; readonly text: string }> {
    const limit = new AbortController();
    const cancel = clock.after(given.limitMs, () => limit.abort(new LimitReached()));
    const { baseInfo } = habits;
    const body = baseInfo === null ? given.body : { ...given.body, base_info: baseInfo };
    try {
      return await exchangeRaw(options.port, {
        method: "POST",
        target: habits.target(endpoint),
        headers: habits.headers({
          token: options.token,
          uin: crypto.getRandomValues(new Uint8Array(4)),
        }),
        body: JSON.stringify(body),
        framing: habits.framing,
      }, AbortSignal.any([dying.signal, limit.signal]));
    } finally {
      cancel();
    }
  }

  async function ask(
    endpoint: string,
    given: { readonly body: JsonObject; readonly limitMs: number },
  ): Promise<JsonObject> {
    const { status, text } = await post(endpoint, given);
    if (status !== 200) throw new Error(`${endpoint}: HTTP ${status} ${text}`);
    if (text === "" && endpoint === "sendmessage" && !habits.send.needsJson) return {};
    const answer = parseJson(text);
    if (!isObject(answer)) throw new Error(`${endpoint}: ${text}`);
    return answer;
  }

  // ─── Polling ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** One poll; the pause before the next, milliseconds. */
  async function poll(failures: number): Promise<number> {
    const { read, judge, takesServersLimit, ownLimitIs, pauseMs } = habits.poll;
    polls += 1;
    let answer: JsonObject;
    try {
      answer = await ask("getupdates", {
        body: { get_updates_buf: cursor },
        limitMs: pollLimitMs,
      });
      read(answer, "answer");
    } catch (error) {
      if (dying.signal.aborted) return 0;
      if (error instanceof LimitReached && ownLimitIs === "empty_answer") return 0;
      troubles.push(`poll: ${describe(error)}`);
      return pauseMs(failures + 1);
    }
    const verdict = judge(answer);
    if (verdict !== "ok") troubles.push(`poll ${verdict}: ${JSON.stringify(answer)}`);
    if (verdict === "failed" || verdict === "stale") return pauseMs(failures + 1);
    if (verdict === "ignored") return 0;
    const serversLimitMs = numberMember(answer, "longpolling_timeout_ms");
    if (takesServersLimit && serversLimitMs !== null) pollLimitMs = serversLimitMs;
    const next = textMember(answer, "get_updates_buf") || cursor;
    if (habits.cursorSaved === "before") kept.cursor = next;
    for (const message of listMember(answer, "msgs")) if (isObject(message)) await take(message);
    if (dying.signal.aborted) return 0;
    if (habits.cursorSaved === "after") kept.cursor = next;
    cursor = next;
    return 0;
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!dying.signal.aborted) {
      const pauseMs = await poll(failures);
      failures = pauseMs === 0 ? 0 : failures + 1;
      if (pauseMs > 0) await sleep(clock, pauseMs, dying.signal);
    }
  }

  // ─── Answering ─────────────────────────────────────────────────────────────────────────────────────────────────────

  async function take(message: JsonObject): Promise<void> {
    const { wantsTypeOne } = habits.poll;
    if (dying.signal.aborted) return;
    if (wantsTypeOne && numberMember(message, "message_type") !== 1) return;
    const writtenMs = numberMember(message, "create_time_ms") ?? 0;
    if (habits.dropsOlderMs !== null && writtenMs < startMs - habits.dropsOlderMs) return;
    const from = textMember(message, "from_user_id");
    contextOf.set(from, textMember(message, "context_token"));
    const one: Heard = {
      wireId: digitsOf(message["message_id"]) ?? textMember(message, "message_id"),
      from,
      text: textOf(message),
      quotedId: quotedIdOf(message),
    };
    heard.push(one);
    await options.onHeard?.(one);
    if (dying.signal.aborted) return;
    try {
      await answer(message, one);
    } catch (error) {
      if (!dying.signal.aborted) troubles.push(`answer: ${describe(error)}`);
    }
  }

  async function answer(message: JsonObject, { from, text }: Heard): Promise<void> {
    await showTyping(from);
    const media = mediaOf(message);
    if (media === null) return await sendItems(from, [textItem(`echo: ${text}`)]);
    const plain = await downloadMedia(media, { habits: habits.media, cdn: options.cdn });
    const item = await uploadMedia({ ...media, plain, to: from }, {
      habits: habits.media,
      cdn: options.cdn,
      ask: (body) => ask("getuploadurl", { body, limitMs: 15_000 }),
    });
    const caption = textItem(`here is your ${media.kind}`);
    if (habits.media.caption === "same_request") return await sendItems(from, [caption, item]);
    await sendItems(from, [caption]);
    await sendItems(from, [item]);
  }

  async function showTyping(to: string): Promise<void> {
    const context_token = contextOf.get(to) ?? "";
    const { ret, typing_ticket } = await ask("getconfig", {
      body: { ilink_user_id: to, context_token },
      limitMs: 10_000,
    });
    if (ret !== 0 || typeof typing_ticket !== "string" || typing_ticket === "") {
      throw new Error(`getconfig: ret ${ret}, ticket ${typing_ticket}`);
    }
    for (const status of [1, 2]) {
      const body = { ilink_user_id: to, typing_ticket, status };
      const shown = await ask("sendtyping", { body, limitMs: 10_000 });
      if (shown["ret"] !== 0) throw new Error(`sendtyping: ${JSON.stringify(shown)}`);
    }
  }

  async function sendItems(to: string, items: JsonObject[]): Promise<void> {
    const { send } = habits;
    const context_token = contextOf.get(to);
    if (context_token === undefined && send.needsContextToken) throw new Error("no context");
    const msg = {
      from_user_id: "",
      to_user_id: to,
      client_id: send.mintId(),
      message_type: 2,
      message_state: 2,
      item_list: items,
      ...(context_token === undefined ? {} : { context_token }),
    };
    const given = { body: { msg }, limitMs: send.limitMs };
    for (let repeat = 0;; repeat++) {
      const mayRepeat = repeat < (send.repeats?.times ?? 0);
      try {
        const answered = await ask("sendmessage", given);
        if (send.judge(answered) === "ok") return keepId(items, answered);
        if (!mayRepeat || send.repeats?.after !== "refusal") {
          throw new Error(`sendmessage: ${JSON.stringify(answered)}`);
        }
      } catch (error) {
        const isRepeated = mayRepeat && send.repeats?.after === "limit" &&
          error instanceof LimitReached;
        if (!isRepeated) throw error;
      }
      await sleep(clock, send.repeats?.pauseMs ?? 0, dying.signal);
    }
  }

  function keepId(items: readonly JsonObject[], answered: JsonObject): void {
    const [text = ""] = items.flatMap((item) =>
      textMember(objectMember(item, "text_item") ?? {}, "text")
    );
    ids.set(text, digitsOf(answered["message_id"]) ?? "");
  }

  const ended = run();
  return {
    heard,
    get troubles() {
      return troubles;
    },
    forgive(pattern) {
      troubles = troubles.filter((trouble) => !pattern.test(trouble));
    },
    ids,
    polls: () => polls,
    async send(to, text) {
      for (let at = 0; at < text.length; at += habits.send.textMax) {
        await sendItems(to, [textItem(text.slice(at, at + habits.send.textMax))]);
      }
    },
    async kill() {
      dying.abort(new Error("killed"));
      await ended;
    },
  };
}

function textItem(text: string): JsonObject {
  return { type: 1, text_item: { text } };
}

/** The first text, else a voice message's transcript. */
function textOf(message: JsonObject): string {
  const items = listMember(message, "item_list").filter(isObject);
  const texts = items.map((item) => textMember(objectMember(item, "text_item") ?? {}, "text"));
  const voices = items.map((item) => textMember(objectMember(item, "voice_item") ?? {}, "text"));
  return [...texts, ...voices].find((text) => text !== "") ?? "";
}

function quotedIdOf(message: JsonObject): string | null {
  for (const item of listMember(message, "item_list").filter(isObject)) {
    const ref = objectMember(item, "ref_msg");
    if (ref === null) continue;
    const embedded = textMember(objectMember(ref, "message_item") ?? {}, "msg_id");
    return textMember(ref, "svr_id") || digitsOf(ref["svr_id"]) || embedded.replace(/^v1:/, "");
  }
  return null;
}

function describe(error: unknown): string {
  if (error instanceof LimitReached) return "ran into its own time limit";
  return error instanceof Error ? error.message : String(error);
}
