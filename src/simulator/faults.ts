/** Scripted misbehaviour: what goes wrong, at which endpoint, how often (ILINK.md 9.8). */
import type { Endpoint } from "./exchange.ts";
import { findBot } from "./people.ts";
import type { World } from "./world.ts";

/**
 * What goes wrong. `processed` tells whether the call took effect before its answer was spoilt; on `getupdates` a processed
 * fault waits for an answer that carries messages, so that it always costs some.
 */
export type FaultAct =
  /** The call is handled as usual, but only after the fault's `afterMs`. */
  | { readonly kind: "delay" }
  /** A long poll is held for exactly this long, whatever comes, then answered with what is there. */
  | { readonly kind: "hold"; readonly ms: number }
  /** The connection is reset without an answer. */
  | { readonly kind: "reset"; readonly processed: boolean }
  /** Nothing is ever answered; the connection stays open until the caller leaves. */
  | { readonly kind: "silence"; readonly processed: boolean }
  /** The head and half of the body are written, then the connection is closed; the call was processed. */
  | { readonly kind: "half_body" }
  /** Another answer than the right one; an absent `status` is 200. */
  | {
    readonly kind: "replace";
    readonly processed: boolean;
    readonly status?: number;
    readonly body: "html" | "empty" | "invalid_json" | { readonly text: string };
  }
  /** A business failure over HTTP 200; absent members are left out, null ones written as null. */
  | {
    readonly kind: "ret";
    readonly processed: boolean;
    readonly ret?: number | null;
    readonly errcode?: number | null;
    readonly errmsg?: string | null;
  }
  /** `getupdates`: the batch comes again with the next answer, with the same ids. */
  | { readonly kind: "duplicate_batch"; readonly contextToken: "same" | "new" }
  | { readonly kind: "reorder_batch" }
  /** `getupdates`: an answer without `get_updates_buf` and `sync_buf`. */
  | { readonly kind: "missing_cursor" }
  /** `getupdates`: `create_time_ms` is off by this much. */
  | { readonly kind: "clock_skew"; readonly ms: number }
  /** `getupdates`: everything that waits in one answer, however much. */
  | { readonly kind: "oversized_batch" }
  /** `getupdates`: the token dies while the poll is held, after the fault's `afterMs`. */
  | { readonly kind: "supersede" }
  /** `upload`: success without `x-encrypted-param`. */
  | { readonly kind: "missing_header" };

export interface Fault {
  readonly endpoint: Endpoint | "any";
  readonly act: FaultAct;
  /** How many calls it strikes; 1 when neither this nor `forMs` is given. */
  readonly times?: number;
  /** Strikes every call from now on for this long. */
  readonly forMs?: number;
  /** How much later the answer comes, or fails to come; 0 when absent. */
  readonly afterMs?: number;
  /** Matching calls that are let through first. */
  readonly skip?: number;
  /** Only calls of this bot (id, token or owner). */
  readonly bot?: string;
  /** Only calls about this person (`to_user_id` or `ilink_user_id`). */
  readonly person?: string;
}

export interface ActiveFault extends Fault {
  readonly id: number;
  timesLeft: number;
  skipLeft: number;
  /** `Infinity` when it is not bound to a time. */
  readonly untilMs: number;
}

/** When a fault is looked for: before the call is handled, while its answer is composed, or once the answer is there. */
export type FaultStage = "arrival" | "content" | "answer";

/** Adds a fault and returns its number; throws a `RangeError` for one that could never strike. */
export function addFault(world: World, fault: Fault): number {
  if (fault.bot !== undefined) findBot(world, fault.bot);
  const endpoints = endpointsOf(fault.act);
  if (endpoints !== null && !endpoints.some((endpoint) => endpoint === fault.endpoint)) {
    throw new RangeError(
      `Cannot add fault ${fault.act.kind} at ${fault.endpoint}: want ${endpoints.join(" or ")}`,
    );
  }
  const id = 1 + Math.max(0, ...world.faults.map((active) => active.id));
  world.faults.push({
    ...fault,
    id,
    timesLeft: fault.times ?? (fault.forMs === undefined ? 1 : Infinity),
    skipLeft: fault.skip ?? 0,
    untilMs: fault.forMs === undefined ? Infinity : world.clock.now() + fault.forMs,
  });
  return id;
}

/** The fault that strikes this call at this stage, counted as used; `null` for none. */
export function takeFault(
  world: World,
  call: {
    readonly endpoint: Endpoint;
    readonly stage: FaultStage;
    readonly token?: string;
    readonly person?: string;
  },
): Fault | null {
  if (world.faults.length === 0) return null;
  world.faults = activeFaults(world);
  for (const fault of world.faults) {
    if (fault.endpoint !== "any" && fault.endpoint !== call.endpoint) continue;
    if (stageOf(fault.act) !== call.stage) continue;
    if (fault.bot !== undefined && findBot(world, fault.bot).token !== call.token) continue;
    if (fault.person !== undefined && fault.person !== call.person) continue;
    if (fault.skipLeft > 0) {
      fault.skipLeft -= 1;
      continue;
    }
    fault.timesLeft -= 1;
    return fault;
  }
  return null;
}

/** Those that have neither struck often enough nor run out of time. */
export function activeFaults(world: World): ActiveFault[] {
  const nowMs = world.clock.now();
  return world.faults.filter((fault) => fault.timesLeft > 0 && fault.untilMs > nowMs);
}

function stageOf(act: FaultAct): FaultStage {
  switch (act.kind) {
    case "delay":
    case "hold":
    case "supersede":
      return "arrival";
    case "reset":
    case "silence":
    case "replace":
    case "ret":
      return act.processed ? "answer" : "arrival";
    case "half_body":
      return "answer";
    default:
      return "content";
  }
}

/** The only endpoints at which it can strike; `null` for all. */
function endpointsOf(act: FaultAct): readonly Endpoint[] | null {
  switch (act.kind) {
    case "missing_header":
      return ["upload"];
    case "hold":
      return ["getupdates", "get_qrcode_status"];
    case "duplicate_batch":
    case "reorder_batch":
    case "missing_cursor":
    case "clock_skew":
    case "oversized_batch":
    case "supersede":
      return ["getupdates"];
    default:
      return null;
  }
}
