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
  page: { zh: "网页", en: "page" },
  hub: { zh: "hub", en: "hub" },
  simulator: { zh: "模拟的微信", en: "simulated WeChat" },
  tryHeading: {
    zh: "打开网页，在左边的手机上试试；右边会显示每条消息的一生：",
    en: "Open the page and try this on its phone; beside it you see each message's life:",
  },
  hello: { zh: "你好", en: "hello" },
  tryHello: { zh: "默认的智能体 {first} 会回答", en: "{first}, the default agent, answers" },
  tryList: {
    zh: "有哪些智能体，各自在做什么",
    en: "which agents there are and what they are doing",
  },
  tryUse: { zh: "以后的消息都发给 {second}", en: "from now on {second} gets your messages" },
  at: { zh: "@{first} 早上好", en: "@{first} good morning" },
  tryAt: { zh: "只有这一条发给 {first}", en: "this one goes to {first}" },
  tapBubble: { zh: "点一个气泡", en: "tap a bubble" },
  tryQuote: {
    zh: "引用它来回答：会回到写它的智能体",
    en: "to quote it: your answer goes back to the agent that wrote it",
  },
  tryWhy: { zh: "上一条消息为什么这样走", en: "why the last message went where it went" },
  tryOff: {
    zh: "关掉一个智能体再发消息：消息会等它回来，一条不丢。",
    en:
      "Switch an agent off and write to it: the message waits, and arrives when the agent is back.",
  },
  connectHeading: {
    zh: "接上你自己的智能体（得到地址和令牌）：",
    en: "Connect an agent of your own (gives its address and token):",
  },
  ending: { zh: "按 Ctrl-C 结束。", en: "Ctrl-C ends it." },
  ended: { zh: "已结束，临时数据已删除。", en: "Ended; the throw-away data is deleted." },
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
