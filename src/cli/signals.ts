/** The signals by which a service manager or a person ends the program. */

const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/** Resolves at the next of them; from then on they do again what they do by themselves, unless asked for once more. */
export function nextStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = () => {
      for (const signal of STOP_SIGNALS) Deno.removeSignalListener(signal, onSignal);
      resolve();
    };
    for (const signal of STOP_SIGNALS) Deno.addSignalListener(signal, onSignal);
  });
}
