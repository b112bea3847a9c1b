/** Lists and numbers for people; nothing here changes anything. */
import type { AccountId, ClientId } from "../../core/ids.ts";
import type { Ledger } from "../../core/ledger.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import type { Looks, StoreCounts } from "../store.ts";
import type { ClientCache } from "./client_cache.ts";
import { type Counter, readCounters } from "./counters.ts";
import type { Database } from "./database.ts";
import { readForeignSigns } from "./foreign_quotes.ts";
import type { Group } from "./group.ts";
import { LEDGER_COLUMNS, readLedger } from "./ledgers.ts";
import { readTrace } from "./life.ts";
import { readGate, readLearnedWindow } from "./send_gates.ts";
import { readSummary, SUMMARIES, type SummaryRow } from "./summaries.ts";
import { countVerdicts } from "./verdict_counts.ts";

const SELECT_LAST = `${SUMMARIES} WHERE m.id < ? ORDER BY m.id DESC LIMIT ? + 0`;
const SELECT_ACCOUNTS = `
  SELECT a.id, a.last_inbound_at_ms AS inboundAtMs, c.id AS conversation, ${LEDGER_COLUMNS}
  FROM accounts AS a LEFT JOIN conversations AS c ON c.id = a.last_conversation
  WHERE a.removed_at_ms IS NULL ORDER BY a.id`;
/** Read only when something is deferred. Index: sends_open, which holds only what is still to be done. */
const SELECT_OLDEST_DEFERRED = `
  SELECT account, min(planned_at_ms) AS atMs FROM sends INDEXED BY sends_open
  WHERE is_open = 1 AND state = 'deferred' GROUP BY account`;
/** Index: deliveries_queue. */
const SELECT_OLDEST = `
  SELECT queued_at_ms AS atMs FROM deliveries WHERE ended_at_ms IS NULL AND client = ?
  ORDER BY id LIMIT 1`;
/** Index: deliveries_unanswered. */
const SELECT_UNANSWERED = `
  SELECT client, count(*) AS count FROM deliveries WHERE is_unanswered = 1 GROUP BY client`;

interface AccountRow extends Ledger {
  readonly id: AccountId;
  readonly inboundAtMs: number | null;
  /** `null`: then the ledger's members are too. */
  readonly conversation: number | null;
}

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
    verdicts: (call) => group.read((db) => countVerdicts(db, call)),
  };
}

function readCounts(db: Database, clients: ClientCache): StoreCounts {
  const counters = readCounters(db);
  const messages: Record<InboxState, number> = { received: 0, routed: 0, parked: 0, dropped: 0 };
  const sends: Partial<Record<SendState, number>> = {};
  for (const { kind, state, count } of counters) {
    if (kind === "message") messages[state as InboxState] += count;
    else sends[state as SendState] = (sends[state as SendState] ?? 0) + count;
  }
  return {
    messages,
    sends,
    accounts: readAccountCounts(db, counters),
    clients: readClientCounts(db, clients),
  };
}

function readAccountCounts(
  db: Database,
  counters: ReturnType<typeof readCounters>,
): StoreCounts["accounts"] {
  const hasDeferred = counters.some(({ kind, state, count }) =>
    kind === "send" && state === "deferred" && count > 0
  );
  const oldest = new Map(
    (hasDeferred ? db.all<{ account: AccountId; atMs: number }>(SELECT_OLDEST_DEFERRED) : [])
      .map(({ account, atMs }) => [account, atMs]),
  );
  return db.all<AccountRow>(SELECT_ACCOUNTS).map((row) => ({
    account: row.id,
    unsettled: countOf(counters, { account: row.id, kind: "message", state: "received" }),
    lastInboundAtMs: row.inboundAtMs,
    deferred: countOf(counters, { account: row.id, kind: "send", state: "deferred" }),
    oldestDeferredAtMs: oldest.get(row.id) ?? null,
    ledger: row.conversation === null ? null : readLedger(row),
    gate: readGate(db, row.id),
    learned: readLearnedWindow(db, row.id),
    foreign: readForeignSigns(db, row.id),
  }));
}

function countOf(counters: ReturnType<typeof readCounters>, wanted: Counter): number {
  return counters.find(({ account, kind, state }) =>
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
