/** The signals by which a service manager or a person ends the program. */
import { type Clock, systemClock } from "../lib/clock.ts";

const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** One Ctrl-C arrives several times: from the terminal, and again from each `deno task` that started us. */
const SAME_SIGNAL_MS = 500;

/**
 * Resolves at the next of them. Those that follow at once are the same; later ones do again what they do by themselves,
 * unless asked for once more.
 */
export function nextStopSignal(clock: Clock = systemClock): Promise<void> {
  return new Promise((resolve) => {
    let isTold = false;
    function onSignal(): void {
      if (isTold) return;
      isTold = true;
      clock.after(SAME_SIGNAL_MS, stopListening);
      resolve();
    }
    function stopListening(): void {
      for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, onSignal);
    }
    for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, onSignal);
  });
}
