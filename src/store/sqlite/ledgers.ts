/** A conversation's ledger, as columns of its row and as the rest of the hub sees it. */
import type { Ledger } from "../../core/ledger.ts";

/** To be selected from `conversations AS c`. */
export const LEDGER_COLUMNS = `
  c.last_inbound_at_ms AS lastInboundAtMs, c.sends_since_inbound AS sendsSinceInbound,
  c.cool_down_until_ms AS coolDownUntilMs`;

export function readLedger(row: Ledger): Ledger {
  const { lastInboundAtMs, sendsSinceInbound, coolDownUntilMs } = row;
  return { lastInboundAtMs, sendsSinceInbound, coolDownUntilMs };
}
