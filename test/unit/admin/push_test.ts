import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { LIMITS } from "../../../src/core/limits.ts";
import type { ReplyId } from "../../../src/core/ids.ts";
import { isObject, textMember } from "../../../src/lib/json.ts";
import { settle } from "../../fake/fake_clock.ts";
import { said } from "../../fake/store_life.ts";
import { jsonValue } from "../../property/json_arbitrary.ts";
import {
  type AdminWorld,
  type Answer,
  type AskGiven,
  createAdminWorld,
  refusalOf,
  TOKEN,
} from "./admin_setup.ts";

const OWNER = "o9owner@im.wechat";
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** A hub whose owner has written to the bot. */
async function createPushWorld(): Promise<AdminWorld> {
  const world = await createAdminWorld();
  const login = { userId: OWNER, botId: "b@im.bot", token: "t", baseUrl: "https://ilink.example" };
  const account = await world.store.saveLogin({ ...login, atMs: world.clock.now() });
  await world.store.ingest({
    ...{ account: account.id, generation: account.generation },
    ...{ messages: [said("hello", { from: OWNER })], unreadableBody: null, cursor: "" },
    atMs: world.clock.now(),
  });
  return world;
}

async function keyFor(world: AdminWorld, name = "nas"): Promise<string> {
  const { json, status } = await world.ask("POST", "/hub/push-keys", { body: { name } });
  assertEquals(status, 200);
  assert(isObject(json));
  return textMember(json, "key");
}

/** Asks with this key, and lets the time pass for which an answer may be held back. */
async function ask(world: AdminWorld, key: string, given: AskGiven & {
  readonly method?: string;
  readonly path?: string;
} = {}): Promise<Answer> {
  const { method = "POST", path = "/hub/push", headers = {}, ...rest } = given;
  const asked = world.ask(method, path, {
    ...rest,
    headers: { ...FORM, authorization: `Bearer ${key}`, ...headers },
  });
  await settle();
  await world.clock.advance(LIMITS.sendAnswerMs);
  return await asked;
}

/** What the router and the sender would do with the newest notice. */
async function finish(world: AdminWorld, end: "sent" | "refused" | "stopped"): Promise<ReplyId> {
  const { store, clock } = world;
  const [notice] = await store.acceptedReplies(1);
  assert(notice !== undefined);
  const contents = end === "stopped" ? [] : [notice.content];
  const atMs = clock.now();
  await store.plan({ reply: notice.id, contents, rank: "push", steps: [], atMs });
  const [job] = await store.nextSends({ account: notice.account.id, skip: new Set(), limit: 1 });
  if (job !== undefined) {
    await store.beginSend(job.send, { upstreamId: "u", atMs });
    await store.endSend(
      job.send,
      end === "sent"
        ? { kind: "sent", wireId: "900", atMs }
        : { kind: "refused", reason: "ret -3: no", atMs },
    );
  }
  world.replyBells.ring(notice.id);
  return notice.id;
}

Deno.test("POST /hub/push takes what curl -d sends, and answers as soon as it is known what became of it", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  assertMatch(key, /^vpush_[0-9a-f]{32}$/);
  const asked = world.ask("POST", "/hub/push", {
    body: "备份完成 a=1&b=2%20",
    headers: { ...FORM, authorization: `Bearer ${key}` },
  });
  await settle();
  assert(world.told.includes("wake replies"));
  const [notice] = await world.store.acceptedReplies(9);
  assertEquals(
    [notice?.client.name, notice?.client.role, JSON.parse(notice?.content ?? "")],
    ["nas", "push", { item_list: [{ type: 1, text_item: { text: "备份完成 a=1&b=2%20" } }] }],
  );
  const id = await finish(world, "sent");
  const answer = await asked; // no time has passed
  assertEquals(answer.status, 200);
  assertEquals(answer.json, { id, state: "sent", reason: "", text: "sent" });
  assertEquals(world.clock.pending, 0);
});

Deno.test("a notice that has no end yet is answered after a while with what is true, and can be asked for later", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  const given = await ask(world, key, { body: "done" });
  assert(isObject(given.json));
  assertEquals([given.status, given.json["state"]], [200, "accepted"]);
  const id = await finish(world, "refused");
  const path = `/hub/push/${id}`;
  const zh = { "accept-language": "zh-CN,zh;q=0.9" };
  const later = await ask(world, key, { method: "GET", path, headers: zh });
  assertEquals(later.json, {
    ...{ id, state: "refused", reason: "ret -3: no", text: "被拒绝：ret -3: no" },
  });
  const other = await keyFor(world, "cron");
  assertEquals((await ask(world, other, { method: "GET", path })).status, 404);
  assertEquals((await ask(world, key, { method: "GET", path: "/hub/push/999" })).status, 404);
});

