/** In which language a person is spoken to on the command line. */
import type { Lang } from "../text/say.ts";

/** By the flag, the hub's own variable, or the system's locale; `null` when none says. */
export function detectLanguage(
  args: readonly string[],
  env: (name: string) => string | undefined,
): Lang | null {
  const at = args.indexOf("--lang");
  const flag = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith("--lang="))?.slice(7);
  const locale = env("LC_ALL") || env("LC_MESSAGES") || env("LANG") || "";
  return [flag, env("ILINK_HUB_LANG"), locale].map(languageOf).find((lang) => lang !== null) ??
    null;
}

function languageOf(name: string | undefined): Lang | null {
  const [_, lang] = /^(zh|en)(?:[_.@-]|$)/i.exec(name ?? "") ?? [];
  return lang === undefined ? null : lang.toLowerCase() === "zh" ? "zh" : "en";
}
