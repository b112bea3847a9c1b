/** One QR login as it stands, and the desk where it is held: what the terminal and the admin API see and may do. */

/**
 * - `starting`: a code is being asked for
 * - `waiting`: the code is shown, nobody has scanned
 * - `scanned`: scanned, not confirmed on the phone yet
 * - `code_wanted`: the phone shows digits, they are wanted here
 * - `code_wrong`: the digits given were not those
 * - `code_blocked`: too many wrong digits; a fresh code follows
 * - `redirected`: WeChat sent us to another of its hosts; goes on by itself
 * - `expired`: nobody scanned in time; a fresh code follows
 * - `unreached`: WeChat could not be asked; it is tried again
 * - `already_bound`: this WeChat is connected to this hub already; ended well
 * - `done`: connected
 * - `failed`: ended without a login; the reason says why
 * - `cancelled`: ended because the owner asked
 */
export type LoginStep =
  | "starting"
  | "waiting"
  | "scanned"
  | "code_wanted"
  | "code_wrong"
  | "code_blocked"
  | "redirected"
  | "expired"
  | "unreached"
  | "already_bound"
  | "done"
  | "failed"
  | "cancelled";

export interface LoginView {
  /** Grows with each login of this process. */
  readonly id: number;
  readonly step: LoginStep;
  /** What to draw, and which code of this login it is, from 1; `null` while there is none. The link is good for one scan. */
  readonly qr: { readonly content: string; readonly number: number } | null;
  /** Name of the account it made or renewed; `null` before `done`. */
  readonly account: string | null;
  /** Why it failed, for a person; "" otherwise. */
  readonly reason: string;
}

export interface LoginDesk {
  /** Starts a login that gives up after some codes nobody scanned; one that goes on already is given instead. */
  start(): LoginView;
  /** The newest login; `null` when there was none in this process. */
  view(): LoginView | null;
  /** Passes on the digits that the phone shows. */
  giveCode(digits: string): "taken" | "not_wanted";
  /** Ends the login that goes on, if there is one; nothing of it is kept. */
  cancel(): void;
}

const ENDED: readonly LoginStep[] = ["already_bound", "done", "failed", "cancelled"];

export function hasLoginEnded(view: LoginView): boolean {
  return ENDED.includes(view.step);
}
