/** The bounds that the store itself holds; tests make them small. */
import { LIMITS } from "../../core/limits.ts";

type Name =
  | "handOutsMax"
  | "retentionSliceRows"
  | "unsentPerConversation"
  | "waitingPerClient"
  | "waitingPerConversation";

export type QueueLimits = { readonly [name in Name]: number };

export function queueLimits(given: Partial<QueueLimits> = {}): QueueLimits {
  return { ...LIMITS, ...given };
}
