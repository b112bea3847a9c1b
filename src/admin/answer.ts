/** The answers of the admin API: JSON, never cached, and errors that say what to do. */
import type { Context } from "@hono/hono";
import { HubError, type HubErrorCode } from "../core/error.ts";

/** What is none of the hub's errors and has its fault in the hub. */
type ApiErrorCode =
  | HubErrorCode
  | "INTERNAL"
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "PUSH_KEY_WRONG"
  | "TOO_MANY";

type Status = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503;

const STATUS: Readonly<Partial<Record<ApiErrorCode, Status>>> = {
  ACCOUNT_UNKNOWN: 404,
  ADMIN_TOKEN_WRONG: 401,
  CHANNEL_UNKNOWN: 404,
  CLIENT_NAME_TAKEN: 409,
  CLIENT_UNKNOWN: 404,
  DATABASE_CORRUPT: 503,
  DATABASE_FULL: 503,
  DATABASE_LOCKED: 503,
  DATABASE_READ_ONLY: 503,
  FORBIDDEN: 403,
  INTERNAL: 500,
  MESSAGE_UNKNOWN: 404,
  NOT_FOUND: 404,
  PAIRING_UNKNOWN: 404,
  PERSON_UNKNOWN: 404,
  PLUGIN_UNKNOWN: 404,
  PUSH_KEY_WRONG: 401,
  SCRIPT_UNKNOWN: 404,
  TOO_MANY: 429,
};

/** The answer to a call that failed; what is not a `HubError` shows nothing of itself. */
export function errorAnswer(c: Context, error: unknown): Response {
  if (error instanceof HubError) {
    return refuse(c, error.code, { message: error.message, hint: error.hint });
  }
  return refuse(c, "INTERNAL", {
    message: "The hub failed at this call",
    hint: "Its log says more",
  });
}

/** An answer with an error of this code. */
export function refuse(
  c: Context,
  code: ApiErrorCode,
  words: { readonly message: string; readonly hint: string | null },
): Response {
  return c.json({ error: { code, ...words } }, STATUS[code] ?? 400);
}
