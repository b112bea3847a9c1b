/** What each command and each of its flags is for. */

/** By the command's words. */
export const COMMAND_SUMMARY = {
  serve: { zh: "运行 hub", en: "run the hub" },
  login: {
    zh: "扫码连接一个微信账号，或重新连接",
    en: "connect a WeChat account by QR code, or connect it again",
  },
  register: {
    zh: "登记一个智能体，得到它的地址和令牌",
    en: "register an agent and get its address and token",
  },
  clients: { zh: "列出智能体", en: "list the agents" },
  clientRename: { zh: "给智能体改名", en: "give an agent another name" },
  clientRotate: {
    zh: "给智能体换一个新令牌；旧的还能用几分钟",
    en: "give an agent a new token; the old one works for some minutes more",
  },
  clientRemove: {
    zh: "删除智能体；等它的消息会留着待处理",
    en: "remove an agent; messages that wait for it are parked",
  },
  clientSet: { zh: "更改智能体的设置", en: "change an agent's settings" },
  clientExport: {
    zh: "写出智能体程序自己的状态文件或环境变量，让它不扫码就接上 hub",
    en: "write the state files or variables of an agent's program, so that it needs no QR code",
  },
  pairOpen: {
    zh: "开放扫码接入几分钟：打开二维码的页面点一下就行",
    en: "let agents in by QR code for some minutes: opening the code's page and one tap is enough",
  },
  pairClose: {
    zh: "关上扫码接入：每个请求都要批准",
    en: "close pairing again: each request wants an approval",
  },
  pairList: { zh: "列出接入请求", en: "list the agents that ask to be let in" },
  pairApprove: {
    zh: "批准一个接入请求；接入码在二维码的链接末尾",
    en: "approve an agent's request; its code ends the QR code's link",
  },
  pairRefuse: { zh: "拒绝一个接入请求", en: "refuse an agent's request" },
  accountsList: { zh: "列出微信账号", en: "list the WeChat accounts" },
  accountsRename: { zh: "给微信账号改名", en: "give a WeChat account another name" },
  accountsRemove: {
    zh: "断开并忘记一个微信账号",
    en: "disconnect and forget a WeChat account",
  },
  accountsDefault: {
    zh: "没有插件决定时，这个账号的消息交给谁",
    en: "who gets this account's messages when no plugin decides",
  },
  adminTokenRotate: {
    zh: "换一个新的管理令牌；旧的立刻失效",
    en: "make a new admin token; the old one is worthless at once",
  },
  pushKeyAdd: {
    zh: "给一个脚本一把密钥，让它用 curl 往微信发通知",
    en: "give a script a key with which it can send notices to WeChat by curl",
  },
  pushKeyList: { zh: "列出能发通知的脚本", en: "list the scripts that can send notices" },
  pushKeyRemove: {
    zh: "收回一个脚本的密钥；它已经交来的通知照样发出",
    en: "take a script's key back; what it gave before still goes out",
  },
  status: { zh: "hub 现在怎么样", en: "how the hub is doing" },
  trace: {
    zh: "一条消息的一生，或最近的消息",
    en: "the life of one message, or the newest messages",
  },
  pluginList: { zh: "列出插件，按询问的顺序", en: "list the plugins in the order they are asked" },
  pluginNew: {
    zh: "写一个新插件：代码、测试和编辑器要的类型",
    en: "write a new plugin: its code, a test, and the types for an editor",
  },
  pluginCheck: {
    zh: "检查一个插件文件：加载、类型、配置、回答是否稳定",
    en: "check a plugin's file: that it loads, its types, its configuration, steady answers",
  },
  pluginTry: {
    zh: "把一句话交给整条链看看去向，什么都不改变",
    en: "show where a text would go through the whole chain, and change nothing",
  },
  pluginTest: {
    zh: "用夹具测试插件：问什么，应该答什么",
    en: "test plugins by their fixtures: what is asked, what should be answered",
  },
  pluginReplay: {
    zh: "把收到过的消息重新决定一遍，看哪些去向会变",
    en: "decide stored messages again and show which would go elsewhere",
  },
  pluginGrant: {
    zh: "看插件要求的权限，并授权",
    en: "show what a plugin asks for, and grant it",
  },
  pluginRollback: {
    zh: "回到插件的上一个版本",
    en: "go back to the version of a plugin before this one",
  },
  pluginPromote: {
    zh: "让旁听的插件开始参与决定",
    en: "let a shadowed plugin decide from now on",
  },
  pluginReset: {
    zh: "再问一个因出错太多而停下的插件",
    en: "ask a plugin again that was stopped for its faults",
  },
  pluginVerdicts: {
    zh: "一个插件最近各种回答各多少次；对 keywords 就是每条规则",
    en: "how often a plugin gave which answer lately; for keywords, each rule",
  },
  pluginLogs: { zh: "插件写了什么", en: "what a plugin wrote" },
  alertList: {
    zh: "列出提醒渠道，和现在出了什么事",
    en: "list the alert channels, and what is wrong now",
  },
  alertTest: {
    zh: "向一个或所有提醒渠道发一条测试",
    en: "send a test over one alert channel, or all",
  },
  health: {
    zh: "hub 能不能工作：能则退出码为 0，不能为 1",
    en: "whether the hub can do its job: exit code 0 if so, 1 if not",
  },
  simulate: {
    zh: "只运行模拟的微信",
    en: "run the simulated WeChat alone",
  },
  demo: {
    zh: "模拟的微信、hub、两个智能体，和一个显示每条消息一生的网页",
    en: "a simulated WeChat, the hub, two agents and a page that shows each message's life",
  },
} as const;

