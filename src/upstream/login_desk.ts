/** Where logins are held: at most one goes on in a hub, whoever asked for it, and its outcome is stored here. */
import type { Account } from "../core/account.ts";
import type { LoginDesk, LoginStep, LoginView } from "../core/login.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { AccountSteps } from "../store/store.ts";
import { type Lang, say } from "../text/say.ts";
import { LOGIN_FAILED } from "../text/upstream.ts";
import type { UpstreamApi } from "./api.ts";
import { untilCommitted } from "./commit_retry.ts";
import { collectLocalTokens } from "./local_tokens.ts";
import { type LoginEnd, type LoginEvent, runLogin } from "./login.ts";

export interface LoginDeskPorts {
  readonly store: Pick<AccountSteps, "accounts" | "credentials" | "saveLogin">;
  readonly api: Pick<UpstreamApi, "getQrCode" | "getQrStatus">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Of the view's reason. */
  readonly lang: Lang;
  /** Where to log in, no trailing slash. */
  readonly baseUrl: string;
  /** Called whenever the login moves on. */
  readonly onView: (view: LoginView) => void;
  /** Called once the login is stored. */
  readonly onLoggedIn: (account: Account) => void;
  /** The base URL of the host that WeChat redirects to; `https://` and the host when absent. */
  readonly hostUrl?: (host: string) => string;
}

export interface UpstreamLoginDesk extends LoginDesk {
  /** As `start`, for whoever waits: `endless` shows fresh codes until it is cancelled. */
  run(patience: "interactive" | "endless"): Login;
  /** Ends the login that goes on and takes no further one. */
  stop(): Promise<void>;
}

export interface Login {
  /** Whether this call began it. */
  readonly isNew: boolean;
  readonly view: LoginView;
  /** Resolves when it has ended. */
  readonly ended: Promise<LoginView>;
}

interface Current {
  readonly cancelling: AbortController;
  readonly ended: Promise<LoginView>;
}

const NOT_BEGUN: LoginView = { id: 0, step: "starting", qr: null, account: null, reason: "" };

/** Steps at which the code shown last is still the one to look at. */
const KEEPS_CODE: readonly LoginStep[] = ["scanned", "code_wanted", "code_wrong", "redirected"];

export function createLoginDesk(ports: LoginDeskPorts): UpstreamLoginDesk {
  return new Desk(ports);
}

class Desk implements UpstreamLoginDesk {
  readonly #ports: LoginDeskPorts;
  #current: Current | null = null;
  #view: LoginView | null = null;
  #answerCode: ((digits: string | null) => void) | null = null;
  /** WeChat took a dead token for a living one: an endless login asks for its next code without naming any. */
  #hidesTokens = false;
  #isStopped = false;

  constructor(ports: LoginDeskPorts) {
    this.#ports = ports;
  }

  start(): LoginView {
    return this.run("interactive").view;
  }

  view(): LoginView | null {
    return this.#view;
  }

  giveCode(digits: string): "taken" | "not_wanted" {
    const answer = this.#answerCode;
    if (answer === null) return "not_wanted";
    answer(digits);
    return "taken";
  }

  cancel(): void {
    this.#current?.cancelling.abort();
  }

  run(patience: "interactive" | "endless"): Login {
    if (this.#current !== null) {
      return { isNew: false, view: this.#lastView(), ended: this.#current.ended };
    }
    const cancelling = new AbortController();
    if (this.#isStopped) cancelling.abort();
    const { id } = this.#lastView();
    const view = this.#show({ ...NOT_BEGUN, id: id + 1 });
    const ended = this.#logIn(patience, cancelling.signal).finally(() => this.#current = null);
    this.#current = { cancelling, ended };
    return { isNew: true, view, ended };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.cancel();
    await this.#current?.ended;
  }

  async #logIn(patience: "interactive" | "endless", signal: AbortSignal): Promise<LoginView> {
    const { store, baseUrl, log } = this.#ports;
    try {
      const hidesTokens = this.#hidesTokens && patience === "endless";
      const localTokens = hidesTokens ? [] : await collectLocalTokens(store, baseUrl);
      const end = await runLogin({
        ...this.#ports,
        localTokens,
        show: (event) => this.#take(event),
        askVerifyCode: ({ signal }) => this.#askCode(signal),
        signal,
        patience,
      });
      this.#hidesTokens = end.kind === "already_bound";
      return await this.#finish(end, signal);
    } catch (error) {
      const reason = errorText(error);
      log.error("login_failed", { text: reason });
      return this.#show({ step: "failed", qr: null, reason });
    }
  }

  async #finish(end: LoginEnd, signal: AbortSignal): Promise<LoginView> {
    const { store, clock, log, lang, onLoggedIn } = this.#ports;
    switch (end.kind) {
      case "already_bound":
        return this.#show({ step: "already_bound", qr: null });
      case "gave_up": {
        if (end.why === "aborted") return this.#show({ step: "cancelled", qr: null });
        const reason = say(lang, LOGIN_FAILED[end.why], { text: end.text });
        return this.#show({ step: "failed", qr: null, reason });
      }
      case "confirmed": {
        const { botToken: token, botId, userId, baseUrl } = end.credentials;
        const atMs = clock.now();
        const login = { userId: userId === "" ? null : userId, botId, token, baseUrl, atMs };
        const account = await untilCommitted(() => store.saveLogin(login), {
          ...this.#ports,
          signal,
          onFault: (error) => log.error("login_not_committed", { text: errorText(error) }),
        });
        onLoggedIn(account);
        return this.#show({ step: "done", qr: null, account: account.name });
      }
    }
  }

  #take(event: LoginEvent): void {
    if (event.step === "unreached") {
      this.#ports.log.warn("login_unreached", { text: event.text });
    }
    if (event.step === "waiting") {
      const { step, content, number } = event;
      this.#show({ step, qr: { content, number } });
    } else {
      const { step } = event;
      this.#show(KEEPS_CODE.includes(step) ? { step } : { step, qr: null });
    }
  }

  #show(change: Partial<LoginView>): LoginView {
    const view = { ...this.#lastView(), ...change };
    this.#view = view;
    this.#ports.onView(view);
    return view;
  }

  #lastView(): LoginView {
    return this.#view ?? NOT_BEGUN;
  }

  #askCode(signal: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      const answer = (digits: string | null) => {
        this.#answerCode = null;
        signal.removeEventListener("abort", onAbort);
        resolve(digits);
      };
      const onAbort = () => answer(null);
      signal.addEventListener("abort", onAbort);
      this.#answerCode = answer;
    });
  }
}
