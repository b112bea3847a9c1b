/** `sendmessage`: what a person gets to see, and when WeChat refuses or silently loses it (ILINK.md 9.6). */
import { itemsOf, textOfItem } from "../core/content.ts";
import { listMember, textMember } from "../lib/json.ts";
import { RET_NO_CONTEXT, RET_REFUSED } from "../wire/ret.ts";
import { readSendRequest, type SendRequest } from "../wire/send.ts";
import { type Answer, type BotCall, invalidArguments, jsonAnswer, refusal } from "./exchange.ts";
import { mintWireId } from "./ids.ts";
import { chatWith } from "./people.ts";
import { type Bot, type BotEntry, type Chat, tell, type World } from "./world.ts";

const SEND_IDS_MAX = 200;

export function answerSend(world: World, { bot, body }: BotCall): Answer {
  const request = readSendRequest(body);
  const person = world.people.get(request?.to ?? "");
  if (request === null || person === undefined) return invalidArguments();
  const chat = chatWith(world, bot, person);
  const { settings } = world;
  if (
    settings.contextToken === "required" &&
    !chat.contextTokens.items().includes(request.contextToken)
  ) {
    return refusal(RET_NO_CONTEXT, "invalid context_token");
  }
  const earlierId = chat.sendIds.get(request.sendId);
  if (settings.repeatedClientId === "ignored" && earlierId !== undefined) {
    return successAnswer(world, earlierId);
  }
  if (!spend(world, chat)) return refusal(RET_REFUSED, "rate limited");
  const entry = writeEntry(world, { bot, chat, request });
  remember(chat, entry);
  // A bubble that appears takes the place of the typing indicator.
  if (entry.outcome === "shown") chat.typingUntilMs = 0;
  chat.entries.push(entry);
  world.sent.push(entry);
  tell(world, { kind: "message", entry });
  return successAnswer(world, entry.wireId);
}

/** Takes one send from the person's budget; a refused one makes the cool-down longer. */
function spend(world: World, chat: Chat): boolean {
  const nowMs = world.clock.now();
  if (chat.sendsLeft > 0 && chat.coolDownUntilMs <= nowMs) {
    chat.sendsLeft -= 1;
    return true;
  }
  chat.coolDownUntilMs = Math.max(nowMs, chat.coolDownUntilMs) + world.settings.coolDownMs;
  return false;
}

function writeEntry(
  world: World,
  given: { readonly bot: Bot; readonly chat: Chat; readonly request: SendRequest },
): BotEntry {
  const { bot, chat, request } = given;
  const atMs = world.clock.now();
  const isOpen = chat.lastInboundMs !== null &&
    atMs - chat.lastInboundMs <= world.settings.windowMs;
  const items = listMember(request.message, "item_list");
  return {
    by: "bot",
    order: ++world.entryCount,
    atMs,
    person: chat.person.id,
    bot: bot.id,
    wireId: mintWireId(world.random),
    text: itemsOf(request.message).map(textOfItem).filter((text) => text !== "").join("\n"),
    items,
    clientId: request.sendId,
    runId: textMember(request.message, "run_id"),
    contextToken: request.contextToken,
    outcome: isOpen ? "shown" : "lost",
    message: request.message,
  };
}

function remember(chat: Chat, entry: BotEntry): void {
  if (entry.clientId === "" || chat.sendIds.has(entry.clientId)) return;
  chat.sendIds.set(entry.clientId, entry.wireId);
  for (const oldest of chat.sendIds.keys()) {
    if (chat.sendIds.size <= SEND_IDS_MAX) break;
    chat.sendIds.delete(oldest);
  }
}

function successAnswer(world: World, wireId: string): Answer {
  switch (world.settings.sendAnswer) {
    case "message_id":
      return jsonAnswer(`{"message_id":${wireId}}`);
    case "ret":
      return jsonAnswer({ ret: 0 });
    case "object":
      return jsonAnswer({});
    case "empty":
      return jsonAnswer("");
  }
}
