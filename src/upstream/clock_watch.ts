/**
 * A machine that slept holds dead connections. Either its wall clock has moved on without the other one, or both have and a
 * timer comes far too late: these are the signs.
 */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";

/** How often the clocks are compared. */
const COMPARE_MS = 5_000;

/**
 * Calls `onJump` once, when wall and monotonic clock part by more than a sane clock does or the process stood still for so
 * long, until the returned function is called.
 */
export function watchClocks(clock: Clock, onJump: () => void): () => void {
  const apartMs = clock.now() - clock.monotonic();
  function compareLater(): () => void {
    const dueMs = clock.monotonic() + COMPARE_MS;
    return clock.after(COMPARE_MS, () => {
      const movedMs = Math.abs(clock.now() - clock.monotonic() - apartMs);
      const lateMs = clock.monotonic() - dueMs;
      if (Math.max(movedMs, lateMs) > LIMITS.clockJumpMs) onJump();
      else cancel = compareLater();
    });
  }
  let cancel = compareLater();
  return () => cancel();
}
