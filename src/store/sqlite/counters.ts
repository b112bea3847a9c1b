/**
 * How many messages and sends each account has in each state. They are changed by nearly every step, so each group adds its
 * changes up and writes them once; triggers would cost as much as the statements that they watch.
 */
import type { AccountId } from "../../core/ids.ts";
import type { InboxState, SendState } from "../../core/lifecycle.ts";
import type { Database } from "./database.ts";

export interface Counter {
  readonly kind: "message" | "send";
  readonly account: AccountId;
  readonly state: InboxState | SendState;
}

/** What changed, by the counter's name. */
export type Changes = Map<string, number>;

const SELECT_ALL = "SELECT name, count FROM counters";
const SELECT_ONE = "SELECT count FROM counters WHERE name = ?";
const ADD = `
  INSERT INTO counters VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count`;

export function addTo(changes: Changes, counter: Counter, by: number): void {
  const name = nameOf(counter);
  changes.set(name, (changes.get(name) ?? 0) + by);
}

/** Writes what several steps changed. */
export function saveChanges(db: Database, steps: readonly Changes[]): void {
  const sums: Changes = new Map();
  for (const changes of steps) {
    for (const [name, by] of changes) sums.set(name, (sums.get(name) ?? 0) + by);
  }
  for (const [name, by] of sums) if (by !== 0) db.run(ADD, name, by);
}

export function readCounter(db: Database, counter: Counter): number {
  return db.get<{ count: number }>(SELECT_ONE, nameOf(counter))?.count ?? 0;
}

export function readCounters(db: Database): readonly (Counter & { readonly count: number })[] {
  return db.all<{ name: string; count: number }>(SELECT_ALL).map(({ name, count }) => {
    const [kind, account, state] = name.split(" ");
    return { kind, account: Number(account), state, count } as Counter & { count: number };
  });
}

function nameOf({ kind, account, state }: Counter): string {
  return `${kind} ${account} ${state}`;
}
