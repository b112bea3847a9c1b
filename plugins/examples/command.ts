/** A command of its own: `/time` is answered by the hub itself, no agent sees it. */
import type { Plugin } from "ilink-hub/plugin";

const NAMES = ["/time", "/时间"];
const TIME_ZONE = "Asia/Shanghai";

const plugin: Plugin = {
  manifest: { id: "command", api: 1, version: "1.0.0" },
  route(message, { nowMs, lang }) {
    if (!NAMES.includes(message.text.trim().toLowerCase())) return { kind: "pass" };
    // The context's time, not the machine's: a replay of yesterday's message answers as it did yesterday.
    const time = new Intl.DateTimeFormat("zh", { timeZone: TIME_ZONE, timeStyle: "short" })
      .format(nowMs);
    const text = { zh: `现在 ${time}`, en: `It is ${time}` }[lang];
    return { kind: "reply", text, reason: "asked for the time" };
  },
};
export default plugin;
