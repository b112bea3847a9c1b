/** What becomes of a send: taken and seen, taken and silently lost, or refused, each as users have met it. */
import { RET_NO_CONTEXT, RET_REFUSED } from "../wire/ret.ts";
import type { SendRequest } from "../wire/send.ts";
import { type Answer, refusal } from "./exchange.ts";
import type { Bot, Chat, World } from "./world.ts";

export type Judged =
  | { readonly kind: "taken"; readonly isSeen: boolean }
  /** Its `client_id` was seen before; the id given then. */
  | { readonly kind: "repeated"; readonly wireId: string }
  | { readonly kind: "refused"; readonly answer: Answer };

export function judgeSend(
  world: World,
  { bot, chat, request }: {
    readonly bot: Bot;
    readonly chat: Chat;
    readonly request: SendRequest;
  },
): Judged {
  const { settings } = world;
  const token = chat.contextTokens.items().find((known) => known.token === request.contextToken);
  if (settings.contextToken === "required" && token === undefined) {
    return { kind: "refused", answer: refusal(RET_NO_CONTEXT, "invalid context_token") };
  }
  const earlierId = chat.sendIds.get(request.sendId);
  if (settings.repeatedClientId === "ignored" && earlierId !== undefined) {
    return { kind: "repeated", wireId: earlierId };
  }
  if (isBurst(world, bot)) return refuse("rate limited");
  const isOpen = isWindowOpen(world, chat);
  if (!isOpen && settings.windowAnswer === "prepare_failed") return refuse("prepare failed");
  if (!isFresh(world, token?.atMs ?? null)) {
    return refuse(settings.contextTokenAnswer === "empty" ? "" : "unknown error");
  }
  if (!spend(world, chat)) return refuse("rate limited");
  return { kind: "taken", isSeen: isOpen && !settings.hidesSends };
}

function refuse(errmsg: string): Judged {
  return { kind: "refused", answer: refusal(RET_REFUSED, errmsg) };
}

/** Counts one send of the bot, also one that is refused for another reason; one too many is refused, and so is everything for a while, longer with each attempt. */
function isBurst({ settings, clock }: World, bot: Bot): boolean {
  const { burstSends, burstWithinMs, burstPenaltyMs } = settings;
  if (burstSends === 0) return false;
  const nowMs = clock.now();
  bot.sendTimesMs = bot.sendTimesMs.filter((atMs) => nowMs - atMs < burstWithinMs);
  if (bot.throttledUntilMs <= nowMs && bot.sendTimesMs.length < burstSends) {
    bot.sendTimesMs.push(nowMs);
    return false;
  }
  bot.throttledUntilMs = Math.max(nowMs, bot.throttledUntilMs) + burstPenaltyMs;
  return true;
}

function isWindowOpen({ settings, clock }: World, { lastInboundMs }: Chat): boolean {
  return lastInboundMs !== null && clock.now() - lastInboundMs <= settings.windowMs;
}

/** Whether a context token of that time, `null` for none, is good. */
function isFresh({ settings, clock }: World, issuedAtMs: number | null): boolean {
  if (settings.contextTokenMs === null) return true;
  return issuedAtMs !== null && clock.now() - issuedAtMs <= settings.contextTokenMs;
}

/** Takes one send from the person's budget; a refused one makes the cool-down longer. */
function spend({ settings, clock }: World, chat: Chat): boolean {
  const nowMs = clock.now();
  if (chat.sendsLeft > 0 && chat.coolDownUntilMs <= nowMs) {
    chat.sendsLeft -= 1;
    return true;
  }
  chat.coolDownUntilMs = Math.max(nowMs, chat.coolDownUntilMs) + settings.coolDownMs;
  return false;
}
