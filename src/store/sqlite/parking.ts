/** A message whose last delivery was parked is parked itself, so that it is seen and can be decided again. */
import type { ParkReason } from "../../core/decision.ts";
import type { AccountId, MessageId } from "../../core/ids.ts";
import type { Step } from "./group.ts";
import { countMessages } from "./moves.ts";

/** Index: deliveries_message. */
const PARK_IF_NONE_ALIVE = `
  UPDATE messages SET state = 'parked', why = ?, settled_at_ms = ?
  WHERE id = ? AND state = 'routed'
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.id AND state <> 'parked')
  RETURNING account`;

export function parkIfNoneAlive(
  step: Step,
  message: MessageId,
  parked: { readonly why: ParkReason; readonly atMs: number },
): void {
  const gone = step.db.get<{ account: AccountId }>(
    PARK_IF_NONE_ALIVE,
    parked.why,
    parked.atMs,
    message,
  );
  if (gone !== undefined) countMessages(step, gone.account, { from: "routed", to: "parked" });
}
