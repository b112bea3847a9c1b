/** Failures in words: what each code means, and what to do where the failure itself does not say. */
import type { HubErrorCode } from "../core/error.ts";
import type { Sentence } from "./say.ts";

/** Said before the details, which many stations give in English only. */
export const ERROR_TITLE: Readonly<Record<HubErrorCode, Sentence>> = {
  ACCOUNT_UNKNOWN: { zh: "没有这个微信账号", en: "No such account" },
  ADMIN_TOKEN_WRONG: { zh: "管理令牌不对", en: "Wrong admin token" },
  CHANNEL_UNKNOWN: { zh: "没有这个提醒渠道", en: "No such alert channel" },
  CLIENT_NAME_INVALID: { zh: "名字不能这样写", en: "Not a name that can be used" },
  CLIENT_NAME_TAKEN: { zh: "这个名字已经用了", en: "Name is taken" },
  CLIENT_UNKNOWN: { zh: "没有这个智能体", en: "No such agent" },
  CONFIG_INVALID: { zh: "设置不对", en: "Wrong setting" },
  DATA_DIRECTORY_LOCKED: {
    zh: "数据目录正被另一个 hub 使用",
    en: "Data directory is in use by another hub",
  },
  DATA_DIRECTORY_UNUSABLE: { zh: "数据目录不能用", en: "Data directory cannot be used" },
  DATABASE_CORRUPT: { zh: "数据库文件已损坏", en: "Database file is damaged" },
  DATABASE_FOREIGN: {
    zh: "这个文件不是 ilink-hub 的数据库",
    en: "File is not a database of ilink-hub",
  },
  DATABASE_FULL: { zh: "磁盘已满", en: "Disk is full" },
  DATABASE_LOCKED: { zh: "数据库正被另一个程序使用", en: "Database is in use by another program" },
  DATABASE_NEWER: {
    zh: "数据库由更新版本的 ilink-hub 写成",
    en: "Database was written by a newer ilink-hub",
  },
  DATABASE_READ_ONLY: { zh: "数据库不能写入", en: "Database cannot be written" },
  DATABASE_SCHEME: { zh: "不支持这种数据库", en: "Database is not supported" },
  EXPORT_REFUSED: { zh: "没有导出", en: "Nothing was exported" },
  HUB_UNREACHABLE: { zh: "连不上 hub", en: "Hub cannot be reached" },
  KEY_MISSING: { zh: "密钥文件不见了", en: "Key file is missing" },
  KEY_WRONG: { zh: "密钥不对", en: "Wrong key" },
  LOGIN_FAILED: { zh: "登录没有成功", en: "Login failed" },
  MESSAGE_UNKNOWN: { zh: "没有这条消息", en: "No such message" },
  PAIRING_UNKNOWN: { zh: "没有这个接入请求", en: "No such pairing request" },
  PERSON_UNKNOWN: { zh: "没有这个人写过的消息", en: "Nobody of that name has written" },
  PLUGIN_INVALID: { zh: "插件不能用", en: "Plugin cannot be used" },
  PLUGIN_UNKNOWN: { zh: "没有这个插件", en: "No such plugin" },
  PORT_TAKEN: { zh: "端口已被占用", en: "Port is taken" },
  SCRIPT_UNKNOWN: { zh: "没有这个脚本", en: "No such script" },
  USAGE: { zh: "用法不对", en: "Wrong usage" },
};

