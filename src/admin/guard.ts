/** Who may ask: the holder of the admin token, and no web page of somebody else's. */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, Next } from "@hono/hono";
import { LIMITS } from "../core/limits.ts";
import { type Clock, sleep } from "../lib/clock.ts";
import { refuse } from "./answer.ts";
import type { AdminPort } from "./port.ts";

export type Guard = (c: Context, next: Next) => Promise<Response | undefined>;

type TokenPort = Pick<AdminPort, "token" | "clock">;

/** Whether a text is the admin token; a wrong one takes its time. */
export function createTokenCheck(
  port: TokenPort,
): (given: string, signal: AbortSignal) => Promise<boolean> {
  const holdBack = createRefusalDelay(port.clock);
  return async function isRight(given, signal) {
    if (isSame(given.trim(), port.token.current())) return true;
    await holdBack(signal);
    return false;
  };
}

/** Holds the answer to a wrong secret back, so that guessing is slow; how many such answers wait is bounded. */
export function createRefusalDelay(clock: Clock): (signal: AbortSignal) => Promise<void> {
  let waiting = 0;
  return async function holdBack(signal) {
    if (waiting >= LIMITS.delayedRefusalsMax) return;
    waiting += 1;
    await sleep(clock, LIMITS.refusalDelayMs, signal);
    waiting -= 1;
  };
}

/** What the `Authorization` header carries; `null` when it carries nothing. */
export function bearerOf(c: Context): string | null {
  const [_, given = null] = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  return given?.trim() ?? null;
}

/** Lets calls with the admin token through. */
export function createTokenGuard(port: TokenPort): Guard {
  const isRight = createTokenCheck(port);
  return async function guard(c, next) {
    const given = bearerOf(c);
    if (given !== null && await isRight(given, c.req.raw.signal)) {
      await next();
      return undefined;
    }
    const seen = given === null ? "no token" : "another token";
    c.header("www-authenticate", "Bearer");
    return refuse(c, "ADMIN_TOKEN_WRONG", {
      message:
        `Cannot let this call in: saw ${seen}, want the admin token as "Authorization: Bearer TOKEN"`,
      hint: "It is in the file admin-token of the hub's data directory",
    });
  };
}

/**
 * Turns away what a browser sends for another site: a foreign `Origin`, and a host name that somebody may have pointed at
 * this machine. Names that no public name server gives out are taken as ours.
 */
export function createBrowserGuard(port: Pick<AdminPort, "publicUrl">): Guard {
  return async function guard(c, next) {
    const url = new URL(c.req.url);
    const own = new URL(port.publicUrl);
    if (!isOwnName(url.hostname) && url.hostname !== own.hostname) {
      return refuse(c, "FORBIDDEN", {
        message: `Cannot answer under the name "${url.hostname}"`,
        hint: "If this is the hub's name, set public-url to the address with this name",
      });
    }
    const origin = c.req.header("origin");
    const isForeign = origin !== undefined && URL.parse(origin)?.host !== url.host &&
      origin !== own.origin;
    if (isForeign || c.req.header("sec-fetch-site") === "cross-site") {
      return refuse(c, "FORBIDDEN", {
        message: `Cannot answer a page of ${origin ?? "another site"}`,
        hint: "The admin API serves programs and its own pages",
      });
    }
    await next();
    return undefined;
  };
}

/** Compares digests, so that neither time nor length says anything about the token. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

const PRIVATE_NAME = /^[^.]+$|\.(localhost|local|internal|lan|home\.arpa)$/i;

function isOwnName(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 || PRIVATE_NAME.test(hostname);
}
