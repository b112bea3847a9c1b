import { assertEquals } from "@std/assert";
import quote from "../../../plugins/quote.ts";
import { inboundView, pluginContext } from "../../fake/plugin_views.ts";

function ask(client: string | null, match: string, lang: "zh" | "en") {
  const message = inboundView("go on", { quote: { client, match, text: "earlier" } });
  return quote.route?.(message, pluginContext(null, { lang }));
}

Deno.test("a quoted answer leads back to who wrote it, and the reason tells how it was known", () => {
  assertEquals(ask("claude", "id", "en"), {
    kind: "route",
    to: ["claude"],
    reason: "quotes an answer of claude (known by its id)",
  });
  assertEquals(ask("claude", "time", "zh"), {
    kind: "route",
    to: ["claude"],
    reason: "引用了 claude 的回答（按时间认出）",
  });
});

Deno.test("without a quote, or with one of nobody known, the next plugin is asked", () => {
  assertEquals(quote.route?.(inboundView("hi"), pluginContext(null)), { kind: "pass" });
  assertEquals(ask(null, "", "en"), {
    kind: "pass",
    reason: "the quote is no known answer of an agent",
  });
});
