/** Asks for the digits that the phone shows, one question at a time, beside whatever shows the login. */
import type { LoginView } from "../core/login.ts";
import { LOGIN } from "../text/serve.ts";
import type { Lang } from "../text/say.ts";
import type { Terminal } from "./terminal.ts";

export interface DigitsAsker {
  /** Asks when this view wants digits and no question is open. */
  look(view: LoginView): void;
}

/** `give` passes the digits on; where nobody can type, it is said how digits can be given. */
export function createDigitsAsker(options: {
  readonly terminal: Terminal;
  readonly lang: Lang;
  readonly give: (digits: string) => Promise<void>;
}): DigitsAsker {
  const { terminal, lang, give } = options;
  let isAsking = false;

  async function ask(): Promise<void> {
    for (;;) {
      terminal.note(LOGIN.askDigits[lang]);
      const line = (await terminal.readLine())?.trim();
      if (line === undefined) return terminal.note(LOGIN.cannotAsk[lang]);
      if (/^\d{1,12}$/.test(line)) return await give(line);
      terminal.note(LOGIN.notDigits[lang]);
    }
  }

  return {
    look({ step }) {
      if (isAsking || (step !== "code_wanted" && step !== "code_wrong")) return;
      isAsking = true;
      // A hub that cannot be reached any more is noticed by whoever watches the login.
      void ask().catch(() => {}).finally(() => isAsking = false);
    },
  };
}