/** What helps in Chinese, where the failure's own hint is in English. */
export const ERROR_HINT: Readonly<Record<HubErrorCode, Sentence>> = {
  ACCOUNT_UNKNOWN: {
    zh: "用 ilink-hub accounts list 查看有哪些账号",
    en: "ilink-hub accounts list shows the accounts",
  },
  ADMIN_TOKEN_WRONG: {
    zh: "令牌在数据目录的 admin-token 文件里；用 --admin-token 或 ILINK_ADMIN_TOKEN 给出",
    en:
      "It is in the file admin-token of the data directory; give it as --admin-token or ILINK_ADMIN_TOKEN",
  },
  CHANNEL_UNKNOWN: {
    zh: "用 ilink-hub alert list 查看有哪些渠道",
    en: "ilink-hub alert list shows the channels",
  },
  CLIENT_NAME_INVALID: {
    zh: "1 到 64 个字母、汉字、数字、下划线、点或连字符，以字母、汉字或数字开头",
    en: "1 to 64 letters, digits, _ . or -, the first a letter or digit",
  },
  CLIENT_NAME_TAKEN: {
    zh: "换一个名字；ilink-hub clients 和 push-key list 列出已有的",
    en: "Choose another; ilink-hub clients and push-key list show those there are",
  },
  CLIENT_UNKNOWN: {
    zh: "用 ilink-hub clients 查看有哪些智能体",
    en: "ilink-hub clients shows the agents",
  },
  CONFIG_INVALID: {
    zh: "ilink-hub help serve 列出所有设置",
    en: "ilink-hub help serve shows every setting",
  },
  DATA_DIRECTORY_LOCKED: {
    zh: "先停掉它，或用 --data 选另一个目录",
    en: "Stop it first, or choose another directory with --data",
  },
  DATA_DIRECTORY_UNUSABLE: {
    zh: "检查路径和权限，或用 --data 选另一个目录",
    en: "Check path and permissions, or choose another directory with --data",
  },
  DATABASE_CORRUPT: {
    zh: "从备份恢复；把坏文件留着，也许还能取回数据",
    en: "Restore a backup; keep the damaged file, much of it may be recovered",
  },
  DATABASE_FOREIGN: {
    zh: "检查 --data 和 DATABASE_URL；hub 不会动这个文件",
    en: "Check --data and DATABASE_URL; the hub does not touch this file",
  },
  DATABASE_FULL: { zh: "腾出磁盘空间；hub 会自己继续", en: "Make room; the hub goes on by itself" },
  DATABASE_LOCKED: {
    zh: "关掉正在打开这个文件的程序",
    en: "End the program that has the file open",
  },
  DATABASE_NEWER: {
    zh: "安装更新版本的 ilink-hub，或从升级前的副本恢复",
    en: "Install the newer ilink-hub, or go back to the copy made before the upgrade",
  },
  DATABASE_READ_ONLY: {
    zh: "让运行 hub 的用户可以写数据目录",
    en: "Let the user who runs the hub write to the data directory",
  },
  DATABASE_SCHEME: {
    zh: "写成 DATABASE_URL=sqlite:路径，或去掉它",
    en: "Write DATABASE_URL=sqlite:PATH, or leave it out",
  },
  EXPORT_REFUSED: {
    zh: "用运行客户端的那个用户来执行，或用 --dir 指定别的文件夹",
    en: "Run it as the user who runs the client, or name another folder with --dir",
  },
  HUB_UNREACHABLE: {
    zh: "检查 hub 是否在运行、地址是否正确",
    en: "Check that the hub is running and that the address is right",
  },
  KEY_MISSING: {
    zh: "从备份恢复 hub.key，或设置原来的 ILINK_HUB_MASTER_KEY",
    en: "Restore hub.key from a backup, or set the ILINK_HUB_MASTER_KEY that was used",
  },
  KEY_WRONG: {
    zh: "恢复与这份数据一起的 hub.key，或原来的 ILINK_HUB_MASTER_KEY",
    en: "Restore the hub.key that belongs to this data, or the ILINK_HUB_MASTER_KEY that was used",
  },
  LOGIN_FAILED: { zh: "再运行一次 ilink-hub login", en: "Run ilink-hub login again" },
  MESSAGE_UNKNOWN: {
    zh: "ilink-hub trace 列出最近的消息和编号",
    en: "ilink-hub trace shows the newest messages and their ids",
  },
  PAIRING_UNKNOWN: {
    zh: "十分钟内没有批准就作废，用过一次也作废：让程序重新显示二维码",
    en: "One is over after ten minutes or one use: have the program show a new QR code",
  },
  PERSON_UNKNOWN: {
    zh: "让对方先给机器人写一条消息；机器人只能写给写过的人",
    en: "Have the person write to the bot first; it can write only to those who have",
  },
  PLUGIN_INVALID: {
    zh: "ilink-hub status 说明每个插件的问题",
    en: "ilink-hub status says what is wrong with each plugin",
  },
  PLUGIN_UNKNOWN: {
    zh: "ilink-hub plugin list 列出有哪些插件",
    en: "ilink-hub plugin list shows the plugins",
  },
  PORT_TAKEN: {
    zh: "用 --addr（simulate 用 --port）选另一个端口，或停掉占用它的程序",
    en: "Choose another port with --addr (--port of simulate), or stop the program that has it",
  },
  SCRIPT_UNKNOWN: {
    zh: "用 ilink-hub push-key list 查看有哪些脚本",
    en: "ilink-hub push-key list shows the scripts",
  },
  USAGE: { zh: "ilink-hub help 列出所有命令", en: "ilink-hub help shows the commands" },
};

