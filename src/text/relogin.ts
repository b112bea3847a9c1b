/** The words of the page at which a lost login is made good. Both languages are shown. */

export const RELOGIN = {
  title: { zh: "重新连接微信账号 {name}", en: "Connect WeChat account {name} again" },
  scan: {
    zh: "用这个微信扫描二维码，或长按它识别。二维码约两分钟换一个，这一页会自己更新。",
    en:
      "Scan the code with that WeChat, or press it long. A fresh code comes about every two minutes; this page follows.",
  },
  openHere: { zh: "在这部手机的微信里打开", en: "Open in WeChat on this phone" },
  warning: {
    zh: "扫码后，这个微信在别处绑定的程序会断开。",
    en: "Scanning disconnects whatever other program this WeChat is bound to.",
  },
  starting: { zh: "正在向微信要二维码……", en: "Asking WeChat for a code ..." },
  scanned: { zh: "已扫码，请在手机上确认。", en: "Scanned. Confirm it on the phone." },
  digits: { zh: "请输入手机上显示的数字：", en: "Type the digits that the phone shows:" },
  wrongDigits: { zh: "数字不对，请再试。", en: "Those were not the digits. Once more:" },
  send: { zh: "确定", en: "Send" },
  checking: { zh: "正在核对……", en: "Checking ..." },
  done: {
    zh: "已连接。留着的回复正在发出，可以关掉这一页。",
    en: "Connected. The answers that were kept go out; this page can be closed.",
  },
  ended: {
    zh: "这个链接过了一小时，已经失效。",
    en: "This link is older than an hour and has ended.",
  },
  again: { zh: "发一个新链接给我", en: "Send me a new link" },
  told: {
    zh: "新链接已发到提醒渠道。",
    en: "A new link was sent over the alert channels.",
  },
  tooSoon: {
    zh: "刚刚已经发过，请过几分钟再试。",
    en: "One was sent a moment ago; try again in some minutes.",
  },
  unknown: {
    zh: "这个链接不对，或这个账号已经不在。",
    en: "This link is not one of ours, or its account is gone.",
  },
} as const;
