/** `sendmessage`: what a person gets to see of what the bot sends (ILINK.md 9.6). */
import {
  ITEM_TOOL_RESULT,
  ITEM_TOOL_START,
  ITEM_VOICE,
  itemsOf,
  textOfItem,
} from "../core/content.ts";
import { type JsonObject, listMember, textMember } from "../lib/json.ts";
import { readSendRequest, type SendRequest } from "../wire/send.ts";
import { type Answer, type BotCall, invalidArguments, jsonAnswer } from "./exchange.ts";
import { mintWireId } from "./ids.ts";
import { judgeSend } from "./limits.ts";
import { chatWith } from "./people.ts";
import type { Settings } from "./settings.ts";
import { type Bot, type BotEntry, type Chat, tell, type World } from "./world.ts";

const SEND_IDS_MAX = 200;

export function answerSend(world: World, { bot, body }: BotCall): Answer {
  const request = readSendRequest(body);
  const person = world.people.get(request?.to ?? "");
  if (request === null || person === undefined) return invalidArguments();
  const chat = chatWith(world, bot, person);
  const judged = judgeSend(world, { bot, chat, request });
  if (judged.kind === "refused") return judged.answer;
  if (judged.kind === "repeated") return successAnswer(world, judged.wireId);
  const entry = writeEntry(world, { bot, chat, request, isSeen: judged.isSeen });
  remember(chat, entry);
  // A bubble that appears takes the place of the typing indicator.
  if (entry.outcome === "shown") chat.typingUntilMs = 0;
  chat.entries.push(entry);
  world.sent.push(entry);
  tell(world, { kind: "message", entry });
  return successAnswer(world, entry.wireId);
}

function writeEntry(
  world: World,
  given: {
    readonly bot: Bot;
    readonly chat: Chat;
    readonly request: SendRequest;
    readonly isSeen: boolean;
  },
): BotEntry {
  const { bot, chat, request } = given;
  const items = itemsOf(request.message);
  const seen = items.filter((item) => canBeSeen(item, world.settings));
  const isSeen = given.isSeen && (seen.length > 0 || items.length === 0);
  return {
    by: "bot",
    order: ++world.entryCount,
    atMs: world.clock.now(),
    person: chat.person.id,
    bot: bot.id,
    wireId: mintWireId(world.random),
    text: seen.map((item) => cut(textOfItem(item), world.settings.textShownMax))
      .filter((text) => text !== "").join("\n"),
    items: listMember(request.message, "item_list"),
    clientId: request.sendId,
    runId: textMember(request.message, "run_id"),
    contextToken: request.contextToken,
    outcome: isSeen ? "shown" : "lost",
    message: request.message,
  };
}

/** Voice is taken and not shown, whatever it is. */
function canBeSeen(item: JsonObject, { progressItems }: Settings): boolean {
  const type = item["type"];
  if (type === ITEM_VOICE) return false;
  return progressItems === "shown" || (type !== ITEM_TOOL_START && type !== ITEM_TOOL_RESULT);
}

function cut(text: string, lengthMax: number | null): string {
  return lengthMax === null || text.length <= lengthMax
    ? text
    : [...text].slice(0, lengthMax).join("");
}

function remember(chat: Chat, entry: BotEntry): void {
  if (entry.clientId === "" || chat.sendIds.has(entry.clientId)) return;
  chat.sendIds.set(entry.clientId, entry.wireId);
  for (const oldest of chat.sendIds.keys()) {
    if (chat.sendIds.size <= SEND_IDS_MAX) break;
    chat.sendIds.delete(oldest);
  }
}

function successAnswer({ settings }: World, wireId: string): Answer {
  if (settings.hidesSends) return jsonAnswer({ ret: 0 });
  switch (settings.sendAnswer) {
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
