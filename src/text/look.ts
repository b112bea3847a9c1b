/** The words of `status`, `clients`, `accounts list`, `trace` and `health`. */
import type { ClientState } from "../core/client.ts";
import type { DeliveryState, InboxState } from "../core/lifecycle.ts";
import type { AccountFacts, Health } from "../core/status.ts";
import type { Sentence } from "./say.ts";

export const LOOK = {
  running: {
    zh: "ilink-hub {version}，已运行 {age}",
    en: "ilink-hub {version}, running for {age}",
  },
  notRunning: {
    zh: "ilink-hub {version}：没有 hub 在运行，下面是 {data} 里的数据",
    en: "ilink-hub {version}: no hub is running, this is the data in {data}",
  },
  health: { zh: "状态：{health}", en: "Health: {health}" },
  accounts: { zh: "微信账号", en: "WeChat accounts" },
  clients: { zh: "智能体", en: "Agents" },
  scripts: { zh: "脚本", en: "Scripts" },
  created: { zh: "建于 {time}", en: "created {time}" },
  lastUsed: { zh: "上次用 {when}", en: "last used {when}" },
  plugins: { zh: "插件", en: "Plugins" },
  messages: { zh: "消息：{counts}", en: "Messages: {counts}" },
  sends: { zh: "发送：{counts}", en: "Sends: {counts}" },
  disk: {
    zh: "磁盘：数据库 {database}，剩余 {free}",
    en: "Disk: database {database}, {free} left",
  },
  none: { zh: "（没有）", en: "(none)" },
  unknown: { zh: "不知道", en: "unknown" },
  never: { zh: "从未", en: "never" },
  ago: { zh: "{age}前", en: "{age} ago" },
  lastPoll: { zh: "上次领取 {when}", en: "last poll {when}" },
  lastInbound: { zh: "上条消息 {when}", en: "last message {when}" },
  lastCall: { zh: "上次来 {when}", en: "last call {when}" },
  unsettled: { zh: "未决定 {count}", en: "undecided {count}" },
  deferred: { zh: "暂缓的回复 {count}", en: "deferred answers {count}" },
  deferredSince: {
    zh: "暂缓的回复 {count}（最久 {age}）",
    en: "deferred answers {count} (the oldest for {age})",
  },
  windowSafe: { zh: "窗口还有 {left}", en: "window closes in {left}" },
  windowRisky: {
    zh: "窗口还有 {left}（有风险：微信可能已不收）",
    en: "window closes in {left} (risky: WeChat may refuse already)",
  },
  windowClosed: { zh: "窗口已关，等对方发消息", en: "window closed until the person writes" },
  budget: { zh: "还能发 {left}/{of} 条", en: "{left} of {of} sends left" },
  secondPoller: {
    zh: "疑似另有程序在用这个 bot：{age}前起，有 {count} 条引用的消息这里从没见过",
    en:
      "another program seems to use this bot: {count} quoted messages never seen here, the first {age} ago",
  },
  alerts: { zh: "出了什么事", en: "What is wrong" },
  throttled: {
    zh: "发送过快被微信限流，{age}后再试",
    en: "throttled by WeChat, next try in {age}",
  },
  suspects: {
    zh: "微信可能没有下发：{age}来连续 {count} 条回复没有编号，已停止发送，每隔一段时间试一条",
    en:
      "WeChat may be hiding sends: {count} answers in a row without an id for {age}, one tried at a time",
  },
  defaultClient: { zh: "默认 {client}", en: "default {client}" },
  ownerUnknown: { zh: "主人未知，所有人可用", en: "owner unknown, open to everyone" },
  waiting: { zh: "等待 {count}", en: "waiting {count}" },
  waitingSince: {
    zh: "等待 {count}，最久 {age}",
    en: "waiting {count}, the oldest for {age}",
  },
  unanswered: { zh: "未回复 {count}", en: "unanswered {count}" },
  dialect: { zh: "方言 {dialect}", en: "dialect {dialect}" },
  extensions: { zh: "带扩展字段", en: "with extensions" },
  markdown: { zh: "Markdown 原样发出", en: "Markdown as it came" },
  overflow: { zh: "太长时发文件", en: "long answers as a file" },
  progress: { zh: "进度通知：{progress}", en: "progress: {progress}" },
  shipped: { zh: "自带", en: "shipped" },
  user: { zh: "你的", en: "yours" },
  problem: { zh: "问题：{problem}", en: "problem: {problem}" },
  noMessages: { zh: "还没有消息。", en: "There are no messages." },
  message: {
    zh: "消息 {id}，{time}，{sender} → {account}",
    en: "Message {id}, {time}, {sender} → {account}",
  },
  group: { zh: "（群）", en: "(group)" },
  duplicate: { zh: "与消息 {id} 重复", en: "duplicate of message {id}" },
  duplicates: { zh: "重复投递 ×{count}", en: "delivered again ×{count}" },
  asked: { zh: "问过的插件", en: "Plugins asked" },
  shadow: { zh: "旁听的插件（不起作用）", en: "Shadows asked (not applied)" },
  decided: { zh: "决定：{decision}", en: "Decision: {decision}" },
  seen: { zh: "当时：绑定 {binding}；{clients}", en: "Seen: bound to {binding}; {clients}" },
  notDecided: { zh: "还没有决定。", en: "Not decided yet." },
  tookMs: { zh: "{ms} 毫秒", en: "{ms} ms" },
  fault: { zh: "出错（{fault}）：{text}", en: "fault ({fault}): {text}" },
  deliveries: { zh: "交给", en: "Delivered to" },
  unansweredMark: { zh: "收到后重启，没有回复", en: "received, then restarted without an answer" },
  handOuts: { zh: "领取 {count} 次", en: "handed out {count} times" },
  replies: { zh: "回复", en: "Replies" },
  reply: { zh: "{client}：{state}", en: "{client}: {state}" },
  hubSends: { zh: "hub 自己说的", en: "The hub's own words" },
  repeat: { zh: "可能发了两次", en: "may have arrived twice" },
  media: { zh: "[{kinds}]", en: "[{kinds}]" },
  noText: { zh: "（不是文字）", en: "(no text)" },
} as const;

