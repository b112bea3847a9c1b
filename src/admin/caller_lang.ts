/** What a caller reads. */
import type { Context } from "@hono/hono";
import type { Lang } from "../text/say.ts";

/** The first of the caller's languages that we speak, `otherwise` where it names none. */
export function callerLang(c: Context, otherwise: Lang): Lang {
  const [_, lang] = /(?:^|,)\s*(zh|en)\b/i.exec(c.req.header("accept-language") ?? "") ?? [];
  if (lang === undefined) return otherwise;
  return lang.toLowerCase() === "en" ? "en" : "zh";
}
