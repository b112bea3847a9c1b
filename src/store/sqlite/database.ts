/** One connection: statements are prepared once and kept, rows get the shape their SELECT gives them. */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** What may be bound. Booleans are 0 and 1; the driver refuses `undefined` and turns a `Date` into NULL, so neither is here. */
export type Value = null | number | string | Uint8Array;

export class Database {
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Throws what the driver throws; nothing is read from the file yet. */
  constructor(path: string, options: { readonly busyMs: number; readonly isReadOnly?: true }) {
    this.#connection = new DatabaseSync(path, {
      timeout: options.busyMs,
      readOnly: options.isReadOnly ?? false,
    });
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
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  /** As `get`, for a statement that always gives a row. */
  one<Row>(sql: string, ...values: readonly Value[]): Row {
    const row = this.get<Row>(sql, ...values);
    if (row === undefined) throw new Error(`No row for: ${sql}`);
    return row;
  }

  all<Row>(sql: string, ...values: readonly Value[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Runs a statement to its end; gives the number of changed rows. */
  run(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** Inserts one row; gives its id. */
  insert(sql: string, ...values: readonly Value[]): number {
    return Number(this.#prepare(sql).run(...values).lastInsertRowid);
  }

  /** Runs several statements without values. Errors carry no code; for schema changes alone. */
  script(sql: string): void {
    this.#connection.exec(sql);
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
