/** Tells systemd how the service is doing, where systemd started it (`Type=notify`); elsewhere it does nothing. */
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";

export interface Notifier {
  /** The hub is at work; the watchdog is fed from now on. */
  ready(): void;
  /** The hub is stopping. */
  stopping(): void;
  /** Resolves when everything has been said. */
  close(): Promise<void>;
}

const SILENT: Notifier = { ready() {}, stopping() {}, close: () => Promise.resolve() };

export function createNotifier(options: {
  readonly env: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}): Notifier {
  const { env, clock, log } = options;
  const to = env("NOTIFY_SOCKET");
  if (to === undefined || to === "") return SILENT;
  const own = `${env("RUNTIME_DIRECTORY")?.split(":")[0] ?? "/tmp"}/ilink-hub-${Deno.pid}.sock`;
  let socket: Deno.DatagramConn;
  try {
    socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
  } catch (error) {
    log.warn("systemd_unreachable", { error: errorText(error) });
    return SILENT;
  }
  // systemd names an abstract socket with an @ in front.
  const address = { transport: "unixpacket", path: to.replace(/^@/, "\0") } as const;
  let cancel = () => {};
  let said = Promise.resolve();

  /** One after the other: the socket takes one at a time. */
  function send(state: string): void {
    said = said.then(async () => void await socket.send(new TextEncoder().encode(state), address))
      .catch((error: unknown) =>
        log.warn("systemd_unreachable", { state, error: errorText(error) })
      );
  }

  function feed(everyMs: number): void {
    send("WATCHDOG=1");
    cancel = clock.after(everyMs, () => feed(everyMs));
  }

  return {
    ready() {
      send("READY=1");
      const limitMs = Number(env("WATCHDOG_USEC") ?? 0) / 1_000;
      if (limitMs > 0) feed(limitMs / 3);
    },
    stopping: () => send("STOPPING=1"),
    async close() {
      cancel();
      await said;
      socket.close();
      Deno.removeSync(own);
    },
  };
}
