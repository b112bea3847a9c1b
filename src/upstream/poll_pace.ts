/** How long a poll may take. Pure but for its own memory. */
import { LIMITS } from "../core/limits.ts";

export interface PollPace {
  /** The hub's own time limit for the next poll, milliseconds. */
  limitMs(): number;
  /** Whether polls are cut short on purpose: one that reaches its limit then is an ordinary empty one. */
  readonly isShort: boolean;
  /** A poll was answered; `longPollMs` is what the server asks for, `null` when it does not say. */
  answered(longPollMs: number | null): void;
  /** A poll was cut off on the way: by an edge (HTTP 504, 524) or by the hub's own limit. */
  cutOff(): void;
}

/** Some edges cut a poll after 16 s; those of at most 10 s pass. */
const SHORT_LIMIT_MS = 10_000;
/** Polls in a row that have to be cut off before they are made shorter. */
const CUT_OFFS_MAX = 3;
/** Short polls before long ones are tried again: the way may have changed. */
const SHORT_POLLS = 180;
/** What a server may ask for. */
const LONG_POLL_MIN_MS = 1_000;
const LONG_POLL_MAX_MS = 120_000;

export function createPollPace(): PollPace {
  let holdMs: number = LIMITS.upstreamHoldMs;
  let cutOffs = 0;
  let shortPollsLeft = 0;
  return {
    limitMs() {
      return shortPollsLeft > 0 ? SHORT_LIMIT_MS : holdMs + LIMITS.upstreamPollMarginMs;
    },
    get isShort() {
      return shortPollsLeft > 0;
    },
    answered(longPollMs) {
      cutOffs = 0;
      if (longPollMs !== null) {
        holdMs = Math.min(Math.max(longPollMs, LONG_POLL_MIN_MS), LONG_POLL_MAX_MS);
      }
      shortPollsLeft = Math.max(0, shortPollsLeft - 1);
    },
    cutOff() {
      if (shortPollsLeft > 0) {
        shortPollsLeft -= 1;
        return;
      }
      cutOffs += 1;
      if (cutOffs < CUT_OFFS_MAX) return;
      cutOffs = 0;
      shortPollsLeft = SHORT_POLLS;
    },
  };
}
