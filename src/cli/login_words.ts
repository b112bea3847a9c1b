/** A login as a person follows it: each code drawn once, each change said once. */
import type { LoginView } from "../core/login.ts";
import { LOGIN, LOGIN_STEP } from "../text/serve.ts";
import { type Lang, say } from "../text/say.ts";
import { drawQr } from "./qr.ts";
import type { Terminal } from "./terminal.ts";

export interface LoginTeller {
  /** Says what is new in this view; resolves when it stands there. Views are told in the order they are given. */
  tell(view: LoginView): Promise<void>;
}

export function createLoginTeller(terminal: Terminal, lang: Lang): LoginTeller {
  let drawnCode = "";
  let saidStep = "";
  let queue = Promise.resolve();

  async function write(view: LoginView): Promise<void> {
    const step = `${view.id} ${view.step} ${view.qr?.number ?? 0}`;
    if (step !== saidStep) {
      saidStep = step;
      const words = LOGIN_STEP[view.step];
      if (words !== undefined) terminal.note(words[lang]);
    }
    if (view.qr === null || view.step !== "waiting" || view.qr.content === drawnCode) return;
    drawnCode = view.qr.content;
    terminal.note(say(lang, LOGIN.code, { number: view.qr.number }));
    const lines = await drawQr(view.qr.content, { inColour: terminal.isInteractive });
    for (const line of lines) terminal.note(line);
    terminal.note(say(lang, LOGIN.link, { link: view.qr.content }));
  }

  return {
    tell(view) {
      queue = queue.then(() => write(view));
      return queue;
    },
  };
}
