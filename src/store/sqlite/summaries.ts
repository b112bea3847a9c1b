/** One row for each message, as lists show it. */
import type { MessageId } from "../../core/ids.ts";
import type { InboxState } from "../../core/lifecycle.ts";
import type { Inbound } from "../../core/message.ts";
import type { MessageSummary } from "../trace.ts";
import { readStored } from "./stored_json.ts";

export interface SummaryRow {
  readonly id: MessageId;
  readonly account: string;
  readonly key: string | null;
  readonly alias: string | null;
  readonly isGroup: 0 | 1 | null;
  readonly inbound: string | null;
  readonly receivedAtMs: number;
  readonly state: InboxState;
  readonly why: string;
  readonly detail: string;
  readonly settledAtMs: number | null;
  readonly duplicateOf: number | null;
  readonly duplicates: number;
}

export const SUMMARIES = `
  SELECT m.id, a.name AS account, s.key, s.alias, g.is_group AS isGroup, m.inbound,
    m.received_at_ms AS receivedAtMs, m.state, m.why, m.detail, m.settled_at_ms AS settledAtMs,
    m.duplicate_of AS duplicateOf, m.duplicates
  FROM messages AS m
    JOIN accounts AS a ON a.id = m.account
    LEFT JOIN senders AS s ON s.id = m.sender
    LEFT JOIN conversations AS c ON c.id = m.conversation
    LEFT JOIN senders AS g ON g.id = c.sender`;
export function readSummary(row: SummaryRow): MessageSummary {
  const inbound = row.inbound === null ? null : readStored<Inbound>(row.inbound);
  return {
    id: row.id,
    account: row.account,
    sender: { key: row.key ?? "", alias: row.alias ?? "" },
    isGroup: row.isGroup === 1,
    text: inbound?.text ?? "",
    parts: inbound?.parts ?? [],
    receivedAtMs: row.receivedAtMs,
    state: row.state,
    reason: row.detail === "" ? row.why : `${row.why}: ${row.detail}`,
    settledAtMs: row.settledAtMs,
    duplicateOf: row.duplicateOf,
    duplicates: row.duplicates,
  };
}
