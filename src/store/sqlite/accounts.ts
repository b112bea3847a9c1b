/** Accounts and their credentials. Tokens and cursors are on disk sealed only. */
import type { Account } from "../../core/account.ts";
import { HubError } from "../../core/error.ts";
import { type AccountId, asId } from "../../core/ids.ts";
import type { AccountCredentials, AccountSteps } from "../store.ts";
import { countSends } from "./moves.ts";
import { clientExists, clientUnknown } from "./clients.ts";
import type { Database } from "./database.ts";
import { forgetForeignQuotes } from "./foreign_quotes.ts";
import type { Group, Step } from "./group.ts";
import { refreshNextSends } from "./next_send.ts";
import type { Secrets } from "./secrets.ts";
import { isSpentToken, noteSpentToken } from "./spent_tokens.ts";
import { makeUndecided } from "./undecided.ts";

interface AccountRow extends Omit<Account, "showsIds"> {
  readonly showsIds: 0 | 1;
}

const COLUMNS = `
  SELECT id, name, user_id AS userId, bot_id AS botId, base_url AS baseUrl, generation, state,
    state_since_ms AS stateSinceMs, default_client AS defaultClient, shows_ids AS showsIds
  FROM accounts`;
const SELECT_ALL = `${COLUMNS} WHERE removed_at_ms IS NULL ORDER BY id`;
const SELECT_ONE = `${COLUMNS} WHERE id = ? AND removed_at_ms IS NULL`;
const SELECT_NAMED = "SELECT id FROM accounts WHERE name = ? AND removed_at_ms IS NULL";
const SELECT_CREDENTIALS = `
  SELECT id AS account, generation, state, base_url AS baseUrl, token, cursor
  FROM accounts WHERE id = ? AND removed_at_ms IS NULL`;

/**
 * Of a bare token only the bot is known. A scan of the same bot makes its owner known, and so does, once the token is dead and
 * a scan has made another bot, that who scanned is among those who wrote to it, or nobody ever did.
 */
const FIND_BY_USER = `
  SELECT id FROM accounts AS a
  WHERE removed_at_ms IS NULL AND (user_id = ?1 OR (user_id IS NULL AND (
    bot_id = ?2 OR (state = 'logged_out' AND (
      EXISTS (
        SELECT 1 FROM conversations AS c JOIN senders AS s ON s.id = c.sender
        WHERE c.account = a.id AND s.wechat_id = ?1
      ) OR NOT EXISTS (SELECT 1 FROM conversations WHERE account = a.id)
    ))
  )))
  ORDER BY user_id IS NULL, bot_id <> ?2, id LIMIT 1`;
const FIND_BY_BOT = "SELECT id FROM accounts WHERE removed_at_ms IS NULL AND bot_id = ?";
const INSERT = `
  INSERT INTO accounts (name, user_id, bot_id, base_url, generation, state, state_since_ms, token)
  VALUES (?, ?, ?, ?, 1, 'active', ?, ?)`;
const RELOGIN = `
  UPDATE accounts SET user_id = coalesce(?, user_id), bot_id = ?, base_url = ?,
    generation = generation + 1, state = 'active', state_since_ms = ?, token = ?, cursor = NULL
  WHERE id = ?`;
const CLEAR_CONTEXT_TOKENS = `
  UPDATE conversations SET context_token = '', token_at_ms = 0 WHERE account = ?`;
/** Index: sends_open, by way of conversations_account. */
const PLAN_WAITING_FOR_LOGIN = `
  UPDATE sends SET state = 'planned', reason = '', due_at_ms = NULL
  WHERE is_open = 1 AND state = 'deferred' AND reason = 'logged_out'
    AND conversation IN (SELECT id FROM conversations WHERE account = ?)`;
const MARK_LOGGED_OUT = `
  UPDATE accounts SET state = 'logged_out', state_since_ms = ?
  WHERE id = ? AND generation = ? AND state = 'active' AND removed_at_ms IS NULL`;
const RENAME = "UPDATE accounts SET name = ? WHERE id = ?";
const SET_DEFAULT_CLIENT = "UPDATE accounts SET default_client = ? WHERE id = ?";
const REMOVE = `
  UPDATE accounts SET removed_at_ms = ?, token = NULL, cursor = NULL, default_client = NULL,
    state = 'logged_out' WHERE id = ? AND removed_at_ms IS NULL`;
/** Nobody can send them any more. Index: sends_open, by way of conversations_account. */
const EXPIRE_SENDS = `
  UPDATE sends SET state = 'expired', is_open = 0, reason = 'account_removed', due_at_ms = NULL,
    ended_at_ms = ?
  WHERE is_open = 1 AND state = ?
    AND conversation IN (SELECT id FROM conversations WHERE account = ?)`;
/** Nobody can repeat them any more. Index: sends_open, by way of conversations_account. */
const SHOW_UNKNOWN = `
  UPDATE sends SET is_open = 0
  WHERE is_open = 1 AND state = 'unknown'
    AND conversation IN (SELECT id FROM conversations WHERE account = ?)`;

export function createAccountSteps(parts: {
  readonly group: Group;
  readonly secrets: Secrets;
  readonly now: () => number;
}): AccountSteps {
  const { group, secrets, now } = parts;
  return {
    accounts: () => group.read((db) => db.all<AccountRow>(SELECT_ALL).map(readAccount)),
    isSpentToken: (token) => group.read((db) => isSpentToken(db, token)),
    credentials: (account) => group.read((db) => readCredentials(db, secrets, account)),
    saveLogin: (login) => group.write((step) => saveLogin(step, secrets, login)),
    markLoggedOut: (account, seen) =>
      group.write((step) => markLoggedOut(step, secrets, { account, ...seen })),
    updateAccount: (account, change) => group.write((step) => updateAccount(step, account, change)),
    removeAccount: (account) =>
      group.write((step) => removeAccount(step, secrets, { account, atMs: now() })),
  };
}

