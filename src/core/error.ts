/** What can go wrong for an operator or an author, as a closed set of words. */
export type HubErrorCode =
  | "ACCOUNT_UNKNOWN"
  | "ADMIN_TOKEN_WRONG"
  | "CHANNEL_UNKNOWN"
  | "CLIENT_NAME_INVALID"
  | "CLIENT_NAME_TAKEN"
  | "CLIENT_UNKNOWN"
  | "CONFIG_INVALID"
  | "DATA_DIRECTORY_LOCKED"
  | "DATA_DIRECTORY_UNUSABLE"
  | "DATABASE_CORRUPT"
  | "DATABASE_FOREIGN"
  | "DATABASE_FULL"
  | "DATABASE_LOCKED"
  | "DATABASE_NEWER"
  | "DATABASE_READ_ONLY"
  | "DATABASE_SCHEME"
  | "EXPORT_REFUSED"
  | "HUB_UNREACHABLE"
  | "KEY_MISSING"
  | "KEY_WRONG"
  | "LOGIN_FAILED"
  | "MESSAGE_UNKNOWN"
  | "PAIRING_UNKNOWN"
  | "PERSON_UNKNOWN"
  | "PLUGIN_INVALID"
  | "PLUGIN_UNKNOWN"
  | "PORT_TAKEN"
  | "SCRIPT_UNKNOWN"
  | "USAGE";

/**
 * A failure with a face: the message names the action, the value seen and the value wanted; `hint` says what to do.
 * Programmer errors are plain exceptions, expected refusals are union members: neither is a `HubError`.
 */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly code: HubErrorCode;
  readonly hint: string | null;

  constructor(
    code: HubErrorCode,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? null;
  }
}
