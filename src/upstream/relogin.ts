/** Logs in again beside the poll loops: while an account is logged out, or there is none, a fresh QR code is on show. */
import type { Account } from "../core/account.ts";
import { LIMITS } from "../core/limits.ts";
import { followAbort } from "../lib/abort.ts";
import { createBackoff } from "../lib/backoff.ts";
import { type Bell, createBell } from "../lib/bell.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { AccountSteps } from "../store/store.ts";
import type { UpstreamApi } from "./api.ts";
import { untilCommitted } from "./commit_retry.ts";
import { collectLocalTokens } from "./local_tokens.ts";
import { type LoginEnd, type LoginEvent, runLogin } from "./login.ts";

export type ReloginEvent =
  | LoginEvent
  /** A login begins; `accounts` are logged out, none where the hub has no account. */
  | { readonly kind: "needed"; readonly accounts: readonly Account[] }
  /** Somebody logged in another way. */
  | { readonly kind: "not_needed" }
  | { readonly kind: "already_bound" }
  | { readonly kind: "logged_in"; readonly account: Account };

export interface ReloginPorts {
  readonly store: Pick<AccountSteps, "accounts" | "credentials" | "saveLogin">;
  readonly api: Pick<UpstreamApi, "getQrCode" | "getQrStatus">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Where to log in, no trailing slash. */
  readonly baseUrl: string;
  readonly onEvent: (event: ReloginEvent) => void;
  /** As in `LoginOptions`. */
  readonly hostUrl?: (host: string) => string;
}

export interface Relogin {
  /** Accounts may have logged out, come or gone. */
  ring(): void;
  /** The digits on the phone. False when nobody asks for them. */
  giveVerifyCode(digits: string): boolean;
  stop(): Promise<void>;
}

/** Starts at once. There is one for the whole hub: whoever scans says which account it is. */
export function createRelogin(ports: ReloginPorts): Relogin {
  return new ReloginTask(ports);
}

class ReloginTask implements Relogin {
  readonly #ports: ReloginPorts;
  readonly #bell: Bell;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #answerVerifyCode: ((digits: string | null) => void) | null = null;
  /** WeChat took a dead token for a living one: the next code is asked for without naming any. */
  #hidesTokens = false;

  constructor(ports: ReloginPorts) {
    this.#ports = ports;
    this.#bell = createBell(ports.clock);
    this.#ended = this.#run();
  }

  ring(): void {
    this.#bell.ring();
  }

  giveVerifyCode(digits: string): boolean {
    const answer = this.#answerVerifyCode;
    answer?.(digits);
    return answer !== null;
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#ended;
  }

  async #run(): Promise<void> {
    const { clock, random, log } = this.#ports;
    const { signal } = this.#stopping;
    const { upstreamBackoffFirstMs: firstMs, upstreamBackoffMaxMs: maxMs } = LIMITS;
    const backoff = createBackoff({ firstMs, maxMs, random });
    while (!signal.aborted) {
      try {
        const needing = await this.#whoNeedsIt();
        if (needing === null) await this.#bell.wait(signal);
        else await this.#logIn(needing);
        backoff.reset();
      } catch (error) {
        log.error("relogin_fault", { text: errorText(error) });
        await sleep(clock, backoff.next(), signal);
      }
    }
  }

  /** The accounts that are logged out, none where there is no account at all; `null` when no login is needed. */
  async #whoNeedsIt(): Promise<readonly Account[] | null> {
    const accounts = await this.#ports.store.accounts();
    const loggedOut = accounts.filter(({ state }) => state === "logged_out");
    return accounts.length > 0 && loggedOut.length === 0 ? null : loggedOut;
  }

  async #logIn(accounts: readonly Account[]): Promise<void> {
    const { store, baseUrl, onEvent } = this.#ports;
    const ending = new AbortController();
    const unfollow = followAbort(this.#stopping.signal, ending);
    const watching = this.#watchNeed(ending);
    try {
      const localTokens = this.#hidesTokens ? [] : await collectLocalTokens(store, baseUrl);
      onEvent({ kind: "needed", accounts });
      const end = await runLogin({
        ...this.#ports,
        localTokens,
        show: onEvent,
        askVerifyCode: ({ signal }) => this.#askVerifyCode(signal),
        signal: ending.signal,
        patience: "endless",
      });
      await this.#take(end);
    } finally {
      ending.abort();
      unfollow();
      await watching;
    }
  }

  /** Ends the login when nobody needs it any more. */
  async #watchNeed(ending: AbortController): Promise<void> {
    while (true) {
      await this.#bell.wait(ending.signal);
      if (ending.signal.aborted) return;
      try {
        if (await this.#whoNeedsIt() === null) return ending.abort();
      } catch (error) {
        this.#ports.log.error("relogin_fault", { text: errorText(error) });
      }
    }
  }

  async #take(end: LoginEnd): Promise<void> {
    const { store, clock, log, onEvent } = this.#ports;
    switch (end.kind) {
      case "gave_up":
        if (!this.#stopping.signal.aborted) onEvent({ kind: "not_needed" });
        return;
      case "already_bound":
        this.#hidesTokens = true;
        return onEvent({ kind: "already_bound" });
      case "confirmed": {
        this.#hidesTokens = false;
        const { credentials: { botToken: token, botId, userId, baseUrl } } = end;
        const atMs = clock.now();
        const login = { userId: userId === "" ? null : userId, botId, token, baseUrl, atMs };
        const account = await untilCommitted(() => store.saveLogin(login), {
          ...this.#ports,
          signal: this.#stopping.signal,
          onFault: (error) => log.error("login_not_committed", { text: errorText(error) }),
        });
        onEvent({ kind: "logged_in", account });
      }
    }
  }

  #askVerifyCode(signal: AbortSignal): Promise<string | null> {
    return new Promise((resolve) => {
      const answer = (digits: string | null) => {
        this.#answerVerifyCode = null;
        signal.removeEventListener("abort", onAbort);
        resolve(digits);
      };
      const onAbort = () => answer(null);
      signal.addEventListener("abort", onAbort);
      this.#answerVerifyCode = answer;
    });
  }
}
