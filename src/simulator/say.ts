/** What people write to bots: every kind of message WeChat delivers, in its full default-filled shape (ILINK.md 2.6). */
import { textOfItem } from "../core/content.ts";
import { type JsonObject, rawNumber } from "../lib/json.ts";
import { MESSAGE_STATE_FINISH, MESSAGE_TYPE_USER } from "../wire/send.ts";
import { mintContextToken, mintWireId } from "./ids.ts";
import { type SayPart, type SayQuote, writeItem, writeQuote } from "./items.ts";
import { chatWith, findBot, findPerson } from "./people.ts";
import { wakePolls } from "./updates.ts";
import { type Bot, type Chat, type PersonEntry, tell, type World } from "./world.ts";

export interface Say {
  readonly parts: readonly SayPart[];
  readonly quote?: SayQuote;
  /** Members over the usual ones of the message: unknown fields, `group_id`, another `create_time_ms` ... */
  readonly extra?: JsonObject;
}

/** Puts a message in front of the bot and returns the digits of its id. A text stands for a message with one text item. */
export function say(
  world: World,
  given: { readonly person: string; readonly bot: string; readonly what: string | Say },
): string {
  const bot = findBot(world, given.bot);
  const chat = chatWith(world, bot, findPerson(world, given.person));
  const what: Say = typeof given.what === "string"
    ? { parts: [{ kind: "text", text: given.what }] }
    : given.what;
  const nowMs = world.clock.now();
  const wireId = mintWireId(world.random);
  const contextToken = mintContextToken(nowMs, world.random);
  const items = what.parts.map((part) => writeItem(world, { part, wireId, nowMs }));
  const [first] = items;
  if (what.quote !== undefined && first !== undefined) {
    items[0] = { ...first, ref_msg: writeQuote(chat, what.quote) };
  }
  bot.messages += 1;
  chat.contextTokens.push({ token: contextToken, atMs: nowMs });
  chat.lastInboundMs = nowMs;
  chat.sendsLeft = world.settings.budget;
  const message = writeMessage({ bot, chat, wireId, nowMs, contextToken, items });
  const entry: PersonEntry = {
    by: "person",
    order: ++world.entryCount,
    atMs: nowMs,
    person: chat.person.id,
    bot: bot.id,
    wireId,
    text: items.map(textOfItem).filter((text) => text !== "").join("\n"),
    items,
    handedOutAtMs: null,
  };
  chat.entries.push(entry);
  bot.waiting.push({ message: { ...message, ...what.extra }, entry });
  tell(world, { kind: "message", entry });
  wakePolls(bot);
  return wireId;
}

function writeMessage(given: {
  readonly bot: Bot;
  readonly chat: Chat;
  readonly wireId: string;
  readonly nowMs: number;
  readonly contextToken: string;
  readonly items: JsonObject[];
}): JsonObject {
  const { bot, chat, wireId, nowMs, contextToken, items } = given;
  return {
    seq: bot.messages,
    message_id: rawNumber(wireId),
    from_user_id: chat.person.id,
    to_user_id: bot.id,
    client_id: `mmassistant_bypmsg_inbox_${bot.messages}`,
    create_time_ms: nowMs,
    update_time_ms: nowMs,
    delete_time_ms: 0,
    session_id: "",
    group_id: "",
    message_type: MESSAGE_TYPE_USER,
    message_state: MESSAGE_STATE_FINISH,
    item_list: items,
    context_token: contextToken,
    root_id: 0,
    parent_id: 0,
  };
}
