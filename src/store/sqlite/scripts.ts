/** Scripts: rows of the clients' table that only speak, so that what they say is a reply like any other. */
import { HubError } from "../../core/error.ts";
import { asId, type ClientId, type ConversationId, type ReplyId } from "../../core/ids.ts";
import type { GivenPush, ReplyOutcome, Script, ScriptSteps } from "../store.ts";
import { accept } from "./client_side.ts";
import { checkName, checkToken } from "./clients.ts";
import type { Database } from "./database.ts";
import type { Group, Step } from "./group.ts";
import type { QueueLimits } from "./limits.ts";
import { readOutcome } from "./reply_outcome.ts";

const COLUMNS = `
  SELECT id, name, created_at_ms AS createdAtMs, last_seen_at_ms AS lastUsedAtMs FROM clients
  WHERE role = 'push' AND removed_at_ms IS NULL`;
const SELECT_ALL = `${COLUMNS} ORDER BY id`;
const SELECT_ONE = `${COLUMNS} AND id = ?`;
/** Index: clients_token. */
const SELECT_BY_KEY = `
  SELECT id, name FROM clients WHERE token_hash = ? AND role = 'push' AND removed_at_ms IS NULL`;
/** Indexes: replies_unshaped, sends_open. */
const COUNT_WAITING = `
  SELECT client, count(*) AS waiting FROM (
    SELECT id, client FROM replies INDEXED BY replies_unshaped WHERE state = 'accepted'
    UNION
    SELECT r.id, r.client
    FROM sends AS n INDEXED BY sends_open JOIN replies AS r ON r.id = n.reply WHERE n.is_open = 1
  ) GROUP BY client`;
const INSERT = `
  INSERT INTO clients (name, label, token_hash, settings, created_at_ms, role)
  VALUES (?, '', ?, '{}', ?, 'push')`;
const REMOVE = `
  UPDATE clients SET removed_at_ms = ? WHERE name = ? AND role = 'push' AND removed_at_ms IS NULL`;
const USED = "UPDATE clients SET last_seen_at_ms = ? WHERE id = ?";
const IS_OWN_REPLY = "SELECT 1 FROM replies WHERE id = ? AND client = ?";

const SELECT_ACCOUNT = "SELECT 1 FROM accounts WHERE name = ? AND removed_at_ms IS NULL";
/** People's conversations, not groups', with the account of this name, or of any. */
const PEOPLE = `
  SELECT c.id AS conversation
  FROM senders AS s
    JOIN conversations AS c ON c.sender = s.id
    JOIN accounts AS a ON a.id = c.account
  WHERE a.removed_at_ms IS NULL AND s.is_group = 0 AND (?1 = '' OR a.name = ?1)`;
/** Index: senders_key. */
const SELECT_BY_SENDER_KEY = `${PEOPLE} AND s.key = ?2 ORDER BY c.id LIMIT 1`;
/** Index: senders_alias. */
const SELECT_BY_ALIAS = `${PEOPLE} AND s.alias = ?2 AND s.alias <> '' ORDER BY c.id LIMIT 1`;
/** Index: the unique one of wechat_id. */
const SELECT_BY_WECHAT_ID = `${PEOPLE} AND s.wechat_id = ?2 ORDER BY c.id LIMIT 1`;
/** Of a bare token nobody knows the owner: it is who wrote first. Index: conversations_account. */
const SELECT_OWNER = `
  SELECT c.id AS conversation
  FROM accounts AS a
    CROSS JOIN conversations AS c ON c.account = a.id
    CROSS JOIN senders AS s ON s.id = c.sender
  WHERE a.removed_at_ms IS NULL AND s.is_group = 0 AND (?1 = '' OR a.name = ?1)
    AND (a.user_id IS NULL OR s.wechat_id = a.user_id)
  ORDER BY a.id, c.id LIMIT 1`;

export function createScriptSteps(
  { group, limits }: { readonly group: Group; readonly limits: QueueLimits },
): ScriptSteps {
  return {
    scripts: () => group.read(readScripts),
    registerScript: (script) => group.write((step) => registerScript(step, script)),
    removeScript: (name, atMs) =>
      group.write(({ db }) => {
        if (db.change(REMOVE, atMs, name) === 0) throw scriptUnknown(name);
      }),
    scriptByKey: (keyHash) =>
      group.read((db) => db.get<{ id: ClientId; name: string }>(SELECT_BY_KEY, keyHash) ?? null),
    push: (given) => group.write((step) => push(step, limits.unsentPerConversation, given)),
    pushOutcome: (script, reply) => group.read((db) => readOwnOutcome(db, script, reply)),
  };
}

function readScripts(db: Database): readonly Script[] {
  const rows = db.all<Omit<Script, "waiting">>(SELECT_ALL);
  if (rows.length === 0) return [];
  const waiting = new Map(
    db.all<{ client: ClientId; waiting: number }>(COUNT_WAITING)
      .map(({ client, waiting }) => [client, waiting]),
  );
  return rows.map((row) => ({ ...row, waiting: waiting.get(row.id) ?? 0 }));
}

function registerScript(
  { db }: Step,
  { name, keyHash, atMs }: Parameters<ScriptSteps["registerScript"]>[0],
): Script {
  checkName(db, name, null);
  checkToken(db, keyHash);
  const id = asId<ClientId>(db.insert(INSERT, name, keyHash, atMs));
  return { ...db.one<Omit<Script, "waiting">>(SELECT_ONE, id), waiting: 0 };
}

function push(
  step: Step,
  unsentMax: number,
  given: GivenPush,
): Awaited<ReturnType<ScriptSteps["push"]>> {
  const { script: client, person, account: _account, ...rest } = given;
  step.db.run(USED, given.atMs, client);
  const answers = { conversation: findConversation(step.db, given), message: null };
  const accepted = accept(step, unsentMax, { ...rest, client, answers, to: "" });
  if (accepted.kind === "no_conversation") throw personUnknown(person);
  return accepted;
}

function findConversation(db: Database, { person, account }: GivenPush): ConversationId {
  if (account !== "" && db.get(SELECT_ACCOUNT, account) === undefined) {
    throw new HubError("ACCOUNT_UNKNOWN", `Cannot find an account "${account}"`, {
      hint: "ilink-hub accounts list shows the accounts",
    });
  }
  type Row = { readonly conversation: ConversationId };
  const found = person === ""
    ? db.get<Row>(SELECT_OWNER, account)
    : db.get<Row>(SELECT_BY_SENDER_KEY, account, person) ??
      db.get<Row>(SELECT_BY_ALIAS, account, person) ??
      db.get<Row>(SELECT_BY_WECHAT_ID, account, person);
  if (found === undefined) throw personUnknown(person);
  return found.conversation;
}

function readOwnOutcome(db: Database, script: ClientId, reply: ReplyId): ReplyOutcome | null {
  return db.get(IS_OWN_REPLY, reply, script) === undefined ? null : readOutcome(db, reply);
}

function scriptUnknown(name: string): HubError {
  return new HubError("SCRIPT_UNKNOWN", `Cannot find a script "${name}"`, {
    hint: "ilink-hub push-key list shows the scripts",
  });
}

function personUnknown(person: string): HubError {
  const whom = person === "" ? "the account's owner" : `"${person}"`;
  return new HubError(
    "PERSON_UNKNOWN",
    `Cannot find a conversation with ${whom}: want somebody who has written to the bot`,
    { hint: "Have the person write to the bot first; WeChat lets it write only to those who have" },
  );
}
