/** What the engine and the file system say, as errors an operator can act on. */
import { HubError, type HubErrorCode } from "../../core/error.ts";
import { errorText } from "../../lib/log.ts";

/** The engine's primary result codes that are about the file and not about the statement. */
const CODES: Readonly<Record<number, HubErrorCode>> = {
  5: "DATABASE_LOCKED",
  6: "DATABASE_LOCKED",
  8: "DATABASE_READ_ONLY",
  10: "DATA_DIRECTORY_UNUSABLE",
  11: "DATABASE_CORRUPT",
  13: "DATABASE_FULL",
  14: "DATA_DIRECTORY_UNUSABLE",
  26: "DATABASE_FOREIGN",
};

const MESSAGES: readonly (readonly [string, HubErrorCode])[] = [
  ["is locked", "DATABASE_LOCKED"],
  ["readonly database", "DATABASE_READ_ONLY"],
  ["disk I/O error", "DATA_DIRECTORY_UNUSABLE"],
  ["malformed", "DATABASE_CORRUPT"],
  ["is full", "DATABASE_FULL"],
  ["unable to open database", "DATA_DIRECTORY_UNUSABLE"],
  ["not a database", "DATABASE_FOREIGN"],
];

const SAYINGS: Readonly<Partial<Record<HubErrorCode, { wanted: string; hint: string }>>> = {
  DATABASE_LOCKED: {
    wanted: "another program is using it",
    hint: "Stop the other hub or the program that has this file open",
  },
  DATABASE_READ_ONLY: {
    wanted: "it cannot be written",
    hint: "Let this user write the file and its directory, and mount the disk writable",
  },
  DATA_DIRECTORY_UNUSABLE: {
    wanted: "it cannot be opened, read or written",
    hint: "The directory must exist and be writable for this user, on a disk without errors",
  },
  DATABASE_CORRUPT: {
    wanted: "its content is damaged",
    hint:
      "Restore the last backup; keep the damaged file, most of it can be read with sqlite3 .recover",
  },
  DATABASE_FULL: {
    wanted: "the disk is full",
    hint: "Free room on this disk; the hub goes on by itself",
  },
  DATABASE_FOREIGN: {
    wanted: "it is not a database of this hub",
    hint: "Name another file; the hub makes a new database where there is none",
  },
};

/**
 * The error as the operator gets it: a `HubError` where the engine speaks of the file, else what was thrown (a fault of the
 * step or of the code).
 */
export function explainFault(error: unknown, path: string): unknown {
  const code = faultCode(error);
  return code === null ? error : databaseError(code, path, { cause: error });
}

/** Runs what touches a file beside the database or the database's own; what the file system refuses becomes a `HubError`. */
export function atFile<T>(databasePath: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const isDenied = cause instanceof Deno.errors.PermissionDenied ||
      /read-only/i.test(errorText(cause));
    const code = isDenied ? "DATABASE_READ_ONLY" : "DATA_DIRECTORY_UNUSABLE";
    throw databaseError(code, databasePath, { cause });
  }
}

/** Whether the file, and not the statement or the code, is at fault. */
export function isEngineFault(error: unknown): boolean {
  return faultCode(error) !== null;
}

/** A `HubError` about the database file at `path`. */
export function databaseError(
  code: HubErrorCode,
  path: string,
  more: { readonly seen?: string; readonly cause?: unknown } = {},
): HubError {
  const saying = SAYINGS[code];
  const seen = more.seen ?? (more.cause === undefined ? "" : ` (${errorText(more.cause)})`);
  return new HubError(code, `Cannot use the database ${path}: ${saying?.wanted ?? ""}${seen}`, {
    ...(saying === undefined ? {} : { hint: saying.hint }),
    cause: more.cause,
  });
}

function faultCode(error: unknown): HubErrorCode | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_SQLITE_ERROR") {
    return null;
  }
  if ("errcode" in error && typeof error.errcode === "number") {
    return CODES[error.errcode & 0xff] ?? null; // the higher bits tell more than is needed
  }
  // The driver gives no code for a script of several statements and for opening.
  return MESSAGES.find(([part]) => error.message.includes(part))?.[1] ?? null;
}
