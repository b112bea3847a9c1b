/**
 * The tables. Ids are never used twice (AUTOINCREMENT). Times are milliseconds since 1970, booleans 0 and 1. A partial index
 * stands for each queue, so that looking for work costs what there is to do and not what there has been.
 */

/** Marks a file as a database of this hub: "iHub". */
export const APPLICATION_ID = 0x69487562;

const META = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- How many messages and sends each account has in each state.
CREATE TABLE counters (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const ACCOUNTS = `
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  user_id TEXT,
  bot_id TEXT NOT NULL,
  base_url TEXT NOT NULL,
  generation INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_since_ms INTEGER NOT NULL,
  default_client INTEGER REFERENCES clients (id),
  shows_ids INTEGER NOT NULL DEFAULT 0,
  last_inbound_at_ms INTEGER,
  token BLOB, -- sealed; NULL once removed
  cursor BLOB, -- sealed; NULL before the first answer of a login
  removed_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX accounts_name ON accounts (name) WHERE removed_at_ms IS NULL;
CREATE UNIQUE INDEX accounts_user ON accounts (user_id)
  WHERE removed_at_ms IS NULL AND user_id IS NOT NULL;
`;

const CLIENTS = `
CREATE TABLE clients (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  label TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  old_token_hash TEXT,
  old_valid_until_ms INTEGER,
  settings TEXT NOT NULL, -- JSON
  created_at_ms INTEGER NOT NULL,
  last_seen_at_ms INTEGER,
  seq INTEGER NOT NULL DEFAULT 0, -- the newest number given; outlives the delivery
  acknowledged_seq INTEGER NOT NULL DEFAULT 0,
  waiting INTEGER NOT NULL DEFAULT 0, -- deliveries that have not ended
  removed_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX clients_name ON clients (name) WHERE removed_at_ms IS NULL;
CREATE UNIQUE INDEX clients_token ON clients (token_hash) WHERE removed_at_ms IS NULL;
`;

const CONVERSATIONS = `
CREATE TABLE senders (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  wechat_id TEXT NOT NULL UNIQUE,
  is_group INTEGER NOT NULL,
  key TEXT NOT NULL, -- what plugins see instead of the WeChat id
  alias TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id),
  sender INTEGER NOT NULL REFERENCES senders (id),
  context_token TEXT NOT NULL DEFAULT '',
  token_at_ms INTEGER NOT NULL DEFAULT 0,
  last_inbound_at_ms INTEGER,
  sends_since_inbound INTEGER NOT NULL DEFAULT 0,
  cool_down_until_ms INTEGER NOT NULL DEFAULT 0,
  bound_client INTEGER REFERENCES clients (id),
  bound_at_ms INTEGER,
  last_decided INTEGER, -- the message decided last
  head INTEGER, -- the oldest undecided message
  next_send INTEGER -- the send to make next; NULL also while one is in flight or unsettled
) STRICT;
CREATE UNIQUE INDEX conversations_sender ON conversations (sender, account);
CREATE INDEX conversations_account ON conversations (account);
CREATE INDEX conversations_head ON conversations (head) WHERE head IS NOT NULL;
CREATE INDEX conversations_next_send ON conversations (account, next_send)
  WHERE next_send IS NOT NULL;
CREATE INDEX conversations_bound ON conversations (bound_client) WHERE bound_client IS NOT NULL;

CREATE TABLE memories (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  plugin TEXT NOT NULL,
  memory TEXT NOT NULL, -- JSON
  PRIMARY KEY (conversation, plugin)
) STRICT, WITHOUT ROWID;

-- A conversation's part of a client's queue, and what of it the client was given last.
CREATE TABLE client_conversations (
  client INTEGER NOT NULL REFERENCES clients (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  waiting INTEGER NOT NULL DEFAULT 0,
  handed_out INTEGER, -- the message handed out last
  handed_out_at_ms INTEGER,
  PRIMARY KEY (client, conversation)
) STRICT, WITHOUT ROWID;
CREATE INDEX client_conversations_conversation ON client_conversations (conversation);
`;

const MESSAGES = `
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id),
  conversation INTEGER REFERENCES conversations (id), -- NULL: unreadable
  sender INTEGER REFERENCES senders (id), -- the person, also in a group
  received_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  settled_at_ms INTEGER,
  attempt INTEGER NOT NULL DEFAULT 1,
  wire_id TEXT, -- these three find repeats; NULL in a repeat
  create_time_ms INTEGER,
  digest TEXT,
  quoted_wire_id TEXT,
  duplicate_of INTEGER,
  duplicates INTEGER NOT NULL DEFAULT 0,
  raw TEXT NOT NULL,
  sealed BLOB, -- a body that could not be read; it may hold the cursor
  inbound TEXT -- JSON; what could be read of raw
) STRICT;
CREATE INDEX messages_wire_id ON messages (account, wire_id) WHERE wire_id IS NOT NULL;
CREATE INDEX messages_created ON messages (conversation, create_time_ms)
  WHERE create_time_ms IS NOT NULL;
CREATE INDEX messages_undecided ON messages (conversation, id) WHERE state = 'received';
CREATE INDEX messages_parked ON messages (why, id) WHERE state = 'parked';

CREATE TABLE traces (
  message INTEGER PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  trace TEXT NOT NULL -- JSON
) STRICT;
`;

const DELIVERIES = `
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client INTEGER NOT NULL REFERENCES clients (id),
  message INTEGER NOT NULL REFERENCES messages (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  text TEXT, -- JSON string that replaces the message's text
  queued_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER, -- acknowledged or parked
  seq INTEGER, -- NULL unless handed out
  handed_out_at_ms INTEGER,
  hand_outs INTEGER NOT NULL DEFAULT 0,
  hand_outs_written INTEGER NOT NULL DEFAULT 0,
  is_answered INTEGER NOT NULL DEFAULT 0,
  is_unanswered INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX deliveries_message ON deliveries (message);
CREATE INDEX deliveries_queue ON deliveries (client, id) WHERE ended_at_ms IS NULL;
CREATE INDEX deliveries_handed_out ON deliveries (client, seq) WHERE state = 'handed_out';
CREATE INDEX deliveries_unanswered ON deliveries (client) WHERE is_unanswered = 1;
`;

const REPLIES = `
CREATE TABLE replies (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client INTEGER NOT NULL REFERENCES clients (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  message INTEGER REFERENCES messages (id), -- what it answers, where that is known
  send_id TEXT NOT NULL,
  digest TEXT NOT NULL,
  content TEXT NOT NULL, -- JSON
  state TEXT NOT NULL, -- accepted, shaped or stopped; then its sends speak for it
  steps TEXT, -- JSON; what the reply hooks did
  known_wire_id TEXT, -- the digits its client was answered with, where they are not WeChat's
  accepted_at_ms INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX replies_key ON replies (client, send_id, digest) WHERE send_id <> '';
CREATE INDEX replies_message ON replies (message) WHERE message IS NOT NULL;
CREATE INDEX replies_alone ON replies (id) WHERE message IS NULL;
CREATE INDEX replies_unshaped ON replies (conversation) WHERE state = 'accepted';
`;

const SENDS = `
CREATE TABLE sends (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts (id),
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  reply INTEGER REFERENCES replies (id), -- NULL: the hub's own words
  message INTEGER REFERENCES messages (id), -- what the hub's own words are about
  priority INTEGER NOT NULL, -- 0: the hub's own words, 1: replies
  content TEXT NOT NULL, -- JSON
  text_head TEXT NOT NULL, -- these two find what is quoted by its text
  text_digest TEXT NOT NULL,
  state TEXT NOT NULL,
  is_open INTEGER NOT NULL, -- whether something may still happen to it
  reason TEXT NOT NULL DEFAULT '',
  due_at_ms INTEGER, -- when a deferred one is planned by itself; NULL in every other state
  upstream_id TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  is_repeat INTEGER NOT NULL DEFAULT 0,
  wire_id TEXT,
  planned_at_ms INTEGER NOT NULL,
  began_at_ms INTEGER,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX sends_open ON sends (conversation, state, priority, id) WHERE is_open = 1;
CREATE INDEX sends_due ON sends (due_at_ms) WHERE due_at_ms IS NOT NULL;
CREATE INDEX sends_reply ON sends (reply) WHERE reply IS NOT NULL;
CREATE INDEX sends_message ON sends (message) WHERE message IS NOT NULL;
CREATE INDEX sends_wire_id ON sends (conversation, wire_id) WHERE wire_id IS NOT NULL;
CREATE INDEX sends_conversation ON sends (conversation, id);
`;

const PINS = `
-- Replies that wait for the person's short answer; one of each client.
CREATE TABLE pins (
  conversation INTEGER NOT NULL REFERENCES conversations (id),
  sender INTEGER NOT NULL REFERENCES senders (id), -- who is to answer
  client INTEGER NOT NULL REFERENCES clients (id),
  reply INTEGER NOT NULL, -- no reference: it may be forgotten before
  for_ms INTEGER NOT NULL, -- from when the reply began to be sent
  PRIMARY KEY (conversation, sender, client)
) STRICT, WITHOUT ROWID;
CREATE INDEX pins_client ON pins (client);
`;

const PAIRINGS = `
-- Requests of programs to become clients; a row is deleted when it is over.
CREATE TABLE pairings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code_hash TEXT NOT NULL UNIQUE,
  key_hash TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL DEFAULT '', -- the account's owner, once approved
  client INTEGER REFERENCES clients (id), -- once confirmed
  token BLOB -- sealed; once confirmed
) STRICT;
`;

const PEOPLE = `
CREATE INDEX senders_key ON senders (key);
CREATE INDEX senders_alias ON senders (alias) WHERE alias <> '';
`;

const SPEAKERS = `
-- What the client's own request asks for: the person's short answer, for so long; NULL: nothing.
ALTER TABLE replies ADD COLUMN pinned_for_ms INTEGER;
-- agent: takes messages and answers. push: only speaks, with a key of its own.
ALTER TABLE clients ADD COLUMN role TEXT NOT NULL DEFAULT 'agent';
-- Where the person wrote last.
ALTER TABLE accounts ADD COLUMN last_conversation INTEGER REFERENCES conversations (id);
UPDATE accounts SET last_conversation = (
  SELECT id FROM conversations
  WHERE account = accounts.id AND last_inbound_at_ms IS NOT NULL
  ORDER BY last_inbound_at_ms DESC LIMIT 1
);
-- Clients that were removed with something in their queues.
UPDATE client_conversations SET waiting = 0
WHERE waiting <> 0 AND client IN (SELECT id FROM clients WHERE removed_at_ms IS NOT NULL);
-- The turns that are to be looked at, apart from what waits for a login or a penalty, which may be much.
CREATE INDEX sends_held ON sends (due_at_ms, account, conversation)
  WHERE state = 'deferred' AND reason = 'turn';
`;

/** The statements that make version 1. Never edited once released: a later version is a migration of its own. */
export const VERSION_1 = META + CLIENTS + ACCOUNTS + CONVERSATIONS + MESSAGES + DELIVERIES +
  REPLIES + SENDS;

/** Leads from version 1 to 2. */
export const VERSION_2 = PINS + PEOPLE;

/** Leads from version 2 to 3. */
export const VERSION_3 = PAIRINGS;

/** Leads from version 3 to 4. */
export const VERSION_4 = SPEAKERS;