Deno.test("a notice that a plugin stopped says so, and a hub that stops keeps nobody waiting", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  const headers = { ...FORM, authorization: `Bearer ${key}` };
  const first = world.ask("POST", "/hub/push", { body: "secret", headers });
  await settle();
  await finish(world, "stopped");
  const stopped = await first;
  assertMatch(stopped.text, /"state":"stopped","reason":"","text":"./);
  const second = world.ask("POST", "/hub/push", { body: "late", headers });
  await settle();
  world.state.health = { state: "failing", reason: "stopping" };
  world.replyBells.ringAll();
  assertMatch((await second).text, /"state":"accepted"/);
});

Deno.test("a push key opens /hub/push alone, and nothing else opens it", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  const registered = await world.ask("POST", "/hub/register", { body: { name: "ann" } });
  assert(isObject(registered.json));
  const agent = textMember(registered.json, "token");
  for (const path of ["/hub/status", "/metrics", "/hub/clients", "/hub/push-keys", "/hub/pushes"]) {
    const answer = await ask(world, key, { method: "GET", path });
    assertEquals(
      [answer.status, refusalOf(answer).split(":")[0]],
      [401, "ADMIN_TOKEN_WRONG"],
      path,
    );
  }
  for (const wrong of [TOKEN, agent, `${key}0`, key.toUpperCase(), "vpush_", "x"]) {
    for (const [method, path] of [["POST", "/hub/push"], ["GET", "/hub/push/1"]] as const) {
      const answer = await ask(world, wrong, {
        method,
        path,
        ...method === "POST" ? { body: "hi" } : {},
      });
      assertEquals(answer.status, 401, wrong);
      assertMatch(refusalOf(answer), /PUSH_KEY_WRONG.*another key.*push-key add/);
    }
  }
  const none = await world.ask("POST", "/hub/push", { body: "hi", headers: { authorization: "" } });
  assertMatch(refusalOf(none), /PUSH_KEY_WRONG.*no key/);
  assertEquals(await world.store.acceptedReplies(9), []);
});

Deno.test("a wrong key is refused late, so that guessing is slow", async () => {
  await using world = await createPushWorld();
  let isAnswered = false;
  const headers = { authorization: "Bearer vpush_0123" };
  const asked = world.ask("POST", "/hub/push", { body: "hi", headers })
    .finally(() => isAnswered = true);
  await settle();
  await world.clock.advance(LIMITS.refusalDelayMs - 1);
  assertEquals(isAnswered, false);
  await world.clock.advance(1);
  assertEquals((await asked).status, 401);
});

Deno.test("the owner lists the scripts without their keys, and takes a key back at once", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  await ask(world, key, { body: "done" });
  const listed = await world.ask("GET", "/hub/push-keys");
  const lastUsedAtMs = world.clock.now() - LIMITS.sendAnswerMs;
  const script = { name: "nas", createdAtMs: lastUsedAtMs, lastUsedAtMs, waiting: 1 };
  assertEquals(listed.json, { scripts: [script] });
  const status = await world.ask("GET", "/hub/status");
  assert(isObject(status.json));
  assertEquals([status.json["scripts"], status.json["clients"]], [[script], []]);
  const twice = await world.ask("POST", "/hub/push-keys", { body: { name: "nas" } });
  assertEquals([twice.status, refusalOf(twice).split(":")[0]], [409, "CLIENT_NAME_TAKEN"]);
  const bad = await world.ask("POST", "/hub/push-keys", { body: { name: "a b" } });
  assertMatch(refusalOf(bad), /CLIENT_NAME_INVALID/);
  assertEquals((await world.ask("DELETE", "/hub/push-keys/nas")).json, { removed: "nas" });
  assertEquals((await world.ask("DELETE", "/hub/push-keys/nas")).status, 404);
  assertEquals((await ask(world, key, { body: "done" })).status, 401);
});

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

Deno.test("the same notice under the same id is taken once, whether the id is in the body or the header", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  const idOf = ({ json }: Answer) => isObject(json) ? json["id"] : null;
  const first = await ask(world, key, { body: { text: "done", id: "job" }, headers: JSON_TYPE });
  const again = await ask(world, key, {
    body: "done",
    headers: { "idempotency-key": "job" },
  });
  assertEquals([first.status, idOf(again)], [200, idOf(first)]);
  const other = await ask(world, key, { body: "failed", headers: { "idempotency-key": "job" } });
  assert(idOf(other) !== idOf(first));
  assertEquals((await world.store.acceptedReplies(9)).length, 2);
});

