/** What the demo says on the command line and through its two sample agents. */
import type { Sentence } from "./say.ts";

/** On the command line. */
export const DEMO_TEXT = {
  portTaken: {
    zh: "端口 {port} 已被占用，改用 {other}。",
    en: "Port {port} is taken, using {other} instead.",
  },
  ready: {
    zh: "演示已就绪：模拟的微信、hub 和两个示例智能体，都在这一个进程里，数据放在临时目录。",
    en:
      "The demo is running: a simulated WeChat, the hub and two sample agents, in this one process, with throw-away data.",
  },
  open: { zh: "打开    {url}", en: "Open    {url}" },
  addresses: {
    zh: "        hub {hub}    模拟的微信 {simulator}",
    en: "        hub {hub}    simulated WeChat {simulator}",
  },
  tryHeading: {
    zh: "在左边的手机上试试，右边会显示每条消息的一生：",
    en: "Try this on the phone on the left; the right side shows each message's life:",
  },
  tryHello: {
    zh: "你好              默认智能体 {first} 回答",
    en: "hello             the default agent, {first}, answers",
  },
  tryList: {
    zh: "/list             有哪些智能体，各自在做什么",
    en: "/list             which agents there are and what they are doing",
  },
  tryUse: {
    zh: "/use {second}      以后的消息都发给 {second}",
    en: "/use {second}      from now on {second} gets your messages",
  },
  tryAt: {
    zh: "@{first} 早上好     只有这一条发给 {first}",
    en: "@{first} good day    just this one goes to {first}",
  },
  tryQuote: {
    zh: "点一个气泡再回答    引用会回到写它的智能体",
    en: "tap a bubble      a quote goes back to the agent that wrote it",
  },
  tryWhy: {
    zh: "/why              上一条消息为什么这样走",
    en: "/why              why the last message went where it went",
  },
  tryOff: {
    zh: "关掉一个智能体再发消息：消息会等它回来，一条不丢。",
    en:
      "Switch an agent off and write to it: the message waits, and arrives when the agent is back.",
  },
  ending: { zh: "按 Ctrl-C 结束。", en: "Ctrl-C ends it." },
  ended: { zh: "已结束，临时数据已删除。", en: "Ended; the throw-away data is deleted." },
  /** How the person on the phone is called. */
  person: { zh: "你", en: "you" },
} as const satisfies Readonly<Record<string, Sentence>>;

/** What the sample agents write. */
export const AGENT_TEXT = {
  echoLabel: { zh: "复述你说的话", en: "says back what you said" },
  counterLabel: { zh: "数字数，报时间", en: "counts words, tells the time" },
  echo: { zh: "你说：{text}", en: "You said: {text}" },
  gotImage: { zh: "收到一张图片。", en: "A picture arrived." },
  gotVoice: { zh: "收到一段语音。", en: "A voice message arrived." },
  gotFile: { zh: "收到文件 {name}。", en: "The file {name} arrived." },
  gotVideo: { zh: "收到一段视频。", en: "A video arrived." },
  gotOther: { zh: "收到一条我看不懂的消息。", en: "Something arrived that I cannot read." },
  time: { zh: "现在是 {time}。", en: "It is {time}." },
  count: {
    zh: "{characters} 个字符：{han} 个汉字，{words} 个英文单词。",
    en: "{characters} characters: {words} words, {han} Chinese characters.",
  },
} as const satisfies Readonly<Record<string, Sentence>>;
