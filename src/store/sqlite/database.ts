/**
 * One connection: statements are prepared once and kept, rows get the shape their SELECT gives them.
 *
 * The driver builds an object with fresh keys for each row and a report for each change, which costs more than most of the
 * statements do. So rows come as arrays and get their keys here, and a change is counted only where the count is used. The
 * engine plans a statement anew whenever another LIMIT is bound to it, which costs most of all: hence `LIMIT ? + 0`.
 */
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";

/** What may be bound. Booleans are 0 and 1; the driver refuses `undefined` and turns a `Date` into NULL, so neither is here. */
export type Value = null | number | string | Uint8Array;

interface Prepared {
  readonly statement: StatementSync;
  readonly columns: readonly string[];
}

export class Database {
  readonly #connection: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  /** Throws what the driver throws; nothing is read from the file yet. */
  constructor(path: string, options: { readonly busyMs: number }) {
    // The types of the runtime do not know `returnArrays` yet.
    const driverOptions = { timeout: options.busyMs, returnArrays: true };
    this.#connection = new DatabaseSync(path, driverOptions);
  }

  /** For what the driver itself offers, such as a copy of the file. */
  get connection(): DatabaseSync {
    return this.#connection;
  }

  /** Whether a transaction is open; the engine ends one by itself when the disk is full. */
  get isInTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  /** The first row, in the shape `Row` that the statement's columns give it. */
  get<Row>(sql: string, ...values: readonly Value[]): Row | undefined {
    const { statement, columns } = this.#prepare(sql);
    const row = statement.get(...values);
    return row === undefined ? undefined : shape<Row>(columns, row);
  }

  /** As `get`, for a statement that always gives a row. */
  one<Row>(sql: string, ...values: readonly Value[]): Row {
    const row = this.get<Row>(sql, ...values);
    if (row === undefined) throw new Error(`No row for: ${sql}`);
    return row;
  }

  all<Row>(sql: string, ...values: readonly Value[]): Row[] {
    const { statement, columns } = this.#prepare(sql);
    return statement.all(...values).map((row) => shape<Row>(columns, row));
  }

  /** Runs a statement that gives no rows. */
  run(sql: string, ...values: readonly Value[]): void {
    this.#prepare(sql).statement.get(...values);
  }

  /** As `run`; gives the number of changed rows. */
  change(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(sql).statement.run(...values).changes);
  }

  /** Inserts one row; gives its id. */
  insert(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(sql).statement.run(...values).lastInsertRowid);
  }

  /** Runs several statements without values. Errors carry no code; for schema changes alone. */
  script(sql: string): void {
    this.#connection.exec(sql);
  }

  close(): void {
    this.#prepared.clear();
    this.#connection.close();
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    const prepared = { statement, columns: statement.columns().map(({ name }) => name) };
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}

/** The driver's types speak of objects, also when it was asked for arrays. */
function shape<Row>(columns: readonly string[], values: unknown): Row {
  const row: Record<string, SQLOutputValue> = {};
  const given = values as readonly SQLOutputValue[];
  columns.forEach((column, at) => row[column] = given[at] ?? null);
  return row as Row;
}
