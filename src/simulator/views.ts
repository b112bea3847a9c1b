/** What can be seen of the simulated WeChat from outside: copies for assertions, pages and the control API. */
import { type ActiveFault, type Fault } from "./faults.ts";
import type { QrStatus } from "../wire/login.ts";
import { chatWith, findBot, findPerson } from "./people.ts";
import type { Bot, Entry, World } from "./world.ts";

export interface BotView {
  readonly id: string;
  readonly token: string;
  /** The id of the person who scanned. */
  readonly owner: string;
  /** False while its last token is superseded and nobody has logged in again. */
  readonly isBound: boolean;
  /** Messages not handed out yet. */
  readonly waiting: number;
  /** Messages handed out and not yet proved received by a later cursor. */
  readonly outstanding: number;
  /** `getupdates` calls held open now. */
  readonly polls: number;
  /** The latest `notifystart` and `notifystop` calls. */
  readonly notices: readonly ("start" | "stop")[];
}

export function viewBot(bot: Bot): BotView {
  return {
    id: bot.id,
    token: bot.token,
    owner: bot.owner.id,
    isBound: bot.isBound,
    waiting: bot.waiting.length,
    outstanding: [...bot.outstanding.values()].reduce((sum, batch) => sum + batch.length, 0),
    polls: bot.polls.length,
    notices: bot.notices.items(),
  };
}

/** One conversation, with all the person can and cannot see. */
export interface ChatView {
  readonly person: string;
  readonly bot: string;
  /** The latest 500, oldest first; a bot's entry with outcome `lost` is not on the person's screen. */
  readonly entries: readonly Entry[];
  readonly isTyping: boolean;
  /** Every `sendtyping` call, oldest first. */
  readonly typings: readonly { readonly atMs: number; readonly isOn: boolean }[];
  readonly sendsLeft: number;
  /** Sends are refused until then; in the past when they are not. */
  readonly coolDownUntilMs: number;
  /** `null` while the person has never written. */
  readonly lastInboundMs: number | null;
}

export function viewChat(
  world: World,
  given: { readonly person: string; readonly bot: string },
): ChatView {
  const bot = findBot(world, given.bot);
  const chat = chatWith(world, bot, findPerson(world, given.person));
  return {
    person: chat.person.id,
    bot: bot.id,
    entries: chat.entries.items(),
    isTyping: chat.typingUntilMs > world.clock.now(),
    typings: chat.typings.items(),
    sendsLeft: chat.sendsLeft,
    coolDownUntilMs: chat.coolDownUntilMs,
    lastInboundMs: chat.lastInboundMs,
  };
}

export interface CodeView {
  readonly qrcode: string;
  readonly status: QrStatus;
  /** The id of the person who scanned, "" before. */
  readonly scannedBy: string;
  readonly madeAtMs: number;
}

export function viewCodes(world: World): CodeView[] {
  return [...world.codes.values()].map(({ qrcode, status, scannedBy, madeAtMs }) => ({
    qrcode,
    status,
    scannedBy: scannedBy?.id ?? "",
    madeAtMs,
  }));
}

export interface FaultView extends Fault {
  readonly id: number;
  /** How many more calls it strikes; `null` when only time ends it. */
  readonly timesLeft: number | null;
}

export function viewFault(active: ActiveFault): FaultView {
  const { skipLeft: _skipLeft, untilMs: _untilMs, timesLeft, ...fault } = active;
  return { ...fault, timesLeft: Number.isFinite(timesLeft) ? timesLeft : null };
}
