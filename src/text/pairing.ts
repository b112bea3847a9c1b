/** The words of the pairing page and of the commands `pair ...`. */
import type { Sentence } from "./say.ts";

export const PAIR_PAGE = {
  title: { zh: "接入智能体", en: "Connect an agent" },
  asks: { zh: "有一个程序想接入你的微信：", en: "A program wants to join your WeChat:" },
  code: { zh: "接入码", en: "Code" },
  from: { zh: "来自", en: "From" },
  thisMachine: { zh: "这台机器", en: "this machine" },
  check: {
    zh: "只批准你自己刚刚启动的程序：它会收到你的消息，并以机器人的身份回复。",
    en:
      "Approve only what you have just started yourself: it will get your messages and answer as the bot.",
  },
  name: { zh: "叫什么名字", en: "Its name" },
  token: { zh: "管理令牌", en: "Admin token" },
  tokenHint: {
    zh: "在 hub 的数据目录里，文件 admin-token。也可以不填：把接入码发给微信里的机器人，或运行",
    en:
      "In the file admin-token of the hub's data directory. Or without it: send the code to the bot in WeChat, or run",
  },
  open: {
    zh: "现在开放接入，点一下就行。",
    en: "Pairing is open now: one tap is enough.",
  },
  approve: { zh: "批准", en: "Approve" },
  refuse: { zh: "拒绝", en: "Refuse" },
  approved: {
    zh: "已批准，它叫 {name}。回到程序那里看看，它马上就会连上。",
    en: "Approved; it is called {name}. Go back to the program, it connects in a moment.",
  },
  refused: { zh: "已拒绝。", en: "Refused." },
  gone: {
    zh: "这个接入码不存在、已经用过或者过期了。让程序重新显示二维码。",
    en: "This code was never given, was used, or is over. Have the program show a new QR code.",
  },
  done: {
    zh: "这个请求已经批准过了。",
    en: "This request was approved already.",
  },
  wrongToken: { zh: "管理令牌不对。", en: "The admin token is wrong." },
  noOwner: {
    zh: "还不知道这是谁的微信：请先登录，或者先给机器人发一条消息。",
    en: "Whose WeChat it is is not known yet: log in, or write one message to the bot first.",
  },
  nameInvalid: {
    zh: "名字要 1 到 64 个字母、数字、_ . 或 -，以字母或数字开头。",
    en: "A name is 1 to 64 letters, digits, _ . or -, the first a letter or digit.",
  },
  nameTaken: {
    zh: "已经有智能体叫这个名字。",
    en: "Another agent has this name.",
  },
  tooMany: {
    zh: "打开得太频繁，请过一会儿再试。",
    en: "Opened too often; try again in a while.",
  },
} as const satisfies Record<string, Sentence>;

export const PAIRING = {
  open: {
    zh: "接入开放到 {until}：扫码后点一下就行。用 ilink-hub pair close 关上。",
    en:
      "Pairing is open until {until}: scanning and one tap is enough. Close it with ilink-hub pair close.",
  },
  closed: {
    zh: "接入是关上的：每个请求都要你批准。",
    en: "Pairing is closed: each request wants your approval.",
  },
  none: { zh: "没有接入请求。", en: "There are no requests." },
  approved: { zh: "已批准，它叫 {name}。", en: "Approved; it is called {name}." },
  refused: { zh: "已拒绝。", en: "Refused." },
  from: { zh: "来自 {address}", en: "from {address}" },
} as const satisfies Record<string, Sentence>;

export const PAIRING_STATE = {
  waiting: { zh: "等待批准", en: "waits for approval" },
  scanned: { zh: "已扫码，等待批准", en: "scanned, waits for approval" },
  approved: { zh: "已批准，还没来领令牌", en: "approved, has not come for its token" },
  confirmed: { zh: "已接入", en: "connected" },
  known: { zh: "早已接入", en: "was connected before" },
} as const satisfies Record<string, Sentence>;
