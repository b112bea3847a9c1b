/**
 * The clients in memory, since every message and every request asks for them. It follows the database: whoever changes a
 * client has it read again once the change is on disk. Scripts, which only speak, are none of them.
 */
import { type Client, type ClientSettings, DEFAULT_CLIENT_SETTINGS } from "../../core/client.ts";
import type { ClientId } from "../../core/ids.ts";
import type { Database } from "./database.ts";
import type { Step } from "./group.ts";
import { readStored } from "./stored_json.ts";

interface ClientRow {
  readonly id: ClientId;
  readonly name: string;
  readonly label: string;
  readonly settings: string;
  readonly createdAtMs: number;
  readonly lastSeenAtMs: number | null;
  readonly waiting: number;
  readonly tokenHash: string;
  readonly oldTokenHash: string | null;
  readonly oldValidUntilMs: number | null;
}

interface Entry {
  readonly client: Client;
  readonly tokenHash: string;
  readonly oldTokenHash: string | null;
  readonly oldValidUntilMs: number;
}

const COLUMNS = `
  SELECT id, name, label, settings, created_at_ms AS createdAtMs, last_seen_at_ms AS lastSeenAtMs,
    waiting, token_hash AS tokenHash, old_token_hash AS oldTokenHash,
    old_valid_until_ms AS oldValidUntilMs
  FROM clients`;
const SELECT_ALL = `${COLUMNS} WHERE role = 'agent' AND removed_at_ms IS NULL ORDER BY id`;
const SELECT_ONE = `${COLUMNS} WHERE id = ? AND role = 'agent' AND removed_at_ms IS NULL`;
const SELECT_WAITING = "SELECT waiting FROM clients WHERE id = ?";

export class ClientCache {
  readonly #entries = new Map<ClientId, Entry>();
  readonly #byToken = new Map<string, ClientId>();
  /** Made when it is asked for, dropped when a client changes. */
  #list: readonly Client[] | null = null;

  constructor(db: Database) {
    for (const row of db.all<ClientRow>(SELECT_ALL)) this.#put(row);
  }

  list(): readonly Client[] {
    this.#list ??= [...this.#entries.values()].map(({ client }) => client);
    return this.#list;
  }

  get(id: ClientId): Client | null {
    return this.#entries.get(id)?.client ?? null;
  }

  byToken(tokenHash: string, nowMs: number): Client | null {
    const id = this.#byToken.get(tokenHash);
    const entry = id === undefined ? undefined : this.#entries.get(id);
    if (entry === undefined) return null;
    return tokenHash === entry.tokenHash || nowMs < entry.oldValidUntilMs ? entry.client : null;
  }

  /** Reads the client as the step leaves it; gives it, `null` when it is no client any more. */
  refresh({ db, afterCommit }: Step, id: ClientId): Client | null {
    const row = db.get<ClientRow>(SELECT_ONE, id);
    afterCommit(() => row === undefined ? this.#remove(id) : this.#put(row));
    return row === undefined ? null : readClient(row);
  }

  /** Reads only how many deliveries wait. */
  refreshWaiting({ db, afterCommit }: Step, id: ClientId): void {
    const { waiting } = db.one<{ waiting: number }>(SELECT_WAITING, id);
    afterCommit(() => {
      const entry = this.#entries.get(id);
      if (entry === undefined || entry.client.waiting === waiting) return;
      this.#entries.set(id, { ...entry, client: { ...entry.client, waiting } });
      this.#list = null;
    });
  }

  #put(row: ClientRow): void {
    const { id, tokenHash, oldTokenHash, oldValidUntilMs } = row;
    this.#forgetTokens(id);
    const client = readClient(row);
    this.#entries.set(id, {
      client,
      tokenHash,
      oldTokenHash,
      oldValidUntilMs: oldValidUntilMs ?? 0,
    });
    if (oldTokenHash !== null) this.#byToken.set(oldTokenHash, id);
    this.#byToken.set(tokenHash, id);
    this.#list = null;
  }

  #remove(id: ClientId): void {
    this.#forgetTokens(id);
    this.#entries.delete(id);
    this.#list = null;
  }

  #forgetTokens(id: ClientId): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#byToken.delete(entry.tokenHash);
    if (entry.oldTokenHash !== null) this.#byToken.delete(entry.oldTokenHash);
  }
}

function readClient(row: ClientRow): Client {
  const { id, name, label, createdAtMs, lastSeenAtMs, waiting } = row;
  // What was written before a setting existed does not name it.
  const stored = readStored<Partial<ClientSettings>>(row.settings);
  const settings = { ...DEFAULT_CLIENT_SETTINGS, ...stored };
  return { id, name, label, settings, createdAtMs, lastSeenAtMs, waiting };
}