/** By the flag's name. */
export const FLAG_HELP = {
  help: { zh: "显示帮助", en: "show help" },
  version: { zh: "显示版本", en: "show the version" },
  json: { zh: "用 JSON 输出，供程序读取", en: "print JSON, for programs" },
  config: {
    zh: "配置文件（JSONC）；不填则是数据目录里的 ilink-hub.jsonc，如果有的话",
    en:
      "configuration file (JSONC); ilink-hub.jsonc in the data directory, if there is one, when not given",
  },
  hubUrl: {
    zh: "别处的 hub 的地址；不填则是使用这个数据目录的 hub",
    en: "address of a hub elsewhere; the one of this data directory when not given",
  },
  name: { zh: "名字，1 到 64 个字符", en: "its name, 1 to 64 characters" },
  label: { zh: "给人看的说明", en: "a text for people" },
  batch: {
    zh: "一次最多领取几条消息，1 到 50",
    en: "messages in one answer at most, 1 to 50",
  },
  acknowledgeBy: {
    zh: "怎样算收到：交回游标，或再来领取",
    en: "what counts as received: presenting the cursor, or polling again",
  },
  onUnanswered: {
    zh: "收到而没有回复就重启时：只显示，或再交给它",
    en: "what it received and had not answered when it restarted: show it, or hand it out again",
  },
  dialect: {
    zh: "它说哪种方言；ilink 之外的两种只给照别的说明写成的程序用",
    en: "what it speaks; the two beside ilink are for programs written from something else",
  },
  extensions: {
    zh: "消息里附上 hub 自己的字段 ilink_hub_ext；多数程序不需要",
    en: "add the hub's own fields (ilink_hub_ext) to messages; most programs need none",
  },
  markdown: {
    zh: "Markdown 改写成微信里好读的文字，还是原样发出",
    en: "rewrite Markdown as text that reads well in WeChat, or send it as it came",
  },
  overflow: {
    zh: "回复太长、剩下的次数不够时：其余等对方再写，还是作为一个文件发出",
    en: "of an answer too long for the sends that are left: the rest waits, or goes as one file",
  },
  progress: {
    zh: "工具开始、结束的通知：不发、显示“正在输入”、并成一行、逐条发出",
    en: "notices of tools at work: drop, show as typing, merge into a line, or send each",
  },
  exportFor: { zh: "哪个程序", en: "which program" },
  exportDir: {
    zh: "程序放状态的文件夹；不填则是它自己的默认位置",
    en: "folder of the program's state; its own default when not given",
  },
  dryRun: { zh: "只显示，不写也不换令牌", en: "only show; write nothing, mint no token" },
  exportToken: {
    zh: "用这个已有的令牌；不填则换一个新的，旧的还能用几分钟",
    en: "use this token it has; a new one when not given, the old one works for some minutes more",
  },
  exportAccount: {
    zh: "只给这个微信账号的主人用；不填则是所有账号的主人",
    en: "for the owner of this WeChat account alone; for the owners of all when not given",
  },
  exportPeople: {
    zh: "可以给它写消息的人的微信编号，第一个是主人；不填则由账号和 allow-senders 得出",
    en:
      "WeChat ids of who may write to it, the owner first; from the accounts and allow-senders when not given",
  },
  last: { zh: "最近几条，1 到 500", en: "how many of the newest, 1 to 500" },
  lastVerdicts: {
    zh: "看最近几条消息，1 到 2000，默认 1000",
    en: "how many of the newest messages to look at, 1 to 2000; 1000 unless given",
  },
  retry: {
    zh: "让这条待处理的消息重新决定一次",
    en: "decide this parked message again",
  },
  fixture: {
    zh: "打印这条消息的测试夹具，隐去谁写的",
    en: "print a fixture of this message for plugin test, without who wrote it",
  },
  fixtureOf: {
    zh: "取哪个插件的回答；不填则是第一个被问的你的插件",
    en: "whose answer it holds; the first of your plugins that was asked when not given",
  },
  template: {
    zh:
      "从哪个例子写起：command、keyword、affinity、schedule、llm、pool、vision、language、ab、label、questions、redact、tables；不填则是 command",
    en:
      "the example to begin with: command, keyword, affinity, schedule, llm, pool, vision, language, ab, label, questions, redact, tables; command when not given",
  },
  as: {
    zh: "谁写的：它的 key 或别名；不填则是账号的主人",
    en: "who writes: a person's key or alias; the account's owner when not given",
  },
  state: {
    zh: "JSON 文件，代替当时的绑定和插件的记忆",
    en: "JSON file that stands in for the binding and the plugins' memories",
  },
  candidate: {
    zh: "hub 所在机器上的一个插件文件，代替同 id 的插件，或加入其中",
    en: "a plugin's file on the hub's machine that stands in for the one of its id, or joins them",
  },
  since: { zh: "从多久以前起；不填则是 24h", en: "from how long ago; 24h when not given" },
  limit: {
    zh: "最多几条，1 到 10000；不填则是 1000",
    en: "how many at most, 1 to 10000; 1000 when not given",
  },
  minutes: { zh: "几分钟，1 到 1440；不填则是 10", en: "minutes, 1 to 1440; 10 when not given" },
  pairName: {
    zh: "它叫什么；不填则由 hub 起名",
    en: "what it is called; the hub chooses when not given",
  },
  yes: { zh: "不再询问", en: "do not ask" },
  follow: { zh: "接着看，直到按 Ctrl-C", en: "go on until Ctrl-C" },
  port: { zh: "监听的端口；0 表示任意", en: "port to listen on; 0 takes any" },
  hubPort: { zh: "hub 的端口；0 表示任意", en: "port of the hub; 0 takes any" },
  pagePort: { zh: "网页的端口；0 表示任意", en: "port of the page; 0 takes any" },
  botToken: {
    zh: "一个可以直接使用的 bot token",
    en: "a bot token that works without a login",
  },
  controlPort: {
    zh: "控制接口的端口；0 表示任意",
    en: "port of the control API; 0 takes any",
  },
  simulatorSettings: {
    zh: "模拟的微信怎么表现，见 docs/SIMULATOR.md",
    en: "how the simulated WeChat behaves, see docs/SIMULATOR.md",
  },
  simulatorBurst: {
    zh:
      "发得多快会被限流：second（1 秒第 3 条）、minute（60 秒超过 10 条）、five_minutes（5 分钟超过 6 条）",
    en:
      "how fast is throttled: second (the third within 1 s), minute (over 10 in 60 s), five_minutes (over 6 in 5 min)",
  },
  noOpen: { zh: "不打开浏览器", en: "do not open a browser" },
} as const;

/** The parts of a help page. */
export const HELP = {
  tagline: {
    zh: "ilink-hub {version}：一个微信，许多智能体。",
    en: "ilink-hub {version}: one WeChat, many AI agents.",
  },
  usage: { zh: "用法", en: "Usage" },
  commands: { zh: "命令", en: "Commands" },
  options: { zh: "选项", en: "Options" },
  examples: { zh: "例子", en: "Examples" },
  more: {
    zh: "ilink-hub help 命令：它的选项和例子。任何选项也可以写在环境变量或配置文件里。",
    en:
      "ilink-hub help COMMAND: its options and examples. Options can stand in the environment or a file, too.",
  },
  on: { zh: "开", en: "on" },
  byDefault: { zh: "默认 {value}", en: "default {value}" },
  env: { zh: "环境变量 {name}", en: "env {name}" },
} as const;
