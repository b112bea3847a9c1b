/** What stands between the hub and WeChat, in words. */
import type { Sentence } from "./say.ts";

/** Why an account does not poll although it could. `text` is what the database said. */
export const PAUSED = {
  no_room: {
    zh: "磁盘快满了，暂停接收",
    en: "the disk is almost full, so nothing more is taken in",
  },
  queue_full: {
    zh: "等待处理的消息太多，暂停接收",
    en: "too many messages wait to be decided, so nothing more is taken in",
  },
  store_failing: {
    zh: "数据库写不进去，暂停接收：{text}",
    en: "the database cannot be written, so nothing more is taken in: {text}",
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** Why a login ended without one. `text` is what WeChat or the network said. */
export const LOGIN_FAILED = {
  expired: {
    zh: "二维码几次都没有人扫",
    en: "nobody scanned any of the codes",
  },
  time: {
    zh: "等得太久，没有登录成功",
    en: "it took too long",
  },
  refused: {
    zh: "微信不给二维码：{text}",
    en: "WeChat gave no code: {text}",
  },
  unreached: {
    zh: "连不上微信：{text}",
    en: "WeChat cannot be reached: {text}",
  },
} as const satisfies Readonly<Record<string, Sentence>>;

/** What a person reads of answers that need another message of theirs to leave. */
export const UNSENT = {
  behind: {
    zh: "（还有 {count} 个回答没发完，你写一句就接着发）",
    en: "({count} more to come: write anything to get it)",
  },
  more: {
    zh: "微信对一条消息只收这么多回复，剩下的你写一句就接着发",
    en: "WeChat takes no more answers to one message. Write anything to get the rest",
  },
} as const satisfies Readonly<Record<string, Sentence>>;
