/** What the commands say when they have done what was asked. */

export const DONE = {
  renamed: { zh: "{name} 现在叫 {newName}。", en: "{name} is called {newName} now." },
  rotated: {
    zh: "# 新令牌；旧的到 {until} 为止还能用",
    en: "# The new token; the old one works until {until}",
  },
  clientRemoved: {
    zh: "已删除 {name}；{parked} 条等它的消息留作待处理。",
    en: "{name} is removed; {parked} messages that waited for it are parked.",
  },
  clientSet: { zh: "已更改 {name} 的设置。", en: "The settings of {name} are changed." },
  nothingToSet: {
    zh: "client set 要有至少一个选项；ilink-hub client set --help 列出它们",
    en: "client set wants at least one option; ilink-hub client set --help lists them",
  },
  noClients: {
    zh: "还没有智能体。用 ilink-hub register --name 名字 登记一个。",
    en: "There are no agents. Register one with ilink-hub register --name NAME.",
  },
  noAccounts: {
    zh: "还没有微信账号。用 ilink-hub login 连接一个。",
    en: "There are no WeChat accounts. Connect one with ilink-hub login.",
  },
  accountRemoved: {
    zh: "已断开并忘记 {name}；它的消息按保留期限留着。",
    en: "{name} is disconnected and forgotten; its messages stay as long as messages are kept.",
  },
  defaultSet: {
    zh: "没有插件决定时，{name} 的消息交给 {client}。",
    en: "Messages of {name} go to {client} when no plugin decides.",
  },
  defaultUnset: {
    zh: "{name} 不再有默认智能体。",
    en: "{name} has no default agent any more.",
  },
  adminTokenRotated: {
    zh: "# 新的管理令牌；旧的已经失效",
    en: "# The new admin token; the old one is worthless now",
  },
  pushKeyAdded: {
    zh: "# 密钥只显示这一次。试一试：",
    en: "# The key is shown this once. Try it:",
  },
  pushSample: { zh: "备份完成", en: "backup done" },
  pushKeyRemoved: {
    zh: "{name} 的密钥已经失效；它交来的通知照样发出。",
    en: "The key of {name} is worthless now; what it gave before still goes out.",
  },
  noScripts: {
    zh: "还没有脚本。用 ilink-hub push-key add 名字 给一个脚本密钥。",
    en: "There are no scripts. Give one a key with ilink-hub push-key add NAME.",
  },
  simulating: {
    zh: "模拟的微信在 {url}",
    en: "The simulated WeChat is at {url}",
  },
  simulatingControl: { zh: "控制接口在 {url}", en: "Its control API is at {url}" },
  simulatingToken: { zh: "bot token：{token}", en: "Bot token: {token}" },
} as const;
