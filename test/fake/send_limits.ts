/** The limits of sends as the settings have them by default. */
import type { RefusalLimits } from "../../src/core/send_errors.ts";
import type { TurnLimits } from "../../src/core/turn.ts";

const HOUR_MS = 3_600_000;

export const SEND_LIMITS: RefusalLimits & TurnLimits = {
  sendsPerInbound: 10,
  windowMs: 24 * HOUR_MS,
  safeWindowMs: 11 * HOUR_MS,
  keptForAnswer: 1,
  keptForHub: 1,
  turnQuietMs: 120_000,
  turnMaxMs: 600_000,
  burstSends: 3,
  coolDownMaxMs: HOUR_MS,
};
