/** What each setting is for: in help, in the schema of the configuration file, and in docs/OPERATIONS.md. */

/** By the setting's name in src/config.ts. */
export const SETTING_HELP = {
  data: {
    zh: "数据目录：数据库、密钥和管理令牌都在这里",
    en: "data directory: holds the database, the key and the admin token",
  },
  addr: { zh: "监听地址", en: "address to listen on" },
  publicUrl: {
    zh: "智能体访问 hub 的地址；不填则由监听地址得出",
    en: "address at which agents reach the hub; made from the listening address when not set",
  },
  databaseUrl: {
    zh: "数据库位置，sqlite:路径；不填则是数据目录里的 hub.db",
    en: "where the database is, sqlite:PATH; hub.db in the data directory when not set",
  },
  ilinkBaseUrl: {
    zh: "微信 iLink 服务的地址",
    en: "address of WeChat's iLink service",
  },
  cdnBaseUrl: {
    zh: "微信媒体文件服务的地址",
    en: "address of WeChat's media service",
  },
  cdnProxy: {
    zh: "由 hub 转送媒体文件，给连不上微信媒体服务的智能体用",
    en: "pass media through the hub, for agents that cannot reach WeChat's media service",
  },
  token: {
    zh: "直接使用这个 bot token，不扫码",
    en: "use this bot token, without scanning a QR code",
  },
  adminToken: {
    zh: "管理令牌；不填则在第一次启动时生成",
    en: "the admin token; made at the first start when not set",
  },
  masterKey: {
    zh: "代替密钥文件的 32 字节主密钥，十六进制或 base64",
    en: "32 bytes as hex or base64 that replace the key file",
  },
  allowSenders: {
    zh: "谁可以和 bot 说话：只有扫码的人、所有人，或再加上这些 ID",
    en: "who may talk to the bot: who scanned, everyone, or who scanned and these ids",
  },
  allowGroups: {
    zh: "哪些群可以和 bot 说话：没有、所有，或这些 ID",
    en: "which groups may talk to the bot: none, all, or these ids",
  },
  sendsPerInbound: {
    zh: "用户每发一条消息，微信允许回复多少条",
    en: "answers that WeChat takes for each message of the person",
  },
  windowMs: {
    zh: "用户最后一条消息之后，微信还送达回复多久",
    en: "how long after the person's last message WeChat still delivers",
  },
  safeWindowMs: {
    zh: "用户最后一条消息之后多久以内，微信肯定还送达；再往后到 window-hours 之前算有风险",
    en:
      "how long after the person's last message WeChat surely delivers; from there to window-hours it may not",
  },
  keptForAnswer: {
    zh: "一条消息的回复里，给最后的回答留几条",
    en: "of the answers to one message, those kept for the final one",
  },
  keptForHub: {
    zh: "一条消息的回复里，给 hub 自己的话留几条",
    en: "of the answers to one message, those kept for the hub's own words",
  },
  turnQuietMs: {
    zh: "智能体没确认收到消息，又这么久没有新回复，就算一轮结束，等着的内容合在一起发",
    en:
      "an agent that has not acknowledged its message and says nothing for so long has ended its turn; what waits leaves together",
  },
  turnMaxMs: {
    zh: "等一轮结束再发的内容，最多等多久",
    en: "the longest that text waits for the end of a turn",
  },
  burstSends: {
    zh: "一分钟内发了这么多条后被拒，就当作发得太快",
    en: "sends of a minute after which a refusal is taken for one of too many",
  },
  coolDownMs: {
    zh: "微信说发得太多之后，第一次等多久再试；再被拒绝就加倍",
    en:
      "the first wait after WeChat refused a send as one too many; doubled at each further refusal",
  },
  coolDownMaxMs: {
    zh: "这种等待最长多久；怀疑微信吞掉回复时，也是每隔这么久才试一条",
    en: "the longest such wait, and the time between two tries while WeChat seems to hide sends",
  },
  spacingMs: {
    zh: "发给同一个人的两条回复之间至少隔多久（太快会被微信限流；hub 自己的话不等）",
    en:
      "least time between two answers to one person; WeChat throttles faster ones; the hub's own words do not wait",
  },
  suspectStreak: {
    zh: "连续多少条回复微信收下却没给编号，就停止发送并告诉你",
    en:
      "answers in a row that WeChat takes without giving an id, after which sending stops and you are told",
  },
  deferredMs: {
    zh: "暂缓的回复最多保留多久，过后放弃并记为过期",
    en: "how long an answer that cannot leave is kept; then it is given up as expired",
  },
  unknownSends: {
    zh: "不知道是否送达的回复：只显示，或再发一次并标明",
    en: "an answer of which nobody knows whether it arrived: show it, or send it once more, marked",
  },
  answerMs: {
    zh: "智能体的提问没有写明时限时，你接下来的短回答多久以内归它",
    en: "how long your short answer goes to the agent that asked, where it does not say",
  },
  typing: {
    zh: "“正在输入”由谁管：hub 从收到消息一直显示到智能体忙完；client 只在智能体自己要求时显示",
    en:
      "who shows that an agent types: the hub, from the message to the end of the agent's work, or only the client itself",
  },
  awayWords: {
    zh: "消息发给了离线的智能体时，每次离线说一句（占一条回复）",
    en: "one line for each absence when a message went to an agent that is away; it costs a send",
  },
  busyWordsMs: {
    zh: "智能体一直在忙、消息排队多久后说一句；0 表示不说",
    en: "how long a message waits for a busy agent before one line says so; 0: never",
  },
  retentionMs: {
    zh: "已结束的消息保留多久",
    en: "how long messages that have ended are kept",
  },
  databaseBytesMax: {
    zh: "数据库多大时开始从最旧的已结束消息删起",
    en: "size of the database above which the oldest ended messages are removed",
  },
  pluginsDirectory: {
    zh: "你自己的路由插件所在的目录",
    en: "directory of your own routing plugins",
  },
  pluginsOrder: {
    zh: "插件的顺序；没列出的按文件名排在后面",
    en: "order of the plugins; those not named follow by file name",
  },
  pluginsShadow: {
    zh: "试用的插件（id 或文件名）：照常问，只记录，不生效",
    en: "plugins on trial, by id or file name: asked and recorded, not applied",
  },
  safe: {
    zh: "安全启动：不加载你自己的任何插件",
    en: "safe start: load none of your own plugins",
  },
  pluginsDisabled: { zh: "不使用的插件", en: "plugins that are not used" },
  pluginsConfig: {
    zh: "插件各自的配置，以插件 id 为键",
    en: "configuration of the plugins, by plugin id",
  },
  alertChannels: {
    zh: "出事时除微信外怎样告诉你：webhook、bark、serverchan、ntfy、mail，见“提醒”一节",
    en:
      "how you are told when something is wrong, besides WeChat: webhook, bark, serverchan, ntfy, mail; see Alerts",
  },
  alertRepeatMs: {
    zh: "没有恢复时，多久后第一次再提醒；之后每次间隔加倍，最多一天",
    en: "time to the first repeat of an alert; each further one takes twice as long, a day at most",
  },
  alertBacklog: {
    zh: "一个账号有多少条消息没有处理算堆积",
    en: "undecided messages of one account that count as piling up",
  },
  lang: {
    zh: "命令行的语言；不填则按 LANG",
    en: "language of the command line; by LANG when not set",
  },
  chatLang: {
    zh: "hub 在微信里说的语言；不填则与命令行相同，否则中文",
    en:
      "language of the hub's words in WeChat; that of the command line when not set, else Chinese",
  },
  logLevel: { zh: "日志从哪个级别开始写", en: "the least level that is logged" },
  logFormat: { zh: "日志格式", en: "how log lines are written" },
  logContent: {
    zh: "日志里写出消息正文（隐私！仅用于查错）",
    en: "write message texts to the log (private! for finding faults only)",
  },
} as const;
