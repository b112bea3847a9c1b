/**
 * A hostile plugin of test/fixture/hostile in front of a good neighbour, as the router meets them: both isolated, with real
 * processes on real time.
 */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Json, Permissions } from "../../src/plugin/api.ts";
import type { Isolate, Isolation } from "../../src/plugin/isolate.ts";
import { decide, type Decided } from "../../src/router/chain.ts";
import { client, decisionInput, statesOf } from "./decision_input.ts";
import { infoOf } from "./isolated_host.ts";
import { SEND_LIMITS } from "./send_limits.ts";
import { createRealIsolation } from "./real_isolation.ts";

export interface HostileWorld {
  /** Decides a message as the router does: the hostile plugin is asked, then the neighbour. */
  decide(text: string): Promise<Decided>;
  readonly hostile: Isolate;
  /** What the hostile plugin wrote. */
  readonly lines: readonly string[];
  /** Every process that was started, the hostile plugin's first one first. */
  readonly pids: readonly number[];
}

interface Given {
  readonly config?: Json;
  readonly granted?: Permissions;
}

/** A message that no hostile plugin minds is decided within this, or the neighbour suffers. */
const PROMPTLY_MS = 1_000;

/** Afterwards messages still get where they should at once, and no process is left. */
export async function withHostile(
  name: string,
  use: (world: HostileWorld) => Promise<void>,
  given: Given = {},
): Promise<void> {
  await withIsolation(async (isolation, pids) => {
    const lines: string[] = [];
    const hostile = await startFixture(isolation, name, {
      ...given,
      onLog: (line) => lines.push(line),
    });
    const neighbour = await startFixture(isolation, "neighbour", { onLog() {} });
    const decideNow = (text: string) => decideBy([hostile, neighbour], text);
    await use({ decide: decideNow, hostile, lines, pids });
    const startedMs = performance.now();
    assertEquals(stepsOf(await decideNow("nothing in particular")), ["pass", "route"]);
    const tookMs = performance.now() - startedMs;
    assert(tookMs < PROMPTLY_MS, `the next message took ${tookMs} ms`);
  });
}

/** Gives an isolation and the ids of all its processes, and sees that none of them outlives it. */
export async function withIsolation(
  use: (isolation: Isolation, pids: readonly number[]) => Promise<void>,
): Promise<void> {
  const { isolation, pids } = createRealIsolation();
  try {
    await use(isolation, pids);
  } finally {
    await isolation.close();
  }
  assertEquals(pids.filter(isAlive), [], "processes are left");
}

/** Starts a plugin of test/fixture/hostile. */
export async function startFixture(
  isolation: Isolation,
  name: string,
  given: Given & { readonly onLog: (line: string) => void },
): Promise<Isolate> {
  const { config = null, granted = {}, onLog } = given;
  const root = fileURLToPath(new URL("../fixture/hostile", import.meta.url));
  const entry = `${root}/${name}.ts`;
  const started = await isolation.start({ entry, root, config, granted, onLog });
  assert(started.kind === "started", JSON.stringify(started));
  return started.isolate;
}

function decideBy(isolates: readonly Isolate[], text: string): Promise<Decided> {
  const byId = new Map(isolates.map((isolate) => [isolate.manifest.id, isolate]));
  const find = (id: string) => {
    const isolate = byId.get(id);
    assert(isolate !== undefined);
    return isolate;
  };
  return decide(decisionInput(text), {
    host: {
      plugins: isolates.map(infoOf),
      route: ({ id }, call) => find(id).route(call),
      reply: ({ id }, call) => find(id).reply(call),
      close: () => Promise.resolve(),
    },
    policy: { senders: { kind: "owner", ids: [] }, groups: { kind: "none", ids: [] } },
    clients: [client(1, "claude"), client(2, "codex")],
    states: statesOf(),
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    nowMs: 10_000,
  });
}

/** The word for each step of the trace: the verdict's kind, or the fault. */
export function stepsOf({ trace }: Decided): string[] {
  return trace.steps.map(({ outcome }) => {
    if (outcome.kind === "fault") return outcome.fault;
    const { verdict } = outcome;
    return typeof verdict === "object" && verdict !== null && "kind" in verdict
      ? String(verdict.kind)
      : "?";
  });
}

/** The words of the first step: the reason, or the fault's text. */
export function wordsOf({ trace }: Decided): string {
  const [step] = trace.steps;
  assert(step !== undefined);
  const { outcome } = step;
  return outcome.kind === "fault" ? outcome.text : JSON.stringify(outcome.verdict);
}

/** Whether a process of this id runs; one that has ended and was not looked after by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    if (Deno.build.os !== "linux") Deno.kill(pid, "SIGCONT");
    else return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    return true;
  } catch {
    return false;
  }
}

/** Resolves when there is no process of this id any more; rejects after ten seconds: a busy machine takes its time. */
export async function gone(pid: number | undefined): Promise<void> {
  assert(pid !== undefined);
  await comes(() => !isAlive(pid), `process ${pid} is still there`);
}

/** Resolves once the plugin's log holds a line like this; what is not caught is told after the answer. Rejects after two seconds. */
export async function told(lines: readonly string[], pattern: RegExp): Promise<void> {
  await comes(() => pattern.test(lines.join("\n")), `no line like ${pattern}`);
}

async function comes(isThere: () => boolean, otherwise: string): Promise<void> {
  for (let turn = 0; !isThere(); turn++) {
    assert(turn < 1_000, otherwise);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