Deno.test("one script's loop is stopped by its rate, and another's notice is taken meanwhile", async () => {
  await using world = await createPushWorld();
  const [key, other] = [await keyFor(world), await keyFor(world, "cron")];
  const headers = { ...FORM, authorization: `Bearer ${key}`, "idempotency-key": "same" };
  const asking = Array.from(
    { length: LIMITS.pushesAtOnce + 1 },
    () => world.ask("POST", "/hub/push", { body: "loop", headers }),
  );
  await settle();
  await world.clock.advance(LIMITS.sendAnswerMs);
  const answers = await Promise.all(asking);
  const refused = answers.filter(({ status }) => status === 429);
  assertEquals(refused.map(({ headers }) => headers.get("retry-after")), ["3"]);
  for (const answer of refused) assertMatch(refusalOf(answer), /TOO_MANY.*"nas"/);
  assertEquals((await ask(world, other, { body: "mine" })).status, 200);
});

const REFUSED: readonly (readonly [AskGiven & { readonly path?: string }, number, RegExp])[] = [
  [{ body: "" }, 400, /"text": saw "", want a text that says something/],
  [{ body: " \n" }, 400, /a text that says something/],
  [{ body: new Uint8Array([0x68, 0xff]) }, 400, /bytes that are no text, want UTF-8/],
  [{ body: "hi", path: "/hub/push?to=nobody" }, 404, /PERSON_UNKNOWN.*"nobody".*write to the bot/],
  [{ body: "hi", path: "/hub/push?account=no" }, 404, /ACCOUNT_UNKNOWN/],
  [{ body: "hi", path: "/hub/push?too=x" }, 400, /"too": no such member/],
  [{ body: { txt: "hi" }, headers: JSON_TYPE }, 400, /"text": saw nothing, want a text/],
  [{ body: { text: "hi", x: 1 }, headers: JSON_TYPE }, 400, /"x": no such member/],
  [{ body: { text: "hi", to: 1 }, headers: JSON_TYPE }, 400, /"to": saw 1, want a text/],
  [{ body: "{", headers: JSON_TYPE }, 400, /want JSON/],
  [{ body: "[]", headers: JSON_TYPE }, 400, /the body: saw \[\], want an object/],
  [
    { body: { text: "hi", id: "x".repeat(257) }, headers: JSON_TYPE },
    400,
    /at most 256 characters/,
  ],
  [{ body: "x".repeat(LIMITS.adminBodyBytesMax + 1) }, 400, /more than 262144 bytes/],
];

Deno.test("POST /hub/push refuses with what was seen and what is wanted", async () => {
  await using world = await createPushWorld();
  const key = await keyFor(world);
  for (const [given, status, words] of REFUSED) {
    const answer = await ask(world, key, given);
    assertEquals(answer.status, status, answer.text);
    assertMatch(refusalOf(answer), words);
  }
  assertEquals(await world.store.acceptedReplies(9), []);
  assertEquals((await world.store.scripts())[0]?.lastUsedAtMs, null);
});

Deno.test("/hub/push says how it is used to a script that uses it in another way", async () => {
  const world = await createPushWorld();
  const key = await keyFor(world);
  const ways = [["GET", "/hub/push"], ["GET", "/hub/push/abc"], ["DELETE", "/hub/push"]] as const;
  for (const [method, path] of ways) {
    const answer = await ask(world, key, { method, path });
    assertEquals(answer.status, 404);
    assert(refusalOf(answer).startsWith(`NOT_FOUND: Cannot find ${method} ${path} A notice is`));
  }
});

Deno.test("whatever a script sends is a notice with a state or a refusal with a code", async () => {
  await using world = await createPushWorld();
  const keys: string[] = [];
  for (let at = 0; at < 10; at++) keys.push(await keyFor(world, `script-${at}`));
  const member = fc.constantFrom("text", "to", "account", "id", "__proto__", "x");
  const object = fc.dictionary(member, jsonValue.map(({ text }) => text)).map((members) =>
    `{${Object.entries(members).map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), object)
      .map((text) => new TextEncoder().encode(text)),
  );
  const type = fc.constantFrom("application/json", "text/plain", "", "application/x;json");
  let at = 0;
  await fc.assert(
    fc.asyncProperty(body, type, async (body, type) => {
      // Each script's rate is its own; what is planned here is sent, so that no queue fills.
      const key = keys[at++ % keys.length] ?? "";
      const answer = await ask(world, key, {
        body,
        headers: { "content-type": type },
      });
      if (answer.status !== 200) {
        assertMatch(refusalOf(answer), /^(USAGE|PERSON_UNKNOWN|ACCOUNT_UNKNOWN): ./);
        return;
      }
      assert(isObject(answer.json));
      const state = textMember(answer.json, "state");
      assert(["accepted", "sent"].includes(state), state);
      if (state === "sent") return; // it was given before under its id
      assertEquals(await finish(world, "sent"), Number(answer.json["id"]));
    }),
    { numRuns: 150 },
  );
});
