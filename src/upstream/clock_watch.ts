/** A machine that slept holds dead connections. Its wall clock has moved on without the other one: that is the sign. */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";

/** How often the clocks are compared. */
const COMPARE_MS = 5_000;

/** Calls `onJump` once, when wall and monotonic clock part by more than a sane clock does, until the returned function is called. */
export function watchClocks(clock: Clock, onJump: () => void): () => void {
  const apartMs = clock.now() - clock.monotonic();
  function compareLater(): () => void {
    return clock.after(COMPARE_MS, () => {
      const movedMs = Math.abs(clock.now() - clock.monotonic() - apartMs);
      if (movedMs > LIMITS.clockJumpMs) onJump();
      else cancel = compareLater();
    });
  }
  let cancel = compareLater();
  return () => cancel();
}
