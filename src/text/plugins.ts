/** The words of the commands about plugins. */
import type { PluginView } from "../core/plugin_desk.ts";
import type { Sentence } from "./say.ts";

export const PLUGIN = {
  none: {
    zh: "没有插件。ilink-hub plugin new 名字 写一个。",
    en: "There are no plugins. ilink-hub plugin new NAME writes one.",
  },
  calls: { zh: "问过 {count} 次", en: "asked {count} times" },
  faults: { zh: "出错 {count} 次", en: "{count} faults" },
  notGranted: {
    zh: "要求 {words}，未授权（ilink-hub plugin grant {id}）",
    en: "asks for {words}, not granted (ilink-hub plugin grant {id})",
  },

  // ── grant
  permissions: {
    zh: "{id} {version}（{file}）的权限：",
    en: "Permissions of {id} {version} ({file}):",
  },
  net: { zh: "连接 {word}", en: "connect to {word}" },
  read: { zh: "读取 {word}", en: "read {word}" },
  asksNothing: { zh: "{id} 没有要求任何权限。", en: "{id} asks for nothing." },
  grantedAlready: { zh: "{id} 要求的都已授权。", en: "{id} has all that it asks for." },
  askGrant: { zh: "授权？[y/N]", en: "Grant this? [y/N]" },
  cannotAsk: {
    zh: "这里不能回答：看过上面的权限后，加上 --yes 再运行一次。",
    en: "Nobody can answer here: run it again with --yes once you have read the above.",
  },
  granted: {
    zh: "已授权 {id} 的这个版本；文件改变后要再授权。",
    en: "This version of {id} may do this now; when its file changes it has to be granted again.",
  },
  notGrantedNow: { zh: "没有授权。", en: "Nothing was granted." },

  // ── rollback, promote, reset
  rolledBack: {
    zh: "{id} 回到了版本 {version}；再保存一次文件就用新的。",
    en: "{id} is back at version {version}; saving its file again takes the new one.",
  },
  promoted: {
    zh: "{id} 从现在起参与决定。要在重启后也这样，把它从设置 plugins.shadow 里去掉。",
    en:
      "{id} decides from now on. Take it out of the setting plugins.shadow to keep it so after a restart.",
  },
  reset: { zh: "会再问 {id}。", en: "{id} is asked again." },
  stateNow: { zh: "{id}：{state}", en: "{id}: {state}" },

  // ── verdicts
  counted: {
    zh: "{id} 对最近 {messages} 条消息（{time} 起）的回答：",
    en: "What {id} answered about the newest {messages} messages (since {time}):",
  },
  newestOf: { zh: "最近一条 {newest}", en: "newest {newest}" },

  // ── logs
  noLines: { zh: "{id} 没有写过什么。", en: "{id} has written nothing." },
  followNeedsHub: {
    zh: "没有 hub 在运行，没有什么可跟的",
    en: "Cannot follow: no hub is running, so no plugin writes",
  },

  // ── new
  madeFile: { zh: "写了 {path}", en: "wrote {path}" },
  next: {
    zh: "接下来：编辑 {path}，用 ilink-hub plugin test {folder} 试，hub 保存后立刻使用它。",
    en:
      "Next: edit {path}, try it with ilink-hub plugin test {folder}; the hub takes it as soon as it is saved.",
  },
  replacesShipped: {
    zh: "注意：{id} 是自带插件的名字，你的会取代它。",
    en: "Mind: {id} is the id of a shipped plugin, yours takes its place.",
  },
  nameWanted: {
    zh: "插件不能叫 “{name}”：要 1 到 40 个小写字母、数字和连字符，不能是 hub",
    en:
      'Cannot call a plugin "{name}": want 1 to 40 lower-case letters, digits and hyphens, not hub',
  },
  exists: { zh: "不会覆盖 {path}：它已经在了", en: "Cannot write {path}: it is there already" },
  existsHint: {
    zh: "换一个名字，或先把它移走",
    en: "Choose another name, or move it away first",
  },

  // ── check
  loads: {
    zh: "{id} {version}，钩子 {hooks}，期限 {deadline} 毫秒",
    en: "{id} {version}, hooks {hooks}, deadline {deadline} ms",
  },
  noDeno: {
    zh: "没有检查：这里没有 deno 命令；编辑器或装了 Deno 的机器可以检查",
    en: "not checked: there is no deno command here; an editor or a machine with Deno can",
  },
  typesFit: { zh: "符合契约（deno {version}）", en: "fit the contract (deno {version})" },
  configAccepted: {
    zh: "configure() 接受了 plugins.config.{id}",
    en: "configure() takes plugins.config.{id}",
  },
  configNone: {
    zh: "plugins.config.{id} 没有设置；不设置也可以",
    en: "plugins.config.{id} is not set, and need not be",
  },
  permissionsAsked: {
    zh: "要求 {words}；检查时没有授权",
    en: "asks for {words}; not granted in this check",
  },
  sameTwice: {
    zh: "{count} 条消息各问两次，回答相同，最慢 {ms} 毫秒",
    en: "{count} messages were asked about twice and answered alike, the slowest in {ms} ms",
  },
  differs: {
    zh: "“{text}” 问两次回答不同：{first}，然后 {second}",
    en: '"{text}" was answered in two ways: {first}, then {second}',
  },
  faulted: { zh: "“{text}”：{fault}：{detail}", en: '"{text}": {fault}: {detail}' },
  andMore: { zh: "还有 {count} 条同样", en: "and {count} more like it" },

  // ── test
  noFixtures: {
    zh: "{path} 里没有 *.fixture.json",
    en: "Cannot find a *.fixture.json in {path}",
  },
  noFixturesHint: {
    zh: "ilink-hub plugin new 会写一个；ilink-hub trace 编号 --fixture 从真实消息导出一个",
    en: "ilink-hub plugin new writes one; ilink-hub trace ID --fixture makes one of a real message",
  },
  expected: { zh: "要的是 {value}", en: "expected {value}" },
  got: { zh: "得到的 {value}", en: "got      {value}" },
  remembers: { zh: "记住的", en: "memory" },
  noSuchClient: {
    zh: "夹具的 state.clients 里没有 {name}；hub 会把这算作出错",
    en: "there is no client {name} in the fixture's state.clients: the hub makes this a fault",
  },
  totals: { zh: "通过 {passed}，失败 {failed}", en: "{passed} passed, {failed} failed" },
  fixtureValue: {
    zh: "读不懂 {path} 的 {place}：要的是 {wanted}",
    en: "Cannot read {place} in {path}: want {wanted}",
  },
  fixtureMember: {
    zh: "{path} 的 {place} 里没有 “{member}” 这一项",
    en: 'Cannot read {place} in {path}: there is no member "{member}"',
  },
  fixtureForm: {
    zh: "docs/PLUGINS.zh-CN.md 的“测试”一节写了夹具的格式",
    en: "The form of a fixture stands in docs/PLUGINS.md, Testing",
  },
  fixtureOpen: { zh: "打不开 {path}：{text}", en: "Cannot open {path}: {text}" },

  // ── trace --fixture
  fixtureNote: {
    zh: "名字、号码、邮箱和链接的参数已经隐去，消息的字句还在：给别人之前先看一遍。",
    en:
      "Names, numbers, addresses and the tails of links are hidden; the words of the message are not: read it before you give it away.",
  },
  notDecided: {
    zh: "消息 {id} 还没有被插件决定过，没有什么可导出",
    en: "Cannot make a fixture of message {id}: no plugin was asked about it",
  },
  notAsked: {
    zh: "消息 {id} 没有问过 {plugin}；问过的是 {asked}",
    en: "Cannot make a fixture of message {id}: {plugin} was not asked, but {asked} were",
  },
  fixtureCase: { zh: "消息 {id}", en: "message {id}" },

  // ── try, replay
  stateUnreadable: { zh: "读不懂 {path}：{text}", en: "Cannot read {path}: {text}" },
  replayed: {
    zh: "重新决定了 {messages} 条消息：{changed} 条去向改变，{faults} 条出错。什么都没有真的发出。",
    en:
      "{messages} messages decided again: {changed} go elsewhere, {faults} with faults. Nothing was sent.",
  },
  changed: { zh: "去向改变的", en: "Going elsewhere" },
  slowest: { zh: "最慢的", en: "Slowest" },
  faultMark: { zh: "出错", en: "fault" },
} as const;

export const PLUGIN_STATE: Readonly<Record<PluginView["state"], Sentence>> = {
  running: { zh: "运行中", en: "running" },
  shadow: { zh: "旁听", en: "shadow" },
  disabled: { zh: "已停用", en: "disabled" },
  tripped: { zh: "出错太多，已停", en: "tripped" },
  refused: { zh: "不能用", en: "refused" },
};

/** How a line of `plugin check` and `plugin test` begins. */
export const CHECKED = {
  ok: { zh: "通过", en: "ok" },
  failed: { zh: "失败", en: "FAIL" },
  note: { zh: "说明", en: "note" },
} as const;

/** What `plugin check` looks at. */
export const CHECK_PART = {
  load: { zh: "加载", en: "load" },
  types: { zh: "类型", en: "types" },
  configuration: { zh: "配置", en: "configuration" },
  permissions: { zh: "权限", en: "permissions" },
  answers: { zh: "回答", en: "answers" },
  determinism: { zh: "确定性", en: "determinism" },
} as const;
