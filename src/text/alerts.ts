/** What the owner is told when something is wrong: what happened, since when, what to do; and that it is over. */
import type { AlertKind, LogoutGuess, Trouble } from "../core/alert.ts";
import { type Lang, say, type Sentence } from "./say.ts";

export const ALERT_TITLE = {
  logged_out: { zh: "微信账号 {subject} 已断开", en: "WeChat account {subject} is logged out" },
  second_poller: {
    zh: "疑似另有程序在用微信账号 {subject} 的 bot",
    en: "Another program seems to use the bot of WeChat account {subject}",
  },
  suspect_streak: {
    zh: "微信账号 {subject} 的回复可能没有送达",
    en: "Answers of WeChat account {subject} may not arrive",
  },
  throttled: {
    zh: "微信限制了账号 {subject} 的发送",
    en: "WeChat holds back the answers of account {subject}",
  },
  backlog_growing: {
    zh: "微信账号 {subject} 的消息在堆积",
    en: "Messages of WeChat account {subject} pile up",
  },
  client_away: {
    zh: "智能体 {subject} 不在，有消息在等它",
    en: "Agent {subject} is away while messages wait for it",
  },
  plugin_disabled: { zh: "插件 {subject} 已停用", en: "Plugin {subject} is switched off" },
  disk_low: { zh: "磁盘空间不足", en: "The disk is nearly full" },
  database_error: { zh: "数据库写不进去", en: "The database cannot be written" },
} as const satisfies Readonly<Record<AlertKind, Sentence>>;

const GUESS = {
  scanned_elsewhere: {
    zh: "刚才还能用，所以很可能是大约 29 秒之前在别处扫了码。",
    en: "It worked until then, so it was most likely scanned elsewhere about 29 seconds before.",
  },
  expired: {
    zh: "之前已有一阵没有连上，所以很可能是会话过期了。",
    en: "It had not been reached for a while, so the login has most likely expired.",
  },
  not_known: {
    zh: "可能的原因：在别处扫了码，或会话过期。",
    en: "Either it was scanned elsewhere, or the login has expired.",
  },
} as const satisfies Readonly<Record<LogoutGuess, Sentence>>;

const WHAT = {
  logged_out: {
    zh: "微信拒绝了它的登录。{guess}收不到新消息，回复都留着，重新扫码后发出。",
    en:
      "WeChat refuses its login. {guess} No new messages come in; answers are kept and go out after the next scan.",
  },
  second_poller: {
    zh:
      "有人引用了 {count} 条这里既没收到、也没发出的消息。微信把每条消息只给一个程序，所以很可能另有程序在用同一个 bot，拿走了消息。",
    en:
      "Messages quoted that never came here and were never sent from here: {count}. WeChat gives each message to one program only, so another one most likely uses the same bot and takes messages away.",
  },
  suspect_streak: {
    zh: "微信接受了最近 {count} 条回复，却没有给出编号，手机上可能看不到。",
    en:
      "WeChat took the last {count} answers without giving them an id; the phone may not show them.",
  },
  throttled: {
    zh: "发送被一再拒绝。等到 {until} 再试一次；其间的回复都留着。",
    en:
      "Sends are refused again and again. The next try is at {until}; answers are kept meanwhile.",
  },
  backlog_growing: {
    zh: "有 {count} 条消息还没有处理。",
    en: "{count} messages are not dealt with.",
  },
  client_away: {
    zh: "有 {count} 条消息在等它。",
    en: "{count} messages wait for it.",
  },
  plugin_disabled: {
    zh: "它接连出错，不再被询问：{reason}",
    en: "It failed repeatedly and is not asked any more: {reason}",
  },
  disk_low: {
    zh: "数据目录所在的磁盘只剩 {free}；hub 暂停收取新消息，已收到的都在。",
    en:
      "{free} are left where the data directory is; the hub takes no new messages, and keeps all it has.",
  },
  database_error: {
    zh: "{reason}。hub 暂停收取新消息，并一再重试。",
    en: "{reason}. The hub takes no new messages and keeps trying.",
  },
} as const satisfies Readonly<Record<AlertKind, Sentence>>;

