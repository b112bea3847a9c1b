/** `getconfig` and `sendtyping`: the ticket, and the indicator a person sees (ILINK.md 9.7). */
import { RET_REFUSED, writeOk } from "../wire/ret.ts";
import { readTypingRequest, TYPING_ON } from "../wire/typing.ts";
import { type Answer, type BotCall, invalidArguments, jsonAnswer, refusal } from "./exchange.ts";
import { mintTicket } from "./ids.ts";
import { type Bot, type Chat, tell, type World } from "./world.ts";

const NO_CONVERSATION = -4;
const NO_USER = refusal(RET_REFUSED, "ilink_user_id required");

export function answerConfig(world: World, { bot, body }: BotCall): Answer {
  const { user } = readTypingRequest(body);
  if (user === "") return NO_USER;
  const chat = spokenChat(bot, user);
  if (chat === null) return refusal(NO_CONVERSATION, "GetTypingTicket rpc failed");
  const nowMs = world.clock.now();
  if (chat.ticketUntilMs <= nowMs) {
    chat.ticket = mintTicket(world.random);
    chat.ticketUntilMs = nowMs + world.settings.ticketMs;
  }
  return jsonAnswer({ ret: 0, typing_ticket: chat.ticket });
}

export function answerTyping(world: World, { bot, body }: BotCall): Answer {
  const { user, ticket, status } = readTypingRequest(body);
  if (user === "") return NO_USER;
  const chat = spokenChat(bot, user);
  if (chat === null || ticket === "" || ticket !== chat.ticket) return invalidArguments();
  const isOn = status === TYPING_ON;
  const nowMs = world.clock.now();
  chat.typingUntilMs = isOn ? nowMs + world.settings.typingShownMs : 0;
  chat.typings.push({ atMs: nowMs, isOn });
  tell(world, { kind: "typing", bot: bot.id, person: chat.person.id, isOn });
  return jsonAnswer(writeOk());
}

/** The conversation with a person who has written at least once. */
function spokenChat(bot: Bot, personId: string): Chat | null {
  const chat = bot.chats.get(personId);
  return chat === undefined || chat.lastInboundMs === null ? null : chat;
}
