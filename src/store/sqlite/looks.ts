/** Lists and numbers for people; nothing here changes anything. */
import type { AccountId, ClientId, MessageId } from "../../core/ids.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import type { Inbound } from "../../core/message.ts";
import type { Looks, StoreCounts } from "../store.ts";
import type { MessageSummary } from "../trace.ts";
import type { ClientCache } from "./client_cache.ts";
import type { Database } from "./database.ts";
import type { Group } from "./group.ts";
import { readTrace } from "./life.ts";
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

interface Tally {
  readonly account: AccountId;
  readonly kind: "message" | "send";
  readonly state: string;
  readonly count: number;
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
const SELECT_LAST = `${SUMMARIES} WHERE m.id < ? ORDER BY m.id DESC LIMIT ?`;
const SELECT_TALLIES = "SELECT account, kind, state, count FROM tallies";
const SELECT_ACCOUNTS = `
  SELECT id, last_inbound_at_ms AS lastInboundAtMs FROM accounts WHERE removed_at_ms IS NULL
  ORDER BY id`;
/** Index: deliveries_queue. */
const SELECT_OLDEST = `
  SELECT queued_at_ms AS atMs FROM deliveries WHERE ended_at_ms IS NULL AND client = ?
  ORDER BY id LIMIT 1`;
/** Index: deliveries_unanswered. */
const SELECT_UNANSWERED = `
  SELECT client, count(*) AS count FROM deliveries WHERE is_unanswered = 1 GROUP BY client`;

export function createLooks(
  { group, clients }: { readonly group: Group; readonly clients: ClientCache },
): Looks {
  return {
    trace: (message) => group.read((db) => readTrace(db, message)),
    lastMessages: ({ limit, before }) =>
      group.read((db) =>
        db.all<SummaryRow>(SELECT_LAST, before ?? Number.MAX_SAFE_INTEGER, limit).map(readSummary)
      ),
    counts: () => group.read((db) => readCounts(db, clients)),
  };
}

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

function readCounts(db: Database, clients: ClientCache): StoreCounts {
  const tallies = db.all<Tally>(SELECT_TALLIES);
  const messages: Record<InboxState, number> = { received: 0, routed: 0, parked: 0, dropped: 0 };
  const sends: Partial<Record<SendState, number>> = {};
  for (const { kind, state, count } of tallies) {
    if (kind === "message") messages[state as InboxState] += count;
    else sends[state as SendState] = (sends[state as SendState] ?? 0) + count;
  }
  return {
    messages,
    sends,
    accounts: db.all<{ id: AccountId; lastInboundAtMs: number | null }>(SELECT_ACCOUNTS)
      .map(({ id, lastInboundAtMs }) => ({
        account: id,
        unsettled: tallyOf(tallies, { account: id, kind: "message", state: "received" }),
        lastInboundAtMs,
        deferred: tallyOf(tallies, { account: id, kind: "send", state: "deferred" }),
      })),
    clients: readClientCounts(db, clients),
  };
}

function tallyOf(tallies: readonly Tally[], wanted: Omit<Tally, "count">): number {
  return tallies.find(({ account, kind, state }) =>
    account === wanted.account && kind === wanted.kind && state === wanted.state
  )?.count ?? 0;
}

function readClientCounts(db: Database, clients: ClientCache): StoreCounts["clients"] {
  const unanswered = new Map(
    db.all<{ client: ClientId; count: number }>(SELECT_UNANSWERED)
      .map(({ client, count }) => [client, count]),
  );
  return clients.list().map(({ id, waiting }) => ({
    client: id,
    waiting,
    oldestWaitingAtMs: waiting === 0
      ? null
      : db.get<{ atMs: number }>(SELECT_OLDEST, id)?.atMs ?? null,
    unanswered: unanswered.get(id) ?? 0,
  }));
}
