/** Programs that ask to become clients. Every move is claimed by the row's state, so that of several only one makes it. */
import { freeName, moved, type Pairing, type PairingAnswer } from "../../core/pairing.ts";
import type { AccountId, ClientId, PairingId } from "../../core/ids.ts";
import { LIMITS } from "../../core/limits.ts";
import type { ConfirmedPairing, PairingSteps } from "../store.ts";
import type { ClientCache } from "./client_cache.ts";
import { checkName, isNameTaken, registerClient } from "./clients.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import { readMeta, writeMeta } from "./meta.ts";
import type { Secrets } from "./secrets.ts";

const COLUMNS = `
  SELECT id, state, name, address, created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs
  FROM pairings`;
const SELECT_ALL = `${COLUMNS} WHERE expires_at_ms > ? ORDER BY id`;
const SELECT_BY_CODE = `${COLUMNS} WHERE code_hash = ?`;
const SELECT_BY_KEY = `${COLUMNS} WHERE key_hash = ?`;
const SELECT_ONE = `${COLUMNS} WHERE id = ?`;
const SELECT_CONFIRMED = "SELECT client, token, user_id AS userId FROM pairings WHERE id = ?";
const COUNT = "SELECT count(*) AS pairings FROM pairings";
const INSERT = `
  INSERT INTO pairings (
    code_hash, key_hash, state, name, address, created_at_ms, expires_at_ms, user_id, client, token
  ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SCAN = "UPDATE pairings SET state = 'scanned' WHERE id = ?";
const APPROVE = `
  UPDATE pairings SET state = 'approved', name = ?, user_id = ?, expires_at_ms = ? WHERE id = ?`;
const CONFIRM = `
  UPDATE pairings SET state = 'confirmed', name = ?, client = ?, token = ?, expires_at_ms = ?
  WHERE id = ?`;
const DELETE = "DELETE FROM pairings WHERE id = ?";
const FORGET = "DELETE FROM pairings WHERE expires_at_ms <= ?";
/** The owner: who scanned, else the first person who wrote to a bot whose token was given bare. */
const SELECT_OWNER = `
  SELECT coalesce(a.user_id, (
    SELECT s.wechat_id FROM conversations AS c JOIN senders AS s ON s.id = c.sender
    WHERE c.account = a.id AND s.is_group = 0 ORDER BY c.id LIMIT 1
  )) AS userId
  FROM accounts AS a
  WHERE a.removed_at_ms IS NULL AND (?1 IS NULL OR a.id = ?1) ORDER BY a.id`;
const OPEN_UNTIL_KEY = "pairing_open_until_ms";

interface Parts {
  readonly clients: ClientCache;
  readonly secrets: Secrets;
}

export function createPairingSteps(parts: Parts & { readonly group: Group }): PairingSteps {
  const { group } = parts;
  return {
    requestPairing: (request) => group.write(({ db }) => requestPairing(db, parts, request)),
    pairings: (nowMs) => group.read((db) => db.all<Pairing>(SELECT_ALL, nowMs)),
    pairingBy: (digest, nowMs) => group.read((db) => readBy(db, digest, nowMs)),
    scanPairing: (pairing, atMs) =>
      group.write(({ db }) => {
        if (moveOf(db, pairing, { move: "scan", atMs }) !== null) db.run(SCAN, pairing);
      }),
    approvePairing: (pairing, { wantsOpen, ...approval }) =>
      group.write((step) =>
        wantsOpen && openUntil(step.db, approval.atMs) === null
          ? { kind: "closed" }
          : approvePairing(step, pairing, approval)
      ),
    confirmPairing: (pairing, confirmation) =>
      group.write((step) => confirmPairing(step, parts, { pairing, ...confirmation })),
    refusePairing: (pairing, { wantsOpen, atMs }) =>
      group.write(({ db }) => {
        if (wantsOpen && openUntil(db, atMs) === null) return "closed";
        if (moveOf(db, pairing, { move: "refuse", atMs }) === null) return "gone";
        db.run(DELETE, pairing);
        return "refused";
      }),
    forgetPairings: (nowMs) => group.write(({ db }) => db.run(FORGET, nowMs)),
    pairingOpenUntil: (nowMs) => group.read((db) => openUntil(db, nowMs)),
    openPairing: (untilMs) =>
      group.write(({ db }) => writeMeta(db, OPEN_UNTIL_KEY, String(untilMs))),
  };
}

function requestPairing(
  db: Database,
  { secrets }: Parts,
  request: Parameters<PairingSteps["requestPairing"]>[0],
): "made" | "full" {
  const { codeHash, keyHash, name, address, known, atMs } = request;
  db.run(FORGET, atMs);
  if (db.one<{ pairings: number }>(COUNT).pairings >= LIMITS.pairingsMax) return "full";
  const token = known?.token ?? null;
  const state = known === null ? "waiting" : token === null ? "known" : "confirmed";
  const endsAtMs = atMs + (known === null ? LIMITS.pairingMs : LIMITS.pairingRepeatMs);
  const owner = known === null ? "" : ownerOf(db, null) ?? "";
  const sealed = token === null ? null : secrets.close(token);
  db.run(
    INSERT,
    ...[codeHash, keyHash, state, name, address, atMs, endsAtMs, owner],
    known?.client ?? null,
    sealed,
  );
  return "made";
}

function readBy(
  db: Database,
  digest: Parameters<PairingSteps["pairingBy"]>[0],
  nowMs: number,
): Pairing | null {
  const found = "codeHash" in digest
    ? db.get<Pairing>(SELECT_BY_CODE, digest.codeHash)
    : db.get<Pairing>(SELECT_BY_KEY, digest.keyHash);
  return found === undefined || found.expiresAtMs <= nowMs ? null : found;
}

/** A part of the step that settles a message, too. Throws `CLIENT_NAME_TAKEN`. */
export function approvePairing(
  { db }: Step,
  pairing: PairingId,
  { name, account, atMs }: {
    readonly name: string | null;
    readonly account: AccountId | null;
    readonly atMs: number;
  },
): PairingAnswer {
  const found = db.get<Pairing>(SELECT_ONE, pairing);
  if (found === undefined || moved(found, { move: "approve", atMs }) === null) {
    return { kind: "gone" };
  }
  const owner = ownerOf(db, account);
  if (owner === null) return { kind: "no_owner" };
  if (name !== null) checkName(db, name, null);
  const chosen = name ?? freeName(found.name, (one) => isNameTaken(db, one));
  // A client that asks seldom gets its time, too.
  const endsAtMs = Math.max(found.expiresAtMs, atMs + LIMITS.pairingRepeatMs);
  db.run(APPROVE, chosen, owner, endsAtMs, pairing);
  return { kind: "approved", name: chosen };
}

function confirmPairing(
  step: Step,
  { clients, secrets }: Parts,
  { pairing, token, tokenHash, atMs }: {
    readonly pairing: PairingId;
    readonly token: string;
    readonly tokenHash: string;
    readonly atMs: number;
  },
): ConfirmedPairing | null {
  const { db } = step;
  const found = db.get<Pairing>(SELECT_ONE, pairing);
  if (found === undefined || found.expiresAtMs <= atMs) return null;
  if (found.state === "confirmed") return readConfirmed(db, secrets, pairing);
  if (moved(found, { move: "confirm", atMs }) === null) return null;
  const name = freeName(found.name, (one) => isNameTaken(db, one));
  const client = registerClient(step, clients, { name, label: "", tokenHash, atMs }).id;
  const sealed = secrets.close(token);
  db.run(CONFIRM, name, client, sealed, atMs + LIMITS.pairingRepeatMs, pairing);
  const { userId } = db.one<{ userId: string }>(SELECT_CONFIRMED, pairing);
  return { client, token, userId, isNew: true };
}

function readConfirmed(
  db: Database,
  secrets: Secrets,
  pairing: PairingId,
): ConfirmedPairing | null {
  const { client, token, userId } = db.one<
    { client: ClientId | null; token: Uint8Array | null; userId: string }
  >(SELECT_CONFIRMED, pairing);
  if (client === null || token === null) return null;
  return { client, token: secrets.open(token), userId, isNew: false };
}

function moveOf(
  db: Database,
  pairing: PairingId,
  move: Parameters<typeof moved>[1],
): ReturnType<typeof moved> {
  const found = db.get<Pairing>(SELECT_ONE, pairing);
  return found === undefined ? null : moved(found, move);
}

function ownerOf(db: Database, account: AccountId | null): string | null {
  const owners = db.all<{ userId: string | null }>(SELECT_OWNER, account);
  return owners.find(({ userId }) => userId !== null)?.userId ?? null;
}

function openUntil(db: Database, nowMs: number): number | null {
  const untilMs = Number(readMeta(db, OPEN_UNTIL_KEY) ?? 0);
  return untilMs > nowMs ? untilMs : null;
}