export const HEALTH: Readonly<Record<HealthWord, Sentence>> = {
  ok: { zh: "正常", en: "ok" },
  no_account: { zh: "等待第一次登录", en: "waiting for a first login" },
  disk_low: {
    zh: "不能工作：磁盘快满了，已停止领取",
    en: "failing: the disk is almost full, polling has stopped",
  },
  logged_out: {
    zh: "不能工作：微信已断开，请运行 ilink-hub login",
    en: "failing: WeChat is disconnected, run ilink-hub login",
  },
  poll_stuck: {
    zh: "不能工作：领取消息卡住了，请重启 hub",
    en: "failing: polling is stuck, restart the hub",
  },
  stopping: { zh: "正在停止", en: "stopping" },
  store_failing: { zh: "不能工作：数据库写不进去", en: "failing: the database cannot be written" },
  upstream_unreachable: { zh: "不能工作：连不上微信", en: "failing: WeChat cannot be reached" },
};

type HealthWord = "ok" | Exclude<Health, { state: "ok" }>["reason"];

export const ACCOUNT_STATE: Readonly<Record<AccountFacts["state"], Sentence>> = {
  polling: { zh: "在线", en: "polling" },
  retrying: { zh: "重试中", en: "retrying" },
  paused: { zh: "暂停领取", en: "paused" },
  logged_out: { zh: "已断开", en: "logged out" },
  stopped: { zh: "未运行", en: "stopped" },
};

export const CLIENT_STATE: Readonly<Record<ClientState, Sentence>> = {
  polling: { zh: "在线", en: "polling" },
  busy: { zh: "工作中", en: "busy" },
  away: { zh: "不在", en: "away" },
  new: { zh: "从未来过", en: "new" },
};

export const INBOX_STATE: Readonly<Record<InboxState, Sentence>> = {
  received: { zh: "已收到", en: "received" },
  routed: { zh: "已分派", en: "routed" },
  parked: { zh: "待处理", en: "parked" },
  dropped: { zh: "已丢弃", en: "dropped" },
};

export const DELIVERY_STATE: Readonly<Record<DeliveryState, Sentence>> = {
  waiting: { zh: "等它来取", en: "waiting" },
  handed_out: { zh: "已取走", en: "handed out" },
  acknowledged: { zh: "已收到", en: "acknowledged" },
  parked: { zh: "待处理", en: "parked" },
};

/** What plugins answer and the hub decides, by `kind`; the English words are those of the plugin contract. */
export const VERDICT: Readonly<Record<string, Sentence>> = {
  pass: { zh: "放行", en: "pass" },
  route: { zh: "交给", en: "route" },
  reply: { zh: "直接回答", en: "reply" },
  drop: { zh: "不处理", en: "drop" },
  edit: { zh: "改写", en: "edit" },
  stop: { zh: "拦下", en: "stop" },
  pin: { zh: "等回答", en: "pin" },
  file: { zh: "作为文件发", en: "file" },
  deliver: { zh: "交给", en: "deliver" },
  answer: { zh: "hub 自己回答", en: "answer" },
  park: { zh: "留着", en: "park" },
};

/** Lengths of time, in the largest unit that fits. */
export const AGE = {
  seconds: { zh: "{count} 秒", en: "{count} s" },
  minutes: { zh: "{count} 分钟", en: "{count} min" },
  hours: { zh: "{count} 小时", en: "{count} h" },
  days: { zh: "{count} 天", en: "{count} d" },
} as const;