const TO_DO = {
  second_poller: {
    zh:
      "请找到并停掉它：另一台机器上的 hub、仍用真实 token 的 OpenClaw、Hermes 或脚本、旧的容器。找不到就运行 ilink-hub login 重新扫码：那会断开其他所有程序。",
    en:
      "Find it and stop it: a hub on another machine, an OpenClaw, Hermes or script that still holds the bot's real token, an old container. If you cannot find it, run ilink-hub login and scan again: that ends every other login.",
  },
  suspect_streak: {
    zh: "请在手机上看看最近的回复是否出现；没有的话，先少发一些，过几小时再试，或换一个微信账号。",
    en:
      "See whether the last answers stand on the phone. If not, send little, try again in some hours, or use another WeChat account.",
  },
  throttled: {
    zh: "让它安静一会儿：每试一次都可能把限制拖得更久。",
    en: "Leave it alone for a while: each try may prolong it.",
  },
  backlog_growing: {
    zh: "运行 ilink-hub status 看是哪一步慢了。",
    en: "Run ilink-hub status to see what is slow.",
  },
  client_away: {
    zh: "启动这个智能体，或在微信里发 /use 换一个。",
    en: "Start the agent, or choose another in WeChat with /use.",
  },
  plugin_disabled: {
    zh:
      "运行 ilink-hub plugin logs {subject} 查原因，改好后运行 ilink-hub plugin reset {subject}。",
    en:
      "Run ilink-hub plugin logs {subject} to see why; mend it, then run ilink-hub plugin reset {subject}.",
  },
  disk_low: { zh: "请腾出空间。", en: "Make room." },
  database_error: {
    zh: "请检查数据目录所在的磁盘和权限。",
    en: "Look at the disk and the permissions of the data directory.",
  },
} as const satisfies Readonly<Record<Exclude<AlertKind, "logged_out">, Sentence>>;

const OVER = {
  logged_out: {
    zh: "微信账号 {subject} 已重新连接；留着的回复正在发出。",
    en: "WeChat account {subject} is connected again; the answers that were kept go out.",
  },
  second_poller: {
    zh: "微信账号 {subject} 没有再出现不认识的消息。",
    en: "No more unknown messages are quoted to WeChat account {subject}.",
  },
  suspect_streak: {
    zh: "微信账号 {subject} 的回复又有编号了。",
    en: "Answers of WeChat account {subject} get ids again.",
  },
  throttled: {
    zh: "微信账号 {subject} 又能发送了。",
    en: "WeChat account {subject} can send again.",
  },
  backlog_growing: {
    zh: "微信账号 {subject} 的消息处理完了。",
    en: "The messages of WeChat account {subject} are dealt with.",
  },
  client_away: {
    zh: "智能体 {subject} 回来了，或没有消息再等它。",
    en: "Agent {subject} is back, or nothing waits for it any more.",
  },
  plugin_disabled: {
    zh: "插件 {subject} 不再是停用状态。",
    en: "Plugin {subject} is not switched off any more.",
  },
  disk_low: { zh: "磁盘又有空间了。", en: "The disk has room again." },
  database_error: { zh: "数据库又能写了。", en: "The database can be written again." },
} as const satisfies Readonly<Record<AlertKind, Sentence>>;

export const ALERT = {
  still: { zh: "仍未恢复：{title}", en: "Still: {title}" },
  over: { zh: "已恢复：{title}", en: "Over: {title}" },
  since: { zh: "从 {since} 起。", en: "Since {since}." },
  scanByLink: {
    zh: "打开下面的链接，用那个微信扫码；链接一小时内有效，扫码成功后失效，不要转发：",
    en:
      "Open this link and scan with that WeChat; it works for one hour, ends after the scan, and is not to be passed on:",
  },
  scanByCommand: {
    zh:
      "在 hub 所在的机器上运行 ilink-hub login 扫码。（设置 public-url 后，这里会有一个可以扫码的链接。）",
    en:
      "Run ilink-hub login on the hub's machine and scan. (With public-url set, a link to scan at would stand here.)",
  },
  testTitle: { zh: "测试", en: "Test" },
  test: {
    zh: "ilink-hub 的提醒可以送到这里。",
    en: "Alerts of ilink-hub arrive here.",
  },
  unknownFree: { zh: "很少的空间", en: "Few bytes" },
} as const;

