/** What became of a reply or a send, and why, for `trace` and `status`. The meanings stand in src/core/send_errors.ts. */
import type { DeferReason, ReplyState } from "../core/lifecycle.ts";
import { type Lang, say, type Sentence } from "./say.ts";

export const SEND_STATE: Readonly<Record<ReplyState, Sentence>> = {
  accepted: { zh: "已收下", en: "accepted" },
  stopped: { zh: "没有发出", en: "not sent" },
  planned: { zh: "待发送", en: "planned" },
  sending: { zh: "发送中", en: "sending" },
  sent: { zh: "已排队下发", en: "sent" },
  unconfirmed: {
    zh: "已接受（这个账号从不给编号）",
    en: "unconfirmed (this account shows no ids)",
  },
  suspect: {
    zh: "可疑：微信已接受，但可能没有下发",
    en: "suspect: taken by WeChat, perhaps hidden",
  },
  deferred: { zh: "暂缓", en: "deferred" },
  refused: { zh: "被拒绝", en: "refused" },
  unknown: { zh: "不知道是否送达", en: "unknown whether it arrived" },
  expired: { zh: "等得太久，已放弃", en: "expired" },
  merged: { zh: "已并入另一条", en: "merged" },
};

/** What a deferred send waits for. */
export const DEFERRED: Readonly<Record<DeferReason, Sentence>> = {
  budget: {
    zh: "这条消息能回的次数已用完，等对方再写一条",
    en: "the answers to this message are used up; leaves when the person writes again",
  },
  window: {
    zh: "对方太久没有写，微信不再下发，等对方写一条",
    en: "the person has not written for too long; leaves when the person writes",
  },
  stale: {
    zh: "微信说会话已过期，等对方回复任意消息",
    en: "WeChat says the conversation's context has ended; leaves when the person writes anything",
  },
  throttle: {
    zh: "发送过快被微信限流，等一会儿再试一条",
    en: "WeChat throttles this account; one send is tried after a while",
  },
  suspect: {
    zh: "微信已接受但可能没有下发，先停下，每隔一段时间试一条",
    en: "WeChat takes sends and seems to hide them; stopped, with one tried at a time",
  },
  logged_out: {
    zh: "微信已断开，等重新登录",
    en: "logged out of WeChat; waits for the next login",
  },
  turn: {
    zh: "等这一轮结束，和其他的一起发",
    en: "leaves with what else waits when this turn is over",
  },
};

const OTHER: Readonly<Record<string, Sentence>> = {
  hub_stopped: { zh: "发送途中 hub 停了", en: "the hub stopped while it was being sent" },
  account_removed: { zh: "账号已移除", en: "the account was removed" },
  too_old: { zh: "保留时间已过", en: "kept for as long as the settings say" },
};

const INTO = { zh: "随第 {id} 次发送一起", en: "went with send {id}" } as const;

/** A stored reason, which is a fixed word, a fixed word with what WeChat said behind it, or only that. */
export function sendReasonText(reason: string, lang: Lang): string {
  const [, word = "", raw = ""] = /^(\w+)(?:: (.*))?$/s.exec(reason) ?? [];
  if (word === "into") return say(lang, INTO, { id: raw });
  const known: Readonly<Record<string, Sentence>> = { ...DEFERRED, ...OTHER };
  const sentence = known[word];
  if (sentence === undefined) return reason;
  return raw === "" ? sentence[lang] : `${sentence[lang]} (${raw})`;
}

const OUTCOME = { zh: "{state}：{reason}", en: "{state}: {reason}" } as const;

/** What became of a reply, in one sentence. */
export function outcomeText(
  { state, reason }: { readonly state: ReplyState; readonly reason: string },
  lang: Lang,
): string {
  const word = SEND_STATE[state][lang];
  return reason === ""
    ? word
    : say(lang, OUTCOME, { state: word, reason: sendReasonText(reason, lang) });
}
