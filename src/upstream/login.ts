/** Logging in: shows QR codes until a phone confirms one, is refused, or time is over (ILINK.md 1.7, 1.8). */
import { withLimit } from "../lib/abort.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import type { Credentials, QrAnswer, QrCode } from "../wire/login.ts";
import type { NetFault, UpstreamApi } from "./api.ts";

/** How a login moves on. */
export type LoginEvent =
  /** A code is to be shown: `content` is the text to draw, also a link to open on the phone; `number` counts from 1. */
  | { readonly step: "waiting"; readonly content: string; readonly number: number }
  /** WeChat could not be asked for a code. */
  | { readonly step: "unreached"; readonly text: string }
  | {
    readonly step:
      | "scanned"
      | "code_wanted"
      | "code_wrong"
      | "code_blocked"
      | "redirected"
      | "expired";
  };

export type LoginEnd =
  /** `baseUrl` is never empty. */
  | { readonly kind: "confirmed"; readonly credentials: Credentials }
  /** WeChat knows the person's bot by one of the tokens held: there are no new credentials. */
  | { readonly kind: "already_bound" }
  | {
    readonly kind: "gave_up";
    readonly why: "aborted" | "expired" | "time" | "refused" | "unreached";
    /** What WeChat or the network said, else "". */
    readonly text: string;
  };

export interface LoginOptions {
  readonly api: Pick<UpstreamApi, "getQrCode" | "getQrStatus">;
  readonly clock: Clock;
  /** Where to log in, no trailing slash. */
  readonly baseUrl: string;
  /** Tokens already held, newest first; only the first 10 are shown to WeChat. */
  readonly localTokens: readonly string[];
  readonly show: (event: LoginEvent) => void;
  /** The digits on the phone; `null` when nobody gives them, which makes a new code. `signal` ends the wait. */
  readonly askVerifyCode: (
    ask: { readonly isRepeat: boolean; readonly signal: AbortSignal },
  ) => Promise<string | null>;
  readonly signal: AbortSignal;
  /** `interactive` gives up after 3 refreshes or 8 minutes, `endless` shows new codes until it is aborted. */
  readonly patience: "interactive" | "endless";
  /** The base URL of the host that WeChat redirects to; `https://` and the host when absent. */
  readonly hostUrl?: (host: string) => string;
}

/** How one code ended. */
type CodeEnd =
  | Exclude<LoginEnd, { kind: "gave_up" }>
  | { readonly kind: "refresh" }
  | { readonly kind: "over"; readonly why: "aborted" | "time" };

const REFRESHES_MAX = 3;
const LOGIN_LIMIT_MS = 480_000;
const ASK_AGAIN_MS = 1_000;
/** Between two tries to get a code, so that a broken network or server is not hammered. */
const CODE_RETRY_MS = 5_000;
/** Tries to get one code before an interactive login gives up. */
const CODE_TRIES_MAX = 3;
/** The digits on the phone belong to a code that lives no longer. */
const VERIFY_CODE_LIMIT_MS = 120_000;
const LOCAL_TOKENS_MAX = 10;

/** Runs one login. Never rejects; writes nothing. */
export async function runLogin(options: LoginOptions): Promise<LoginEnd> {
  const { clock, show, patience } = options;
  const endMs = patience === "interactive" ? clock.monotonic() + LOGIN_LIMIT_MS : Infinity;
  const codesMax = patience === "interactive" ? 1 + REFRESHES_MAX : Infinity;
  for (let number = 1; number <= codesMax; number++) {
    const code = await fetchCode(options);
    if (code.kind === "gave_up") return code;
    show({ step: "waiting", content: code.code.content, number });
    const end = await followCode(options, { qrcode: code.code.qrcode, endMs });
    if (end.kind === "over") return { kind: "gave_up", why: end.why, text: "" };
    if (end.kind !== "refresh") return end;
    await sleep(clock, ASK_AGAIN_MS, options.signal);
  }
  return { kind: "gave_up", why: "expired", text: "" };
}

async function fetchCode(
  options: LoginOptions,
): Promise<{ readonly kind: "code"; readonly code: QrCode } | LoginEnd & { kind: "gave_up" }> {
  const { api, clock, baseUrl, show, signal, patience } = options;
  const localTokens = options.localTokens.slice(0, LOCAL_TOKENS_MAX);
  const isEndless = patience === "endless";
  for (let tries = 1;; tries++) {
    if (signal.aborted) return { kind: "gave_up", why: "aborted", text: "" };
    const answer = await api.getQrCode({ baseUrl, localTokens, signal });
    if (!("kind" in answer)) return { kind: "code", code: answer };
    const text = answer.kind === "http" ? `HTTP ${answer.status}` : answer.text;
    if (tries >= CODE_TRIES_MAX && !isEndless) {
      const why = answer.kind === "refused" ? "refused" : "unreached";
      return { kind: "gave_up", why, text };
    }
    show({ step: "unreached", text });
    await sleep(clock, CODE_RETRY_MS, signal);
  }
}

/** Asks for the code's state until it has one that ends it. */
async function followCode(
  options: LoginOptions,
  at: { readonly qrcode: string; readonly endMs: number },
): Promise<CodeEnd> {
  const { api, clock, show, signal } = options;
  let { baseUrl } = options;
  let isScanned = false;
  let verifyCode: string | null = null;
  while (true) {
    if (signal.aborted) return { kind: "over", why: "aborted" };
    if (clock.monotonic() >= at.endMs) return { kind: "over", why: "time" };
    const news = newsOf(
      await api.getQrStatus({ baseUrl, qrcode: at.qrcode, verifyCode, signal }),
    );
    switch (news.status) {
      case "need_verifycode":
        show({ step: verifyCode === null ? "code_wanted" : "code_wrong" });
        verifyCode = await askInTime(options, verifyCode !== null);
        if (verifyCode === null) return { kind: "refresh" };
        continue; // the digits are wanted at once
      case "verify_code_blocked":
        show({ step: "code_blocked" });
        return { kind: "refresh" };
      case "expired":
        show({ step: "expired" });
        return { kind: "refresh" };
      case "binded_redirect":
        return { kind: "already_bound" };
      case "confirmed":
        return {
          kind: "confirmed",
          credentials: { ...news.credentials, baseUrl: news.credentials.baseUrl || baseUrl },
        };
      case "scaned_but_redirect": {
        const next = redirectUrl(options, news.redirectHost) ?? baseUrl;
        if (next !== baseUrl) show({ step: "redirected" });
        baseUrl = next;
        break;
      }
      case "scaned":
        if (!isScanned || verifyCode !== null) show({ step: "scanned" });
        isScanned = true;
        verifyCode = null;
        break;
      case "wait":
        break;
    }
    await sleep(clock, ASK_AGAIN_MS, signal);
  }
}

/** Every failure to ask counts as no news. */
function newsOf(answer: QrAnswer | NetFault): QrAnswer {
  return "status" in answer && !("kind" in answer) ? answer : { status: "wait" };
}

async function askInTime(options: LoginOptions, isRepeat: boolean): Promise<string | null> {
  const { clock, signal, askVerifyCode } = options;
  const given = await withLimit(
    (asking) => askVerifyCode({ isRepeat, signal: asking }),
    { clock, limitMs: VERIFY_CODE_LIMIT_MS, signal },
  );
  const digits = given?.trim() ?? "";
  return digits === "" ? null : digits;
}

/** `null` for anything but a name with an optional port: it must not make another path or user of the URL. */
function redirectUrl({ hostUrl }: LoginOptions, host: string): string | null {
  if (!/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(host)) return null;
  return hostUrl?.(host) ?? `https://${host}`;
}
