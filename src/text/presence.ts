/** What the hub says in a chat about agents that are busy or away. Each line costs one of about ten sends. */
import { type Lang, say, type Sentence } from "./say.ts";

export const PRESENCE_TEXT = {
  away: {
    zh: "{name} 离线 {time}，已为你保留消息",
    en: "{name} has been away for {time}; your message is kept",
  },
  minutes: { zh: "{count} 分钟", en: "{count} min" },
  hours: { zh: "{count} 小时", en: "{count} h" },
  days: { zh: "{count} 天", en: "{count} days" },
  justLeft: {
    zh: "{name} 刚刚离线，已为你保留消息",
    en: "{name} has just gone away; your message is kept",
  },
  neverThere: {
    zh: "{name} 还没有连上过，已为你保留消息",
    en: "{name} has never connected; your message is kept",
  },
  allAway: {
    zh: "{names} 都不在线，已为你保留消息",
    en: "{names} are all away; your message is kept",
  },
  offer: {
    zh: "，回复 {prefix}转 {name} 可改投",
    en: ". Reply {prefix}use {name} to pass it on",
  },
  queued: {
    zh: "{name} 正忙，你的消息已排队，轮到就处理；发「停止」可请它停下",
    en: '{name} is busy; your message is queued and gets its turn. Write "stop" to ask it to stop',
  },
  stopQueued: {
    zh: "{name} 正忙，做完当前这一步就会收到",
    en: "{name} is busy; it gets this when the current step is done",
  },
} as const satisfies Record<string, Sentence>;

/** What asks an agent to stop, where it is the whole message. */
const STOP_WORDS: readonly string[] = ["停止", "停", "stop", "/stop"];

/** Longer than any of them with what may stand around. */
const STOP_LENGTH_MAX = 20;

export function isStopWord(text: string): boolean {
  if (text.length > STOP_LENGTH_MAX) return false;
  // A transcript of speech ends with a full stop.
  const word = text.normalize("NFKC").trim().toLowerCase().replace(/[。.!]+$/u, "");
  return STOP_WORDS.includes(word);
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A time of at least a minute, in words. */
export function timeWords(ms: number, lang: Lang): string {
  if (ms < HOUR_MS) return say(lang, PRESENCE_TEXT.minutes, { count: Math.floor(ms / MINUTE_MS) });
  if (ms < 2 * DAY_MS) return say(lang, PRESENCE_TEXT.hours, { count: Math.floor(ms / HOUR_MS) });
  return say(lang, PRESENCE_TEXT.days, { count: Math.floor(ms / DAY_MS) });
}
