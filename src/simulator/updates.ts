/** `getupdates`: who gets which message, what is held, and what a cursor proves (ILINK.md 9.4). */
import {
  isObject,
  type Json,
  type JsonObject,
  listMember,
  numberMember,
  rawNumber,
  textMember,
} from "../lib/json.ts";
import { fraction } from "../lib/random.ts";
import { RET_STALE_TOKEN } from "../wire/ret.ts";
import { readUpdatesRequest } from "../wire/updates.ts";
import { type Answer, type BotCall, jsonAnswer } from "./exchange.ts";
import { takeFault } from "./faults.ts";
import { mintContextToken, mintWireId, readCursor, writeCursor } from "./ids.ts";
import { type Bot, later, type Poll, type Waiting, type World } from "./world.ts";

export function answerUpdates(world: World, call: BotCall): Answer | Promise<Answer> {
  const { bot } = call;
  const presented = readCursor(readUpdatesRequest(call.body).cursor, bot.token);
  // A number from before a restart of the simulator proves nothing.
  settleOutstanding(world, { bot, received: presented <= bot.answers ? presented : 0 });
  if (bot.waiting.length > 0 && call.holdMs === null) return handOut(world, bot);
  return hold(world, call);
}

/** Answers held polls, the newest first, as long as there is something to give. */
export function wakePolls(bot: Bot): void {
  while (bot.waiting.length > 0) {
    const poll = bot.polls.findLast((held) => held.isReady);
    if (poll === undefined) return;
    poll.finish("messages");
  }
}

function hold(world: World, { bot, exchange, holdMs }: BotCall): Promise<Answer> {
  // Taken now: an answer that goes to another poll meanwhile is not proved by this one's cursor.
  const position = bot.answers;
  return new Promise((resolve) => {
    const poll: Poll = {
      isReady: holdMs === null,
      finish(end) {
        cancel();
        exchange.onGone = null;
        const at = bot.polls.indexOf(poll);
        if (at >= 0) bot.polls.splice(at, 1);
        if (end === "messages") resolve(handOut(world, bot));
        else if (end === "stale") resolve(staleAnswer(world));
        else resolve(idleAnswer(world, { bot, position }));
      },
    };
    const cancel = later(world, holdMs ?? world.settings.holdMs, () => {
      poll.finish(bot.waiting.length > 0 ? "messages" : "idle");
    });
    exchange.onGone = () => {
      const { abandonedPoll, mode } = world.settings;
      if (mode !== "tencent" || abandonedPoll === "released") poll.finish("idle");
    };
    bot.polls.push(poll);
  });
}

/**
 * A cursor proves that the answers up to its own arrived. What was handed out since and is asked for again from before did
 * not: in mode `tencent` it is lost, else it waits again.
 */
function settleOutstanding(
  world: World,
  given: { readonly bot: Bot; readonly received: number },
): void {
  const { bot, received } = given;
  if (bot.outstanding.size === 0) return;
  const again: Waiting[] = [];
  for (const [answer, batch] of bot.outstanding) {
    if (answer > received) again.push(...batch);
  }
  bot.outstanding.clear();
  if (again.length === 0) return;
  if (world.settings.mode !== "tencent") {
    bot.waiting = [...again, ...bot.waiting];
    return;
  }
  for (const { entry } of again) {
    if (entry === null) continue;
    const { person, wireId, text } = entry;
    world.lost.push({ bot: bot.id, person, wireId, text, atMs: world.clock.now() });
  }
}

/** Takes the next batch out and writes the answer that carries it. */
function handOut(world: World, bot: Bot): Answer {
  const call = { endpoint: "getupdates", stage: "content", token: bot.token } as const;
  const fault = takeFault(world, call)?.act;
  const count = fault?.kind === "oversized_batch" ? bot.waiting.length : world.settings.batchMax;
  const batch = bot.waiting.splice(0, count);
  bot.answers += 1;
  bot.outstanding.set(bot.answers, batch);
  for (const { message, entry } of batch) {
    if (entry === null || entry.handedOutAtMs !== null) continue;
    entry.handedOutAtMs = world.clock.now();
    if (world.settings.mode === "dup") repeatLater(world, { bot, message });
  }
  let messages = batch.map((waiting) => waiting.message);
  switch (fault?.kind) {
    case "reorder_batch":
      messages.reverse();
      break;
    case "clock_skew":
      messages = messages.map((message) => skew(message, fault.ms));
      break;
    case "duplicate_batch":
      bot.waiting.unshift(...messages.map((message) => ({
        message: fault.contextToken === "same" ? message : renewContextToken(world, bot, message),
        entry: null,
      })));
      break;
  }
  const list = messages.map((message) => JSON.stringify(message)).join(",");
  const cursor = fault?.kind === "missing_cursor" ? "" : cursorMembers(bot.answers, bot.token);
  return jsonAnswer(`{"msgs":[${list}]${cursor}${longPollMember(world)}}`);
}

function idleAnswer(
  world: World,
  given: { readonly bot: Bot; readonly position: number },
): Answer {
  const cursor = cursorMembers(given.position, given.bot.token);
  return { ...jsonAnswer(`{"msgs":[]${cursor}${longPollMember(world)}}`), isIdle: true };
}

/** What WeChat says to a token that is dead or was replaced. */
export function staleAnswer(world: World): Answer {
  const failure = { errcode: RET_STALE_TOKEN, errmsg: "session timeout" };
  const body = world.settings.staleAnswer === "errcode"
    ? failure
    : { ret: RET_STALE_TOKEN, ...failure };
  return { ...jsonAnswer(body), isIdle: true };
}

function cursorMembers(position: number, token: string): string {
  const cursor = writeCursor(position, token);
  return `,"sync_buf":"${cursor.syncText}","get_updates_buf":"${cursor.text}"`;
}

function longPollMember(world: World): string {
  const { longPollMs } = world.settings;
  return longPollMs === null ? "" : `,"longpolling_timeout_ms":${longPollMs}`;
}

/** Mode `dup`: the message comes once more, as if WeChat had not noticed that it was fetched. */
function repeatLater(
  world: World,
  given: { readonly bot: Bot; readonly message: JsonObject },
): void {
  const { repeatMinMs, repeatMaxMs, repeatContextToken, repeatMessageId } = world.settings;
  const delayMs = repeatMinMs + fraction(world.random) * (repeatMaxMs - repeatMinMs);
  later(world, delayMs, () => {
    let { message } = given;
    if (repeatContextToken === "new") {
      message = renewContextToken(world, given.bot, message);
    }
    if (repeatMessageId === "new") message = renewMessageId(world, message);
    given.bot.waiting.push({ message, entry: null });
    wakePolls(given.bot);
  });
}

function renewContextToken(world: World, bot: Bot, message: JsonObject): JsonObject {
  const atMs = world.clock.now();
  const token = mintContextToken(atMs, world.random);
  bot.chats.get(textMember(message, "from_user_id"))?.contextTokens.push({ token, atMs });
  return { ...message, context_token: token };
}

function renewMessageId(world: World, message: JsonObject): JsonObject {
  const wireId = mintWireId(world.random);
  const items = listMember(message, "item_list").map((item): Json =>
    isObject(item) ? { ...item, msg_id: `v1:${wireId}` } : item
  );
  return { ...message, message_id: rawNumber(wireId), item_list: items };
}

function skew(message: JsonObject, ms: number): JsonObject {
  return { ...message, create_time_ms: (numberMember(message, "create_time_ms") ?? 0) + ms };
}
