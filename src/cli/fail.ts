/** How a failure is told to a person or a program, and which exit code it has. */
import type { SettingProblem } from "../config/read.ts";
import { HubError, type HubErrorCode } from "../core/error.ts";
import { errorText } from "../lib/log.ts";
import { ERROR_HINT, ERROR_TITLE, WRONG } from "../text/errors.ts";
import { type Lang, say } from "../text/say.ts";
import { FAILED, WRONG_USAGE } from "./command.ts";
import type { Terminal } from "./terminal.ts";

const WRONG_INPUT: readonly HubErrorCode[] = [
  "USAGE",
  "CONFIG_INVALID",
  "DATABASE_SCHEME",
  "CLIENT_NAME_INVALID",
];

/** Prints the failure to standard error and gives the exit code. */
export function tell(
  terminal: Terminal,
  error: unknown,
  options: { readonly lang: Lang; readonly isJson: boolean },
): number {
  if (!(error instanceof HubError)) {
    // A fault of the program: where it happened helps whoever mends it.
    terminal.note(say(options.lang, WRONG.unexpected, { text: errorText(error) }));
    if (error instanceof Error && error.stack !== undefined) terminal.note(error.stack);
    return FAILED;
  }
  const { code, message, hint } = error;
  if (options.isJson) terminal.note(JSON.stringify({ error: { code, message, hint } }));
  else for (const line of errorLines(error, options.lang)) terminal.note(line);
  return WRONG_INPUT.includes(code) ? WRONG_USAGE : FAILED;
}

/** What is wrong, then what to do. Stations fail in English: Chinese readers get the code's meaning before it. */
function errorLines({ code, message, hint }: HubError, lang: Lang): string[] {
  if (lang === "en") return [`error: ${message}`, ...(hint === null ? [] : [`  ${hint}`])];
  const isChinese = /\p{Script=Han}/u.test(message);
  const what = isChinese ? [`错误：${message}`] : [`错误：${ERROR_TITLE[code].zh}`, `  ${message}`];
  const hintIsChinese = hint !== null && /\p{Script=Han}/u.test(hint);
  return [...what, `  ${hintIsChinese ? hint : ERROR_HINT[code].zh}`];
}

/** Wrong usage; both texts are in the reader's language. */
export function usageError(message: string, hint: string | null): HubError {
  return new HubError("USAGE", message, hint === null ? {} : { hint });
}

/** What is wrong with a setting, in the reader's language. */
export function settingError(problem: SettingProblem, lang: Lang): HubError {
  switch (problem.kind) {
    case "value":
      return new HubError("CONFIG_INVALID", say(lang, WRONG.value, problem));
    case "not_an_object":
      return new HubError("CONFIG_INVALID", say(lang, WRONG.notAnObject, problem));
    case "unknown_key": {
      const message = say(lang, WRONG.unknownKey, problem);
      const hint = didYouMean(problem.nearest, lang);
      return new HubError("CONFIG_INVALID", message, hint === null ? {} : { hint });
    }
  }
}

export function didYouMean(nearest: string | null, lang: Lang): string | null {
  return nearest === null ? null : say(lang, WRONG.didYouMean, { nearest });
}
