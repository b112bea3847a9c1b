/**
 * `login`: a QR login, watched. It is held by the hub that runs, else by this process on the data directory; either way
 * nothing is stored before WeChat has confirmed it, and then in one step.
 */
import { HubError } from "../core/error.ts";
import { hasLoginEnded, type LoginView } from "../core/login.ts";
import { sleep } from "../lib/clock.ts";
import { isObject } from "../lib/json.ts";
import { LOGIN } from "../text/serve.ts";
import { say } from "../text/say.ts";
import { createDigitsAsker } from "./ask_digits.ts";
import { type Call, OK } from "./command.ts";
import { createLoginTeller } from "./login_words.ts";
import { type AdminApi, withHub } from "./reach.ts";
import { nextStopSignal } from "./signals.ts";

const LOOK_AGAIN_MS = 500;

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  call.terminal.note(LOGIN.before[call.lang]);
  let isInterrupted = false;
  const interrupted = nextStopSignal().then(() => void (isInterrupted = true));
  return await withHub(call, async (api) => {
    const started = await api.ask("POST", "/hub/login");
    const isOurs = isObject(started) && started["isNew"] === true;
    const end = await follow(call, api, {
      first: started as unknown as LoginView,
      isOver: () => isInterrupted,
      interrupted,
    });
    if (end === "interrupted" && isOurs) await api.ask("DELETE", "/hub/login");
    return conclude(call, api, end);
  }, { mayCreate: true });
}

async function follow(
  call: Call,
  api: AdminApi,
  watch: {
    readonly first: LoginView;
    readonly isOver: () => boolean;
    readonly interrupted: Promise<void>;
  },
): Promise<LoginView | "interrupted"> {
  const teller = createLoginTeller(call.terminal, call.lang);
  const digits = createDigitsAsker({
    ...call,
    give: async (digits) => void await api.ask("POST", "/hub/login/code", { digits }),
  });
  let said = "";
  for (let view = watch.first;;) {
    const text = JSON.stringify(view);
    if (text !== said) {
      said = text;
      await teller.tell(view);
      if (call.isJson) call.terminal.print(text);
      digits.look(view);
    }
    if (hasLoginEnded(view)) return view;
    await Promise.race([sleep(call.clock, LOOK_AGAIN_MS), watch.interrupted]);
    if (watch.isOver()) return "interrupted";
    const next = await api.ask("GET", "/hub/login");
    if (isObject(next)) view = next as unknown as LoginView;
  }
}

function conclude(call: Call, api: AdminApi, end: LoginView | "interrupted"): number {
  const { lang, terminal } = call;
  if (end === "interrupted" || end.step === "cancelled") {
    throw new HubError("LOGIN_FAILED", say(lang, LOGIN.cancelled));
  }
  if (end.step === "failed") {
    throw new HubError("LOGIN_FAILED", say(lang, LOGIN.failed, { reason: end.reason }), {
      hint: "Run ilink-hub login again",
    });
  }
  if (end.account !== null) terminal.note(say(lang, LOGIN.done, { account: end.account }));
  if (!api.isRunning) terminal.note(LOGIN.serveNext[lang]);
  return OK;
}
