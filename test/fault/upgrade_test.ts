/** Databases of every released schema, with work under way in them, under the hub of today; and back again. */
import { createHash } from "node:crypto";
import { assert, assertEquals } from "@std/assert";
import { Database } from "../../src/store/sqlite/database.ts";
import { migrate } from "../../src/store/sqlite/migrations.ts";
import { VERSION_1, VERSION_2, VERSION_3 } from "../../src/store/sqlite/schema.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import { createFakeRandom } from "../fake/fake_random.ts";
import { createFakeUpstream, OWNER } from "../fake/fake_upstream.ts";
import { startMortalHub } from "../fake/mortal_hub.ts";
import { startPocketAgent } from "../fake/pocket_agent.ts";

/** The schemas that hubs in use may have. Add each when it is released. */
const RELEASED = [VERSION_1, VERSION_2, VERSION_3];
const TOKEN = "vhub_old";
const WAITING = "written before the upgrade";
const KEPT_BACK = "answered before the upgrade";

/** What a hub leaves behind that is stopped with a message undecided and an answer that waits for the person. */
function leaveWork(db: Database, { botToken, nowMs }: { botToken: string; nowMs: number }): void {
  const raw = JSON.stringify({
    message_id: 7_001,
    from_user_id: OWNER,
    create_time_ms: nowMs,
    context_token: "context",
    item_list: [{ type: 1, text_item: { text: WAITING } }],
  });
  const inbound = JSON.stringify({
    ...{ wireId: "7001", from: OWNER, group: null, createTimeMs: nowMs, contextToken: "context" },
    ...{ text: WAITING, parts: [{ kind: "text", text: WAITING, bytes: null }], quote: null },
    digest: "d",
  });
  const settings = JSON.stringify({ batch: 1, acknowledgeBy: "cursor", onUnanswered: "show" });
  const content = JSON.stringify({ item_list: [{ type: 1, text_item: { text: KEPT_BACK } }] });
  const tokenHash = createHash("sha256").update(TOKEN).digest("hex");
  const token = new TextEncoder().encode(botToken);
  db.run(
    `INSERT INTO accounts (id, name, user_id, bot_id, base_url, generation, state, state_since_ms,
       token) VALUES (1, 'home', ?, 'b@im.bot', 'http://simulator.invalid', 1, 'active', 0, ?)`,
    OWNER,
    token,
  );
  db.run(
    `INSERT INTO clients (id, name, label, token_hash, settings, created_at_ms)
     VALUES (1, 'old', '', ?, ?, 0)`,
    tokenHash,
    settings,
  );
  db.run("INSERT INTO senders (id, wechat_id, is_group, key) VALUES (1, ?, 0, 'p_old')", OWNER);
  db.run(
    `INSERT INTO conversations (id, account, sender, context_token, last_inbound_at_ms,
       sends_since_inbound, head) VALUES (1, 1, 1, 'context', ?, 10, 1)`,
    nowMs,
  );
  db.run(
    `INSERT INTO messages (id, account, conversation, sender, received_at_ms, state, wire_id,
       create_time_ms, digest, raw, inbound) VALUES (1, 1, 1, 1, ?1, 'received', '7001', ?1, 'd', ?2, ?3)`,
    nowMs,
    raw,
    inbound,
  );
  db.run(
    `INSERT INTO replies (id, client, conversation, send_id, digest, content, state, accepted_at_ms)
     VALUES (1, 1, 1, 'old-1', 'd', ?, 'shaped', ?)`,
    content,
    nowMs,
  );
  db.run(
    `INSERT INTO sends (id, account, conversation, reply, priority, content, text_head, text_digest,
       state, is_open, reason, planned_at_ms) VALUES (1, 1, 1, 1, 1, ?, '', '', 'deferred', 1,
       'budget', ?)`,
    content,
    nowMs,
  );
  for (const name of ["message 1 received", "send 1 deferred"]) {
    db.run("INSERT INTO counters VALUES (?, 1)", name);
  }
}

/** Lets today's hub live on the database; gives what the agent received and what the person saw. */
async function live(path: string): Promise<{ received: string[]; shown: string[] }> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock, bots: [{ owner: OWNER, token: "b:1" }] });
  const hub = await startMortalHub({
    ...{ path, clock, random: createFakeRandom(3), api: upstream.api, crashAt: null },
  });
  await hub.stations.upstream.refresh();
  const answer = (text: string) => `to ${text}`;
  const agent = startPocketAgent({ clock, token: TOKEN, hub: () => hub, answer });
  await clock.advance(60_000);
  upstream.simulator.say({ what: "go on" });
  await clock.advance(180_000);
  let isStopped = false;
  const stopping = agent.stop().then(() => hub.stop()).then(() => isStopped = true);
  for (let minute = 0; !isStopped && minute < 10; minute++) await clock.advance(60_000);
  await stopping;
  await upstream.simulator.close();
  return {
    received: [...agent.received],
    shown: upstream.simulator.sent().map(({ text }) => text),
  };
}

for (const version of RELEASED.keys()) {
  const name = `version ${version + 1}`;
  Deno.test(`a database of ${name} is upgraded with the work in it, and its copy can be put back`, async () => {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/hub.db`;
    const copy = `${path}.version-${version + 1}`;
    const migrations = RELEASED.slice(0, version + 1);
    try {
      const old = new Database(path, { busyMs: 0 });
      await migrate(old, { path, migrations });
      leaveWork(old, { botToken: "b:1", nowMs: createFakeClock().now() - 1_000 });
      old.close();
      const lived = await live(path);
      checkWork(lived);

      // The older hub finds the copy as it was.
      for (const file of [path, `${path}-wal`, `${path}-shm`]) {
        await Deno.remove(file).catch(() => {}); // the last two are there after a crash only
      }
      await Deno.copyFile(copy, path);
      const restored = new Database(path, { busyMs: 0 });
      assertEquals(await migrate(restored, { path, migrations }), "current");
      const { state } = restored.one<{ state: string }>("SELECT state FROM messages WHERE id = 1");
      assertEquals(state, "received");
      restored.close();
      // And so does this one, once more.
      checkWork(await live(path));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}

function checkWork({ received, shown }: { received: string[]; shown: string[] }): void {
  assertEquals(received, [WAITING, "go on"]);
  const texts = shown.join("\n\n").split("\n\n");
  for (const text of [KEPT_BACK, `to ${WAITING}`, "to go on"]) {
    assert(texts.filter((one) => one === text).length === 1, `${text} in ${JSON.stringify(shown)}`);
  }
}
