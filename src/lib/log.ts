/**
 * What a station may say to the operator's log: a constant event name and plain fields. Never a token, cursor or message
 * text; whoever builds the log decides where lines go.
 */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The message of anything thrown, for a log field or a person. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
