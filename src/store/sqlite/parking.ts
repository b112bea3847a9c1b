/** A message whose last delivery was parked is parked itself, so that it is seen and can be decided again. */
import type { ParkReason } from "../../core/decision.ts";
import type { MessageId } from "../../core/ids.ts";
import type { Database } from "./database.ts";

/** Index: deliveries_message. */
const PARK_IF_NONE_ALIVE = `
  UPDATE messages SET state = 'parked', why = ?, settled_at_ms = ?
  WHERE id = ? AND state = 'routed'
    AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.id AND state <> 'parked')`;

export function parkIfNoneAlive(
  db: Database,
  message: MessageId,
  parked: { readonly why: ParkReason; readonly atMs: number },
): void {
  db.run(PARK_IF_NONE_ALIVE, parked.why, parked.atMs, message);
}
