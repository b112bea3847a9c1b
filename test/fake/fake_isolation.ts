/**
 * An isolation that runs plugins in the test's own process and counts what would be processes. It starts, refuses and stops as
 * the real one does; it cannot keep anything apart.
 */
import type { Clock } from "../../src/lib/clock.ts";
import type { Isolate, IsolateStart, Isolation } from "../../src/plugin/isolate.ts";
import { createInlineIsolation } from "./inline_isolation.ts";

export interface FakeIsolation extends Isolation {
  /** Every start, in order. */
  readonly starts: readonly IsolateStart[];
  /** What would be processes now. */
  readonly alive: number;
  /** The most that there were at the same time. */
  readonly aliveMax: number;
  readonly probes: number;
  /** What the probe finds from now on. */
  probed: Awaited<ReturnType<Isolation["probe"]>>;
  /** The plugin in this file writes a line. */
  say(entry: string, line: string): void;
}

export function createFakeIsolation(clock: Clock): FakeIsolation {
  const inline = createInlineIsolation(clock);
  const starts: IsolateStart[] = [];
  const running = new Set<Isolate>();
  let aliveMax = 0;
  let probes = 0;
  let isClosed = false;

  /** Calls find a stopped process as they would find a real one. */
  function mortal(isolate: Isolate): Isolate {
    const gone = () =>
      Promise.resolve(
        { kind: "fault", fault: "unavailable", text: "its process has ended", tookMs: 0 } as const,
      );
    const inFlight = new Set<Promise<unknown>>();
    function during<T>(call: Promise<T>): Promise<T> {
      inFlight.add(call);
      return call.finally(() => inFlight.delete(call));
    }
    const { manifest, hasRoute, hasReply } = isolate;
    const started: Isolate = {
      ...{ manifest, hasRoute, hasReply },
      route: (call) => running.has(started) ? during(isolate.route(call)) : gone(),
      reply: (call) => running.has(started) ? during(isolate.reply(call)) : gone(),
      async stop() {
        await Promise.allSettled(inFlight);
        running.delete(started);
      },
    };
    running.add(started);
    aliveMax = Math.max(aliveMax, running.size);
    return started;
  }

  return {
    starts,
    get alive() {
      return running.size;
    },
    get aliveMax() {
      return aliveMax;
    },
    get probes() {
      return probes;
    },
    probed: { kind: "closed" },
    say(entry, line) {
      starts.findLast((start) => start.entry.endsWith(entry))?.onLog(line);
    },
    async start(given) {
      if (isClosed) return { kind: "refused", text: "the isolation is closed" };
      starts.push(given);
      const started = await inline.start(given);
      return started.kind === "refused"
        ? started
        : { kind: "started", isolate: mortal(started.isolate) };
    },
    probe() {
      probes += 1;
      return Promise.resolve(this.probed);
    },
    close() {
      isClosed = true;
      running.clear();
      return Promise.resolve();
    },
  };
}
