/** How often a plugin gave which answer, counted from the traces: nothing is kept for it, and nothing can go out of step. */
import type { VerdictCount, VerdictCounts } from "../trace.ts";
import type { Database } from "./database.ts";

/** From the end, and no more than asked for. */
const NEWEST =
  "SELECT message, trace FROM traces WHERE message > 0 ORDER BY message DESC LIMIT ? + 0";
const SELECT_SPAN = `
  SELECT count(*) AS messages, min(message) AS oldest, json_extract(trace, '$.decidedAtMs') AS sinceMs
  FROM (${NEWEST})`;
/** A fault counts under its name. */
const COUNT = `
  SELECT coalesce(s.value ->> '$.outcome.verdict.kind', 'fault') AS kind,
    coalesce(s.value ->> '$.outcome.verdict.reason', s.value ->> '$.outcome.fault', '') AS reason,
    count(*) AS count, max(t.message) AS newest
  FROM (${NEWEST}) AS t, json_each(t.trace, '$.steps') AS s
  WHERE s.value ->> '$.plugin' = ?
  GROUP BY 1, 2 ORDER BY count DESC, newest DESC LIMIT ? + 0`;

/** A plugin may give a reason of its own to each message. */
const REASONS_MAX = 200;

/** As the port's `verdicts`. */
export function countVerdicts(
  db: Database,
  { plugin, last }: { readonly plugin: string; readonly last: number },
): VerdictCounts {
  const { messages, sinceMs } = db.one<Pick<VerdictCounts, "messages" | "sinceMs">>(
    SELECT_SPAN,
    last,
  );
  const verdicts = db.all<VerdictCount>(COUNT, last, plugin, REASONS_MAX);
  return { messages, sinceMs, verdicts };
}