/** What is wrong with the settings and the command line. */
export const WRONG = {
  value: {
    zh: "读不懂 {name}：看到的是 {seen}，要的是 {wanted}",
    en: "Cannot read {name}: saw {seen}, want {wanted}",
  },
  unknownKey: {
    zh: "{path} 里有不认识的设置 “{key}”",
    en: 'Cannot read {path}: there is no setting "{key}"',
  },
  didYouMean: { zh: "是不是 {nearest}？", en: "Did you mean {nearest}?" },
  notAnObject: {
    zh: "读不懂 {path}：要的是一个 JSON 对象",
    en: "Cannot read {path}: want one JSON object",
  },
  broken: {
    zh: "读不懂 {path} 第 {line} 行第 {column} 列：{text}",
    en: "Cannot read {path}, line {line}, column {column}: {text}",
  },
  unreadable: { zh: "打不开配置文件 {path}：{text}", en: "Cannot open {path}: {text}" },
  dataInOwnFile: {
    zh: "{path} 在数据目录里，不能再设置 data",
    en: 'Cannot use "data" in {path}: the file is in the data directory itself',
  },
  unknownCommand: {
    zh: "没有命令 “{word}”",
    en: 'There is no command "{word}"',
  },
  unknownFlag: {
    zh: "{command} 没有选项 {flag}",
    en: "{command} has no option {flag}",
  },
  flagWithoutValue: {
    zh: "{flag} 后面要有一个值：{flag} {placeholder}",
    en: "{flag} wants a value: {flag} {placeholder}",
  },
  flagWithValue: {
    zh: "{flag} 后面不要写值，看到的是 {seen}",
    en: "{flag} wants no value, saw {seen}",
  },
  missingParams: {
    zh: "{command} 还缺参数：看到 {seen} 个，写法是 {usage}",
    en: "{command} wants more: saw {seen} words, the form is {usage}",
  },
  tooManyParams: {
    zh: "{command} 多了参数 “{seen}”，写法是 {usage}",
    en: '{command} has no place for "{seen}", the form is {usage}',
  },
  missingFlag: {
    zh: "{command} 要有 {flag} {placeholder}",
    en: "{command} wants {flag} {placeholder}",
  },
  valueBecause: {
    zh: "读不懂 {name}（看到的是 {seen}）：{problem}",
    en: "Cannot read {name} (saw {seen}): {problem}",
  },
  helpOf: { zh: "ilink-hub help {command} 有说明和例子", en: "See ilink-hub help {command}" },
  unexpected: {
    zh: "hub 出了意外：{text}",
    en: "Something unexpected went wrong: {text}",
  },
} as const;
