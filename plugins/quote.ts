/** Who quotes an answer and writes goes on with the agent that wrote it. Without configuration. */
import type { Plugin } from "ilink-hub/plugin";

/** How the author was found, by the hub's word for it. */
const MATCHES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  id: { zh: "编号", en: "id" },
  time: { zh: "时间", en: "time" },
  text: { zh: "文字", en: "text" },
};

const quote: Plugin = {
  manifest: { id: "quote", api: 1, version: "1.0.0" },
  route({ quote }, { lang }) {
    if (quote === null) return { kind: "pass" };
    if (quote.client === null) {
      const reason = {
        zh: "引用的不是智能体的回答",
        en: "the quote is no known answer of an agent",
      };
      return { kind: "pass", reason: reason[lang] };
    }
    const match = MATCHES[quote.match]?.[lang] ?? quote.match;
    const reason = {
      zh: `引用了 ${quote.client} 的回答（按${match}认出）`,
      en: `quotes an answer of ${quote.client} (known by its ${match})`,
    };
    return { kind: "route", to: [quote.client], reason: reason[lang] };
  },
};

export default quote;