/** As the poller and the sender ask for them: from memory, where the open secrets are. */
export function readCredentials(
  db: Database,
  secrets: Secrets,
  account: AccountId,
): AccountCredentials | null {
  const known = secrets.credentials.get(account);
  if (known !== undefined) return known;
  const row = db.get<
    & Omit<AccountCredentials, "token" | "cursor">
    & { readonly token: Uint8Array; readonly cursor: Uint8Array | null }
  >(SELECT_CREDENTIALS, account);
  if (row === undefined) return null;
  const credentials = {
    ...row,
    token: secrets.open(row.token),
    cursor: row.cursor === null ? "" : secrets.open(row.cursor),
  };
  secrets.credentials.set(account, credentials);
  return credentials;
}

function saveLogin(
  step: Step,
  secrets: Secrets,
  login: Parameters<AccountSteps["saveLogin"]>[0],
): Account {
  const { db } = step;
  const { userId, botId, baseUrl, atMs } = login;
  const token = secrets.close(login.token);
  const found = userId === null
    ? db.get<{ id: AccountId }>(FIND_BY_BOT, botId)
    : db.get<{ id: AccountId }>(FIND_BY_USER, userId, botId);
  if (found === undefined) {
    const id = db.insert(INSERT, freeName(db), userId, botId, baseUrl, atMs, token);
    return readOne(db, asId<AccountId>(id));
  }
  const account = found.id;
  forgetForeignQuotes(db, account); // a scan ends every other login
  const before = readCredentials(db, secrets, account)?.token ?? "";
  if (before !== login.token) noteSpentToken(db, before);
  db.run(RELOGIN, userId, botId, baseUrl, atMs, token, account);
  db.run(CLEAR_CONTEXT_TOKENS, account);
  const planned = db.change(PLAN_WAITING_FOR_LOGIN, account);
  if (planned > 0) {
    countSends(step, account, { from: "deferred", to: "planned", count: planned });
    refreshNextSends(db, account);
  }
  step.afterCommit(() => secrets.credentials.delete(account));
  return readOne(db, account);
}

function markLoggedOut(
  step: Step,
  secrets: Secrets,
  { account, generation, atMs }: {
    readonly account: AccountId;
    readonly generation: number;
    readonly atMs: number;
  },
): "marked" | "outdated" {
  const { db } = step;
  if (db.change(MARK_LOGGED_OUT, atMs, account, generation) > 0) {
    step.afterCommit(() => secrets.credentials.delete(account));
    return "marked";
  }
  const present = db.get<AccountRow>(SELECT_ONE, account);
  return present?.generation === generation ? "marked" : "outdated";
}

function updateAccount(
  step: Step,
  account: AccountId,
  change: Parameters<AccountSteps["updateAccount"]>[1],
): Account {
  const { db } = step;
  readOne(db, account);
  const { name, defaultClient } = change;
  if (name !== undefined) {
    checkName(db, account, name);
    db.run(RENAME, name, account);
  }
  if (defaultClient !== undefined) {
    if (defaultClient !== null && !clientExists(db, defaultClient)) {
      throw clientUnknown(defaultClient);
    }
    db.run(SET_DEFAULT_CLIENT, defaultClient, account);
    if (defaultClient !== null) makeUndecided(step, "no_client", { account });
  }
  return readOne(db, account);
}

function removeAccount(
  step: Step,
  secrets: Secrets,
  { account, atMs }: { readonly account: AccountId; readonly atMs: number },
): void {
  const { db } = step;
  db.run(REMOVE, atMs, account);
  db.run(SHOW_UNKNOWN, account);
  for (const from of ["planned", "deferred"] as const) {
    countSends(step, account, {
      from,
      to: "expired",
      count: db.change(EXPIRE_SENDS, atMs, from, account),
    });
  }
  refreshNextSends(db, account);
  step.afterCommit(() => secrets.credentials.delete(account));
}

function readOne(db: Database, account: AccountId): Account {
  const row = db.get<AccountRow>(SELECT_ONE, account);
  if (row === undefined) {
    throw new HubError("ACCOUNT_UNKNOWN", `Cannot find account ${account}: there is none`, {
      hint: "List the accounts and name one of them",
    });
  }
  return readAccount(row);
}

function readAccount(row: AccountRow): Account {
  return { ...row, showsIds: row.showsIds === 1 };
}

function checkName(db: Database, account: AccountId, name: string): void {
  if (name.trim() === "") {
    throw new HubError("USAGE", "Cannot rename the account: the name is empty");
  }
  const holder = db.get<{ id: AccountId }>(SELECT_NAMED, name);
  if (holder !== undefined && holder.id !== account) {
    throw new HubError("USAGE", `Cannot rename the account: "${name}" is another account's name`, {
      hint: "Choose another name, or rename the other account first",
    });
  }
}

/** `wechat`, `wechat-2`, ... */
function freeName(db: Database): string {
  let name = "wechat";
  for (let number = 2; db.get(SELECT_NAMED, name) !== undefined; number++) {
    name = `wechat-${number}`;
  }
  return name;
}
