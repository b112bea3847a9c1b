/** What `serve` and `login` say while they run. */
import type { LoginStep } from "../core/login.ts";
import type { Sentence } from "./say.ts";

export const SERVE = {
  ready: {
    zh:
      "ilink-hub {version} 已就绪：{url}，数据目录 {data}，微信账号 {accounts} 个，智能体 {clients} 个",
    en:
      "ilink-hub {version} is ready: {url}, data in {data}, accounts: {accounts}, agents: {clients}",
  },
  newAdminToken: {
    zh: "新的管理令牌，只显示这一次（保存在 {path}）：{token}",
    en: "New admin token, shown this once (kept in {path}): {token}",
  },
  noAccount: {
    zh: "还没有连接微信。用手机微信扫描下面的二维码，或之后运行 ilink-hub login。",
    en:
      "No WeChat account is connected. Scan the code below with WeChat, or run ilink-hub login later.",
  },
  everyone: {
    zh: "警告：--token 给出的账号不知道主人是谁，所以任何能给它发消息的人都可以使用。",
    en:
      "Warning: nobody knows who owns the account of --token, so everyone who can write to it may use it.",
  },
  openAddress: {
    zh:
      "注意：hub 在 {address} 监听，别的机器可以连上；没有加密，请放在可信的网络或 TLS 代理之后。",
    en:
      "Note: the hub listens on {address}, other machines can reach it, unencrypted: keep it in a network you trust or behind a TLS proxy.",
  },
  logContent: {
    zh: "警告：--log-content 会把消息正文写进日志。",
    en: "Warning: --log-content writes message texts to the log.",
  },
  safe: {
    zh: "安全启动：没有加载你自己的插件；必须经过其中某个插件的消息会先留着。",
    en:
      "Safe start: none of your own plugins is loaded; messages that must not go past one of them are kept.",
  },
  pluginRuns: {
    zh: "插件 {id}（{file}）的新版本已生效。",
    en: "Plugin {id} ({file}): the new version runs.",
  },
  pluginRefused: {
    zh: "插件 {file} 的新版本没有生效：{text}",
    en: "Plugin {file}: the new version was refused. {text}",
  },
  pluginTripped: {
    zh: "插件 {id}（{file}）已停用：{text}",
    en: "Plugin {id} ({file}) was switched off. {text}",
  },
  pluginGone: {
    zh: "插件 {id} 的文件 {file} 不见了。",
    en: "Plugin {id}: its file {file} is gone.",
  },
  stopping: {
    zh: "正在停止：等当前的领取和发送结束。再按一次立即退出。",
    en: "Stopping: what is being read and sent is finished first. Once more ends it at once.",
  },
  stopped: { zh: "已停止。", en: "Stopped." },
  accountActive: {
    zh: "微信账号 {name} 已连接。",
    en: "WeChat account {name} is connected.",
  },
  accountLoggedOut: {
    zh: "微信账号 {name} 已断开：在别处扫码了，或会话过期。扫下面的二维码重新连接。",
    en:
      "WeChat account {name} was disconnected: scanned elsewhere, or expired. Scan the code below to connect it again.",
  },
} as const;

export const LOGIN = {
  before: {
    zh: "注意：扫码后，这个微信原来绑定的程序（OpenClaw、别的 hub 等）会立刻断开。",
    en:
      "Mind: scanning disconnects whatever program this WeChat was bound to before (OpenClaw, another hub).",
  },
  code: {
    zh: "第 {number} 个二维码，约两分钟内有效。用手机微信扫描：",
    en: "Code {number}, good for about two minutes. Scan it with WeChat:",
  },
  link: { zh: "或在手机上打开：{link}", en: "or open on the phone: {link}" },
  askDigits: {
    zh: "请输入手机上显示的数字：",
    en: "Type the digits that the phone shows:",
  },
  cannotAsk: {
    zh: "手机上显示了数字，但这里不能输入：请在终端里运行 ilink-hub login。",
    en: "The phone shows digits, and nothing can be typed here: run ilink-hub login in a terminal.",
  },
  notDigits: { zh: "要的是 1 到 12 个数字。", en: "Want 1 to 12 digits." },
  done: {
    zh: "已连接微信账号 {account}。",
    en: "WeChat account {account} is connected.",
  },
  serveNext: {
    zh: "现在运行 ilink-hub serve。",
    en: "Now run ilink-hub serve.",
  },
  failed: { zh: "登录没有成功：{reason}", en: "Cannot log in: {reason}" },
  cancelled: {
    zh: "登录已取消，什么都没有改变",
    en: "Cannot log in: cancelled, nothing was changed",
  },
} as const;

/** What each step of a login means; those that are said in another way have no words here. */
export const LOGIN_STEP: Readonly<Partial<Record<LoginStep, Sentence>>> = {
  starting: { zh: "正在向微信要二维码……", en: "Asking WeChat for a code ..." },
  scanned: { zh: "已扫码，请在手机上确认。", en: "Scanned. Confirm it on the phone." },
  code_wrong: { zh: "数字不对。", en: "Those were not the digits." },
  code_blocked: {
    zh: "数字错了太多次，微信拒绝了这个二维码；马上换一个。",
    en: "Too many wrong digits, WeChat refuses this code; a fresh one follows.",
  },
  redirected: {
    zh: "微信让我们去另一台服务器继续，请稍等。",
    en: "WeChat sends us to another of its servers; this goes on by itself.",
  },
  expired: {
    zh: "二维码过期了；马上换一个。",
    en: "The code expired; a fresh one follows.",
  },
  unreached: {
    zh: "连不上微信，稍后再试。",
    en: "WeChat cannot be reached; trying again.",
  },
  already_bound: {
    zh: "这个微信已经连接在这个 hub 上，什么都不用做。",
    en: "This WeChat is connected to this hub already; there is nothing to do.",
  },
};
