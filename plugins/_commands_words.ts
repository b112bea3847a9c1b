/** What `commands.ts` says, in both languages. One line where one will do: each answer costs one of about ten sends. */
import type { ClientView } from "ilink-hub/plugin";

interface Words {
  // ── reasons
  readonly escaped: string;
  command(written: string): string;
  // ── people and places
  duration(ms: number): string;
  state(client: ClientView, nowMs: number): string;
  inBrackets(text: string): string;
  waiting(count: number): string;
  readonly current: string;
  readonly default: string;
  more(count: number): string;
  readonly noClients: string;
  unknown(word: string, names: readonly string[]): string;
  unknownNear(word: string, near: string): string;
  // ── answers
  bound(name: string, state: string): string;
  already(name: string, state: string): string;
  readonly waits: string;
  before(name: string): string;
  unbound(byDefault: string | null): string;
  useUsage(prefix: string): string;
  mentionUsage(name: string, prefix: string): string;
  broadcastUsage(prefix: string): string;
  readonly noLast: string;
  help(prefix: string): string;
  // ── status
  hub(version: string, uptime: string): string;
  readonly noCurrent: string;
  currentIs(name: string, state: string): string;
  counts(all: number, there: number): string;
  readonly separator: string;
  throttled(until: string): string;
  sends(left: number): string;
  sendsWithin(left: number, window: string): string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const zh: Words = {
  escaped: "双写的符号：后面的内容交给智能体",
  command: (written) => `命令 ${written}`,
  duration(ms) {
    if (ms < MINUTE_MS) return "不到 1 分钟";
    if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} 分钟`;
    if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} 小时`;
    return `${Math.floor(ms / DAY_MS)} 天`;
  },
  state(client, nowMs) {
    if (client.state === "polling") return "在线";
    if (client.state === "busy") return "忙";
    if (client.state === "new" || client.lastSeenAtMs === null) return "还没上线过";
    return `离线 ${zh.duration(nowMs - client.lastSeenAtMs)}`;
  },
  inBrackets: (text) => `（${text}）`,
  waiting: (count) => `${count} 条等待`,
  current: " ← 当前",
  default: " ← 默认",
  more: (count) => `……还有 ${count} 个`,
  noClients: "还没有接入任何智能体。",
  unknown: (word, names) => `没有叫 ${word} 的。现在有：${names.join("、")}`,
  unknownNear: (word, near) => `没有叫 ${word} 的。是 ${near} 吗？`,

  bound: (name, state) => `已切到 ${name}（${state}）。`,
  already: (name, state) => `已经是 ${name}（${state}）。`,
  waits: "消息会等它上线。",
  before: (name) => `之前的 ${name} 仍可用 @${name}`,
  unbound: (byDefault) =>
    byDefault === null ? "已取消指定，按规则分配。" : `已取消指定，默认给 ${byDefault}。`,
  useUsage: (prefix) => `切换：${prefix}用 名字或编号`,
  mentionUsage: (name, prefix) => `只发一条：@${name} 内容；一直用它：${prefix}用 ${name}`,
  broadcastUsage: (prefix) => `发给所有智能体：${prefix}群发 内容`,
  noLast: "还没有上一条消息。",
  help: (prefix) =>
    [
      `${prefix}列表 有哪些智能体`,
      `${prefix}用 名字 以后都发给它`,
      `@名字 内容 只发这一条`,
      `引用一条回答再写 发给写它的智能体`,
      `${prefix}群发 内容 发给所有智能体`,
      `${prefix}状态 ${prefix}为什么`,
      `${prefix}${prefix}xx 把 ${prefix}xx 交给智能体`,
    ].join("\n"),

  hub: (version, uptime) => `ilink-hub ${version}，已运行 ${uptime}`,
  noCurrent: "当前：没有指定智能体",
  currentIs: (name, state) => `当前：${name}（${state}）`,
  counts: (all, there) => `智能体 ${all} 个，${there} 个在`,
  separator: "；",
  throttled: (until) => `微信限流中，${until} 再试`,
  sends: (left) => `还能回复 ${left} 条`,
  sendsWithin: (left, window) => `还能回复 ${left} 条，窗口还剩 ${window}`,
};

const en: Words = {
  escaped: "doubled sign: the rest is for the agent",
  command: (written) => `the command ${written}`,
  duration(ms) {
    if (ms < MINUTE_MS) return "less than a minute";
    if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
    if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`;
    return `${Math.floor(ms / DAY_MS)} days`;
  },
  state(client, nowMs) {
    if (client.state === "polling") return "online";
    if (client.state === "busy") return "busy";
    if (client.state === "new" || client.lastSeenAtMs === null) return "never seen";
    return `away for ${en.duration(nowMs - client.lastSeenAtMs)}`;
  },
  inBrackets: (text) => ` (${text})`,
  waiting: (count) => `, ${count} waiting`,
  current: " ← current",
  default: " ← default",
  more: (count) => `... and ${count} more`,
  noClients: "No agent is connected yet.",
  unknown: (word, names) => `Nobody is called ${word}. There are: ${names.join(", ")}`,
  unknownNear: (word, near) => `Nobody is called ${word}. Do you mean ${near}?`,

  bound: (name, state) => `Now talking to ${name} (${state}). `,
  already: (name, state) => `It is ${name} already (${state}). `,
  waits: "Messages wait until it is back. ",
  before: (name) => `Reach ${name} with @${name}`,
  unbound: (byDefault) =>
    byDefault === null
      ? "No agent is chosen now; the rules decide."
      : `No agent is chosen now; ${byDefault} is the default.`,
  useUsage: (prefix) => `To switch: ${prefix}use NAME or NUMBER`,
  mentionUsage: (name, prefix) => `One message: @${name} TEXT. From now on: ${prefix}use ${name}`,
  broadcastUsage: (prefix) => `To all agents: ${prefix}broadcast TEXT`,
  noLast: "There is no earlier message.",
  help: (prefix) =>
    [
      `${prefix}list who is there`,
      `${prefix}use NAME from now on to that agent`,
      `@NAME TEXT just this message`,
      `quote an answer to reach its writer`,
      `${prefix}broadcast TEXT to all agents`,
      `${prefix}status ${prefix}why`,
      `${prefix}${prefix}xx gives ${prefix}xx to the agent`,
    ].join("\n"),

  hub: (version, uptime) => `ilink-hub ${version}, up ${uptime}`,
  noCurrent: "Current: no agent chosen",
  currentIs: (name, state) => `Current: ${name} (${state})`,
  counts: (all, there) => `${all} agents, ${there} there`,
  separator: "; ",
  throttled: (until) => `WeChat throttles, next try at ${until}`,
  sends: (left) => `${left} answers left`,
  sendsWithin: (left, window) => `${left} answers left, window closes in ${window}`,
};

export const WORDS = { zh, en };
