/** What `client export` says. */
import type { Sentence } from "./say.ts";

/** The programs that a client can be exported for. */
export const EXPORT_KINDS = [
  "openclaw",
  "weixin-agent-sdk",
  "wechatbot",
  "hermes",
  "cc-connect",
  "recursive",
  "edgecrab",
  "env",
] as const;

export type ExportKind = (typeof EXPORT_KINDS)[number];

export const EXPORT = {
  would: { zh: "# 会写 {path}：", en: "# Would write {path}:" },
  created: { zh: "已写 {path}", en: "Wrote {path}" },
  changed: {
    zh: "已改 {path}；原来的在 {backup}",
    en: "Changed {path}; what stood there is in {backup}",
  },
  unchanged: { zh: "{path} 本来就是这样", en: "{path} was like this already" },
  oldToken: {
    zh: "换了新令牌；旧的到 {until} 为止还能用。",
    en: "There is a new token; the old one works until {until}.",
  },
  dryRun: {
    zh: "这是试运行：什么都没写，也没换令牌。",
    en: "This was a dry run: nothing was written, and the token is as it was.",
  },
  placeholder: { zh: "真正写入时换上新令牌", en: "a new token when it is written" },
  open: {
    zh:
      "hub 让所有人写信，但客户端只认列出的人：{people}。别人的消息会到 hub，客户端不理；用 --people 写上他们。",
    en:
      "The hub lets everyone write, the client only those it was told of: {people}. Name others with --people, or the client ignores them.",
  },
  tokenWrong: {
    zh: "--token 不是 {name} 的令牌（或已经失效）",
    en: "The token given with --token is not {name}'s, or no longer",
  },
  tokenWrongHint: {
    zh: "不写 --token，就会给它一个新的",
    en: "Leave --token out, and it gets a new one",
  },
  noHome: {
    zh: "不知道主目录在哪里：用 --dir 给出文件夹",
    en: "The home directory is not known: name the folder with --dir",
  },
  noAccounts: {
    zh: "还没有微信账号，不知道谁会写消息",
    en: "There is no WeChat account, so nobody knows who will write",
  },
  noAccountsHint: {
    zh: "先用 ilink-hub login 扫码，或用 --people 写出那个人的微信编号",
    en: "Scan with ilink-hub login first, or name the person's WeChat id with --people",
  },
  ownerUnknown: {
    zh: "不知道账号 {account} 是谁的：它用的是现成的 bot token，不是扫码登录的",
    en: "Nobody knows whose account {account} is: it came as a bare bot token, not by a scan",
  },
  ownerUnknownHint: {
    zh:
      "用 --people 写出那个人的微信编号（...@im.wechat，trace 里能看到谁写的）；没有它，客户端会一声不响地丢掉所有消息",
    en:
      "Name the person's WeChat id (...@im.wechat) with --people; without it the client drops every message without a word",
  },
  peopleForm: { zh: "编号,编号,... 不含空白", en: "ID,ID,... without blanks" },
} as const;

/** What to do when the files or lines are in place. */
export const EXPORT_NEXT: Readonly<Record<ExportKind, Sentence>> = {
  openclaw: {
    zh:
      "重启网关：openclaw gateway restart。同一个人的旧账号若还在，先删掉，免得两个账号收同样的消息。",
    en:
      "Restart the gateway: openclaw gateway restart. Remove an older account of the same person first, or both get messages.",
  },
  "weixin-agent-sdk": {
    zh: "重启你的程序（或 weixin-acp）；不要再调用 login，它会去腾讯扫码。",
    en: "Restart your program (or weixin-acp); do not call login again, it scans at Tencent.",
  },
  wechatbot: {
    zh: "重启你的程序；有这个文件它就不再显示二维码。文件放在别处时，用凭据路径选项指给它。",
    en:
      "Restart your program; with this file it shows no QR code. Give it the path if the file lies elsewhere.",
  },
  hermes: {
    zh: "重启网关：hermes gateway restart",
    en: "Restart the gateway: hermes gateway restart",
  },
  "cc-connect": {
    zh: "写进 config.toml 里这个项目的下面，然后重启 cc-connect。",
    en: "Put this below its project in config.toml, then restart cc-connect.",
  },
  recursive: {
    zh: "用上面这一行启动 recursive。",
    en: "Start recursive with the line above.",
  },
  edgecrab: {
    zh:
      "把这些变量给 edgecrab，再运行 ilink-hub client set {name} --dialect edgecrab，然后重启它。",
    en:
      "Give edgecrab these variables, run ilink-hub client set {name} --dialect edgecrab, and restart it.",
  },
  env: {
    zh: "把这些变量给你的程序，然后重启它。",
    en: "Give your program these variables and restart it.",
  },
};
