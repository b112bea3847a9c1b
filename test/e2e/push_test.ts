/** A script's whole way by the real command line: a key, a notice in WeChat, and the key taken back. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { runHub, startHubCommand } from "../fake/hub_command.ts";

const OWNER = "o9ann@im.wechat";
const TOKEN = "abcd1234@im.bot:0123456789abcdef";

// On the real clock: the hub is a process of its own.
Deno.test("a script gets a key, sends a notice with the line that was printed, and loses the key again", async () => {
  const simulator = await startSimulator({
    ...{ clock: systemClock, random: systemRandom },
    bots: [{ owner: OWNER, token: TOKEN, id: "abcd1234@im.bot" }],
    settings: { holdMs: 50, qrHoldMs: 200 },
  });
  const folder = await Deno.makeTempDir();
  const data = `${folder}/data`;
  const env = { ILINK_BASE_URL: simulator.baseUrl, ILINK_HUB_PLUGINS: `${folder}/plugins` };
  const hub = (...args: readonly string[]) => runHub([...args, "--data", data], env);

  assertMatch((await hub("push-key", "add", "cron")).out, /^vpush_/); // before any hub has run
  const serving = startHubCommand(
    ["serve", "--json", "--data", data, "--addr", "127.0.0.1:0", "--token", TOKEN],
    env,
  );
  await serving.said('"url"');
  const added = await hub("push-key", "add", "nas");
  assertEquals(added.code, 0, added.err);
  const [_, key = "", text = "", url = ""] =
    /^curl -H "Authorization: Bearer (\S+)" -d "(.+)" (\S+)$/m.exec(added.out) ?? [];
  assertEquals(added.out.split("\n")[0], key);
  const push = async () => {
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const response = await fetch(url, { method: "POST", body: text, headers });
    return { status: response.status, answer: await response.json() };
  };

  const early = await push();
  assertEquals([early.status, early.answer.error.code], [404, "PERSON_UNKNOWN"]);
  simulator.say({ what: "hello" });
  let sent = early;
  for (let tries = 0; tries < 15 && sent.status === 404; tries++) {
    await new Promise((resolve) => systemClock.after(300, () => resolve(null)));
    sent = await push();
  }
  assertEquals(sent.status, 200, JSON.stringify(sent.answer));
  assert(["sent", "deferred"].includes(sent.answer.state), JSON.stringify(sent.answer));
  const isShown = simulator.sent().some((one) => one.text === text);
  assert(isShown || sent.answer.state === "deferred");

  assertMatch(
    (await hub("push-key", "list")).out,
    /^cron +last used never.*\nnas +last used \d+ s/,
  );
  assertMatch((await hub("status")).out, /\nScripts:\n {2}cron [^]*\n {2}nas +last used/);
  assertEquals((await hub("push-key", "remove", "nas")).code, 0);
  const gone = await hub("push-key", "remove", "nas", "--lang", "zh");
  assertEquals(gone.code, 1);
  assertMatch(gone.err, /没有这个脚本[^]*push-key list/);
  assertEquals((await push()).status, 401);
  assertEquals((await hub("push-key", "add", "no good")).code, 2);

  serving.kill("SIGTERM");
  const { code, out, err } = await serving.ended;
  assertEquals(code, 0, err);
  assert(!(out + err).includes(key), "the key stands in no log");
  await simulator.close();
  await Deno.remove(folder, { recursive: true });
});
