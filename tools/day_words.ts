/** What docs/A_DAY.md and its Chinese twin say, side by side. */
import type { AlertAct, AlertKind } from "../src/core/alert.ts";
import type { FaultName } from "../test/fake/day_script.ts";

export type DayLang = "en" | "zh";
type Words = Readonly<Record<DayLang, string>>;

export const TITLE: Words = { en: "A day in the hub's life", zh: "hub 的一天" };

export const ABOUT: Readonly<Record<DayLang, readonly string[]>> = {
  en: [
    "20 people write to two WeChat accounts (`home`, `shop`), three agents answer, and nine things go wrong. The whole hub runs",
    "against the simulated WeChat, on a clock that the test moves, so that 28 hours pass in seconds. `deno task day` plays the day",
    "and writes this page; a test plays it again, compares, and balances the books: what WeChat handed out with what agents took,",
    "what agents gave with what became of it, and what the hub claims with what people saw.",
    "",
    "`ann` answers within seconds and has jobs that end at night. `bob` works for minutes without asking for more, tells eleven steps and ends with an answer",
    "that is longer than a message may be. `carl` is dead for two hours. Some people write all day,",
    "some three times, one at night, one sends 60 messages in a minute, one sends pictures and files; others switch agents, mention",
    "one, ask all at once, or quote an old answer. A script gives four notices for the owner of `home`.",
  ],
  zh: [
    "20 个人给两个微信账号（`home`、`shop`）写消息，三个智能体回答，一天里出九种故障。整个 hub 对着模拟的微信运行，",
    "时钟由测试拨动，28 小时几秒就过完。`deno task day` 演完这一天并写出本页；测试会再演一遍、比对本页，并且对账：",
    "微信交出的与智能体收到的、智能体给出的与它们的下落、hub 声称的与人真正看到的。",
    "",
    "`ann` 几秒就答，还有夜里才做完的任务。`bob` 一干就是几分钟，期间不来取消息，边做边报十一步，最后的回答比一条消息能装的还长。",
    "`carl` 会死掉两小时。有人写一整天，有人只写三次，有人半夜写，有人一分钟发 60 条，",
    "有人发图片和文件；还有人切换智能体、点名一个、群发，或者引用旧回答。一个脚本给 `home` 的主人推送四次通知。",
  ],
};

export const HOURS_HEADING: Words = { en: "Hour by hour", zh: "逐小时" };
export const HOURS_HEAD: Readonly<Record<DayLang, readonly string[]>> = {
  en: [
    "time",
    "what happens",
    "messages in",
    "delivered",
    "answers",
    "calls to WeChat",
    "shown",
    "merged",
    "waiting",
    "the owner is told",
  ],
  zh: [
    "时间",
    "发生了什么",
    "来信",
    "已送到智能体",
    "回答",
    "调用微信",
    "已显示",
    "合并",
    "等待中",
    "通知主人",
  ],
};
export const HOURS_NOTE: Words = {
  en:
    "`shown` counts bubbles on people's screens, the hub's own words among them; `merged` are answers that left inside another " +
    "bubble; `waiting` is what was kept back at the hour's end. Repeats of WeChat's own are shown as `+n`.",
  zh:
    "“已显示”是人在屏幕上看到的气泡，包括 hub 自己的话；“合并”是随另一个气泡一起发出的回答；“等待中”是整点时还压着的。" +
    "微信自己重复投递的写作 `+n`。",
};
export const TOTAL: Words = { en: "**total**", zh: "**合计**" };

