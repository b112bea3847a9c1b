/** Clients: who may call, and what becomes of their messages when they go. */
import type { Client } from "../../core/client.ts";
import { DEFAULT_CLIENT_SETTINGS } from "../../core/client.ts";
import { HubError } from "../../core/error.ts";
import { asId, type ClientId, type MessageId } from "../../core/ids.ts";
import type { ClientSteps } from "../store.ts";
import type { ClientCache } from "./client_cache.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { parkIfNoneAlive } from "./parking.ts";
import { endPinsOfClient } from "./pins.ts";
import { clearQueueCounts } from "./queue_counts.ts";
import { makeUndecided } from "./undecided.ts";

const EXISTS = "SELECT 1 FROM clients WHERE id = ? AND role = 'agent' AND removed_at_ms IS NULL";
/** A script has its name among the clients, too: both speak to people under it. */
const SELECT_NAMED = "SELECT id FROM clients WHERE name = ? AND removed_at_ms IS NULL";
const SELECT_WITH_TOKEN = "SELECT id FROM clients WHERE token_hash = ? AND removed_at_ms IS NULL";
const INSERT = `
  INSERT INTO clients (name, label, token_hash, settings, created_at_ms) VALUES (?, ?, ?, ?, ?)`;
const UPDATE = "UPDATE clients SET name = ?, label = ?, settings = ? WHERE id = ?";
const ROTATE = `
  UPDATE clients SET old_token_hash = token_hash, old_valid_until_ms = ?, token_hash = ?
  WHERE id = ?`;
const SEEN = `
  UPDATE clients SET last_seen_at_ms = max(coalesce(last_seen_at_ms, 0), ?1)
  WHERE id = ?2 AND removed_at_ms IS NULL`;
const REMOVE = `
  UPDATE clients SET removed_at_ms = ?, old_token_hash = NULL
  WHERE id = ? AND role = 'agent' AND removed_at_ms IS NULL`;
const END_BINDINGS = `
  UPDATE conversations SET bound_client = NULL, bound_at_ms = NULL WHERE bound_client = ?`;
const END_DEFAULTS = "UPDATE accounts SET default_client = NULL WHERE default_client = ?";
/** Index: deliveries_queue. */
const SELECT_QUEUE = "SELECT message FROM deliveries WHERE ended_at_ms IS NULL AND client = ?";
const PARK_QUEUE = `
  UPDATE deliveries SET state = 'parked', reason = 'client_removed', ended_at_ms = ?, seq = NULL
  WHERE ended_at_ms IS NULL AND client = ?`;

export function createClientSteps(
  { group, clients }: { readonly group: Group; readonly clients: ClientCache },
): ClientSteps {
  return {
    clients: () => group.read(() => clients.list()),
    clientByToken: (tokenHash, nowMs) => group.read(() => clients.byToken(tokenHash, nowMs)),
    registerClient: (client) => group.write((step) => registerClient(step, clients, client)),
    updateClient: (client, change) =>
      group.write((step) => updateClient(step, clients, { client, change })),
    rotateToken: (client, rotation) =>
      group.write((step) => rotateToken(step, clients, { client, ...rotation })),
    removeClient: (client, atMs) =>
      group.write((step) => removeClient(step, clients, { client, atMs })),
    recordSeen: (seen) =>
      group.write((step) => {
        for (const { client, atMs } of seen) {
          if (step.db.change(SEEN, atMs, client) > 0) clients.refresh(step, client);
        }
      }),
  };
}

/** Also a part of larger steps. Throws `CLIENT_NAME_TAKEN`. */
export function registerClient(
  step: Step,
  clients: ClientCache,
  given: Parameters<ClientSteps["registerClient"]>[0],
): Client {
  const { db } = step;
  const { name, label, tokenHash, atMs } = given;
  checkName(db, name, null);
  checkToken(db, tokenHash);
  const settings = JSON.stringify(DEFAULT_CLIENT_SETTINGS);
  const client = asId<ClientId>(db.insert(INSERT, name, label, tokenHash, settings, atMs));
  makeUndecided(step, "no_client");
  return refreshed(step, clients, client);
}

function updateClient(
  step: Step,
  clients: ClientCache,
  { client, change }: {
    readonly client: ClientId;
    readonly change: Parameters<ClientSteps["updateClient"]>[1];
  },
): Client {
  const { db } = step;
  const before = refreshed(step, clients, client);
  const { name = before.name, label = before.label, settings } = change;
  checkName(db, name, client);
  db.run(UPDATE, name, label, JSON.stringify({ ...before.settings, ...settings }), client);
  return refreshed(step, clients, client);
}

function rotateToken(
  step: Step,
  clients: ClientCache,
  { client, tokenHash, oldValidUntilMs }: {
    readonly client: ClientId;
    readonly tokenHash: string;
    readonly oldValidUntilMs: number;
  },
): void {
  refreshed(step, clients, client);
  checkToken(step.db, tokenHash);
  step.db.run(ROTATE, oldValidUntilMs, tokenHash, client);
  clients.refresh(step, client);
}

function removeClient(
  step: Step,
  clients: ClientCache,
  { client, atMs }: { readonly client: ClientId; readonly atMs: number },
): void {
  const { db } = step;
  if (db.change(REMOVE, atMs, client) === 0) return;
  db.run(END_BINDINGS, client);
  db.run(END_DEFAULTS, client);
  endPinsOfClient(db, client);
  const queued = db.all<{ message: MessageId }>(SELECT_QUEUE, client);
  db.run(PARK_QUEUE, atMs, client);
  clearQueueCounts(db, client);
  for (const { message } of queued) parkIfNoneAlive(step, message, { why: "client_removed", atMs });
  clients.refresh(step, client);
}

function refreshed(step: Step, clients: ClientCache, client: ClientId): Client {
  const found = clients.refresh(step, client);
  if (found === null) throw clientUnknown(client);
  return found;
}

/** Whether a client that has not been removed has the name. */
export function isNameTaken(db: Database, name: string): boolean {
  return db.get(SELECT_NAMED, name) !== undefined;
}

/** Throws `CLIENT_NAME_TAKEN` when another client than `own` has the name. */
export function checkName(db: Database, name: string, own: ClientId | null): void {
  const holder = db.get<{ id: ClientId }>(SELECT_NAMED, name);
  if (holder === undefined || holder.id === own) return;
  throw new HubError(
    "CLIENT_NAME_TAKEN",
    `Cannot use the name "${name}": a client or script has it`,
    {
      hint: "Choose another name, or remove or rename the other one first",
    },
  );
}

/** Throws `USAGE` when a client or script has the token. */
export function checkToken(db: Database, tokenHash: string): void {
  if (db.get(SELECT_WITH_TOKEN, tokenHash) === undefined) return;
  throw new HubError("USAGE", "Cannot use this token: it is in use already", {
    hint: "Give each client and script one of its own",
  });
}

/** Whether this is a client that has not been removed, as the step finds it. */
export function clientExists(db: Database, client: ClientId): boolean {
  return db.get(EXISTS, client) !== undefined;
}

/** For a client id that names no client. */
export function clientUnknown(client: ClientId): HubError {
  return new HubError("CLIENT_UNKNOWN", `Cannot find client ${client}: there is none`, {
    hint: "List the clients and name one of them",
  });
}
