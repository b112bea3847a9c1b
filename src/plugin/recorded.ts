/** A new version is tried on messages that the hub knows before it is asked about live ones. */
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import type { InboundView } from "./api.ts";
import { isDenial } from "./grants.ts";
import type { Facts, Memory } from "./host.ts";
import type { Seat } from "./roster.ts";

/** A stored message as plugins were shown it. */
export interface RecordedCall {
  readonly message: InboundView;
  readonly facts: Facts;
  /** By plugin id. */
  readonly memories: Readonly<Record<string, Memory>>;
}

export interface Trouble {
  /** For its author. */
  readonly text: string;
  /** The same without the plugin's own words, which may hold a message's text. */
  readonly logText: string;
  /** It failed for want of a permission. */
  readonly isDenial: boolean;
}

/** The first fault; `null` when there was none. What has not been tried when the time is up is not tried. */
export async function tryRecorded(
  seat: Seat,
  calls: readonly RecordedCall[],
  clock: Clock,
): Promise<Trouble | null> {
  if (!seat.info.hasRoute) return null;
  const untilMs = clock.monotonic() + LIMITS.recordedMessagesMs;
  for (const { message, facts, memories } of calls) {
    if (clock.monotonic() >= untilMs) return null;
    const answer = await seat.route({ message, facts, memory: memories[seat.info.id] ?? {} });
    if (answer.kind === "verdict") continue;
    const at = `it fails on message ${message.id} (${answer.fault})`;
    return { text: `${at}: ${answer.text}`, logText: at, isDenial: isDenial(answer.text) };
  }
  return null;
}