export const FAULTS_HEADING: Words = {
  en: "What went wrong, as each side saw it",
  zh: "每种故障，各方看到的",
};
export const FAULTS_HEAD: Readonly<Record<DayLang, readonly string[]>> = {
  en: [
    "what goes wrong",
    "people",
    "what they saw of the answers",
    "agents and scripts were told",
    "WeChat",
    "the owner was told",
  ],
  zh: ["故障", "人", "人看到的回答", "智能体和脚本得到的答复", "微信", "通知主人"],
};
export const FAULTS_NOTE: Words = {
  en:
    "People and answers are those within the time of the fault, on the accounts it struck. No text of an agent was shown twice. " +
    "What came hours later beside a fault is `bob`'s: one message takes ten answers at most, and the rest waits for the next.",
  zh: "人和回答只算故障期间、受影响账号上的。没有一条智能体的文字显示过两次。" +
    "与故障无关却晚了几小时的是 `bob` 的：一条消息最多回十次，其余等对方的下一条。",
};

export const FAULT: Readonly<Record<FaultName, Words>> = {
  unreachable: { en: "WeChat cannot be reached", zh: "连不上微信" },
  duplicates: { en: "WeChat delivers each message twice", zh: "微信每条消息投递两次" },
  kill: { en: "the hub is killed and started again", zh: "hub 被强行杀掉再启动" },
  throttle: {
    en: "WeChat throttles `home` (`-2 rate limited`)",
    zh: "微信对 `home` 限流（`-2 rate limited`）",
  },
  sleep: { en: "the machine sleeps", zh: "机器休眠" },
  losses: {
    en: "WeChat takes sends of `shop` and loses them (no ids)",
    zh: "微信接受 `shop` 的发送却弄丢（不给编号）",
  },
  dead_agent: { en: "`carl` is dead", zh: "`carl` 死掉了" },
  closed_window: {
    en: "`ann`'s night jobs answer a message of the day before",
    zh: "`ann` 的夜间任务回答前一天的消息",
  },
  logout: {
    en: "WeChat ends the login of `home`; a scan brings it back",
    zh: "微信断开 `home` 的登录，之后重新扫码",
  },
};
export const BEGINS: Words = { en: "{time} {what}", zh: "{time} {what}" };
export const ENDS: Words = { en: "{time} over: {what}", zh: "{time} 结束：{what}" };

export const WROTE: Words = { en: "wrote {count}", zh: "写了 {count} 条" };
export const REPEATED: Words = { en: "{count} repeats dropped", zh: "重复 {count} 条已去掉" };
export const IN_HAND: Words = {
  en: "with an agent after {time} at most",
  zh: "最多 {time} 后到了智能体手里",
};
export const SOON: Words = { en: "{count} within a minute", zh: "{count} 条一分钟内" };
export const LATE: Words = {
  en: "{count} later, after {time} at most",
  zh: "{count} 条晚到，最多晚 {time}",
};
export const HIDDEN: Words = {
  en: "{count} never: the hub says `suspect`",
  zh: "{count} 条没看到：hub 标为 `suspect`",
};
export const HUB_WORDS: Words = {
  en: "{count} lines of the hub's own",
  zh: "hub 自己说了 {count} 句",
};
export const NO_ANSWERS: Words = { en: "none was given", zh: "没有回答" };
export const TOLD: Words = { en: "{count} × ret {code}", zh: "{count} × ret {code}" };
export const PUSHED: Words = {
  en: "a script: `{state}` ({reason})",
  zh: "脚本：`{state}`（{reason}）",
};
export const CALLED: Words = { en: "{count} calls", zh: "调用 {count} 次" };

export const ACT: Readonly<Record<AlertAct, Words>> = {
  raise: { en: "{kind} {subject}", zh: "{kind} {subject}" },
  repeat: { en: "still: {kind} {subject}", zh: "仍然：{kind} {subject}" },
  recover: { en: "over: {kind} {subject}", zh: "已恢复：{kind} {subject}" },
};
export const KIND: Readonly<Partial<Record<AlertKind, Words>>> = {
  logged_out: { en: "logged out", zh: "掉登录" },
  suspect_streak: { en: "sends seem hidden", zh: "发送疑似没下发" },
  throttled: { en: "throttled", zh: "被限流" },
  client_away: { en: "agent away", zh: "智能体不在" },
};