/** What `alert list` and `alert test` say. */
export const ALERT_LOOK = {
  channels: { zh: "提醒渠道", en: "Alert channels" },
  noChannels: {
    zh: "没有提醒渠道。在配置文件的 alerts.channels 里写一个，见 docs/OPERATIONS.md。",
    en:
      "There are no alert channels. Write one into alerts.channels of the configuration file; see docs/OPERATIONS.md.",
  },
  delivered: { zh: "送达 {count}", en: "delivered {count}" },
  failed: { zh: "放弃 {count}", en: "given up {count}" },
  waiting: { zh: "等待 {count}", en: "waiting {count}" },
  open: { zh: "出了什么事", en: "What is wrong" },
  nothingOpen: { zh: "没有要提醒的事。", en: "Nothing is wrong that would be told." },
  notRunning: {
    zh: "没有 hub 在运行，所以不知道现在出了什么事。",
    en: "No hub is running, so nobody knows what is wrong now.",
  },
  told: { zh: "{age}前开始，已提醒 {count} 次", en: "for {age}, told {count}×" },
  taken: { zh: "已送到", en: "taken" },
} as const;

/** How a trouble is named in a line. */
export function alertTitle(lang: Lang, { kind, subject }: Pick<Trouble, "kind" | "subject">) {
  return fill(lang, ALERT_TITLE[kind], { subject });
}

/** Sentences of a trouble that goes on. The link is no part of them, since they are shown in places that are kept. */
export function alertWords(
  lang: Lang,
  trouble: Trouble,
  { hasLink }: { readonly hasLink: boolean },
): string[] {
  const { kind, subject } = trouble;
  const what = fill(lang, WHAT[kind], { subject, ...detailsOf(lang, trouble) });
  const since = trouble.sinceMs === null
    ? []
    : [say(lang, ALERT.since, { since: minuteText(trouble.sinceMs) })];
  const toDo = kind === "logged_out"
    ? say(lang, hasLink ? ALERT.scanByLink : ALERT.scanByCommand)
    : fill(lang, TO_DO[kind], { subject });
  return [what, ...since, toDo];
}

/** The sentence that says that it is over. */
export function alertOverWords(
  lang: Lang,
  { kind, subject }: Pick<Trouble, "kind" | "subject">,
): string {
  return fill(lang, OVER[kind], { subject });
}

/** Why WeChat may have ended a login. */
export function guessWords(lang: Lang, guess: LogoutGuess): string {
  return say(lang, GUESS[guess]);
}

function detailsOf(lang: Lang, trouble: Trouble): Readonly<Record<string, string | number>> {
  switch (trouble.kind) {
    case "logged_out":
      return { guess: guessWords(lang, trouble.guess) };
    case "throttled":
      return { until: minuteText(trouble.untilMs) };
    case "second_poller":
    case "suspect_streak":
    case "backlog_growing":
    case "client_away":
      return { count: trouble.count };
    case "plugin_disabled":
    case "database_error":
      return { reason: trouble.reason };
    case "disk_low": {
      const { freeBytes } = trouble;
      return {
        free: freeBytes === null
          ? say(lang, ALERT.unknownFree)
          : `${Math.round(freeBytes / 1024 ** 2)} MiB`,
      };
    }
  }
}

/** As `say`, where the sentence is one of several; every place of each has a filling. */
function fill(
  lang: Lang,
  sentence: Sentence,
  values: Readonly<Record<string, string | number>>,
): string {
  return sentence[lang].replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));
}

/** In the time zone of this machine. */
function minuteText(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
