import { assert, assertEquals, assertMatch } from "@std/assert";
import { runHub, startHubCommand } from "../fake/hub_command.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";

const TOKEN = "abcd1234@im.bot:0123456789abcdef";
const OWNER = "o9ann@im.wechat";

interface Place {
  readonly simulator: Simulator;
  readonly data: string;
  /** Runs a command on the data directory. */
  hub(...args: readonly string[]): ReturnType<typeof runHub>;
  /** Starts `serve` on it, at any port, and waits for the line that says it is ready. */
  serve(...args: readonly string[]): Promise<Serving>;
  [Symbol.asyncDispose](): Promise<void>;
}

interface Serving {
  readonly url: string;
  readonly ready: { readonly accounts: number; readonly clients: number; readonly data: string };
  readonly text: () => string;
  said(text: string): Promise<void>;
  /** SIGTERM; gives the exit code. */
  end(): Promise<number>;
}

/** A simulated WeChat and a data directory of the test's own. */
async function createPlace(): Promise<Place> {
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{ owner: OWNER, token: TOKEN, id: "abcd1234@im.bot" }],
    settings: { holdMs: 500, qrHoldMs: 200 },
  });
  const folder = await Deno.makeTempDir();
  const data = `${folder}/data`;
  return {
    simulator,
    data,
    hub: (...args) => runHub([...args, "--data", data], { ILINK_BASE_URL: simulator.baseUrl }),
    async serve(...args) {
      const running = startHubCommand(
        ["serve", "--json", "--data", data, "--addr", "127.0.0.1:0", ...args],
        { ILINK_BASE_URL: simulator.baseUrl, ILINK_HUB_PLUGINS: `${folder}/plugins` },
      );
      await running.said('"url"');
      const line = running.text().split("\n").find((one) => one.startsWith("{")) ?? "";
      const ready = JSON.parse(line);
      return {
        ...running,
        url: ready.url,
        ready,
        async end() {
          running.kill("SIGTERM");
          return (await running.ended).code;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("help, version and refusals come from the program itself, in both languages", async () => {
  assertMatch((await runHub(["--version"])).out, /^ilink-hub \d+\.\d+\.\d+\n$/);
  assertMatch((await runHub(["help"])).out, /Usage/);
  assertMatch((await runHub([], { LANG: "zh_CN.UTF-8" })).out, /用法/);
  const wrong = await runHub(["sreve"]);
  assertEquals([wrong.code, wrong.out], [2, ""]);
  assertMatch(wrong.err, /Did you mean serve\?/);
});

Deno.test("serve refuses what it cannot start with, with words and an exit code", async () => {
  await using place = await createPlace();
  const refused = async (code: number, words: RegExp, ...args: readonly string[]) => {
    const said = await place.hub("serve", ...args);
    assertEquals(said.code, code, said.err);
    assertMatch(said.err, words);
    assertEquals(said.out, "");
  };
  await refused(2, /saw 127\.0\.0\.1, want HOST:PORT/, "--addr", "127.0.0.1");
  await refused(2, /"postgres".*sqlite:PATH/, "--database-url", "postgres://u:p@h/d");
  const config = `${place.data}.jsonc`;
  await Deno.writeTextFile(config, '{ "adr": "127.0.0.1:1", }');
  await refused(2, /no setting "adr"[^]*Did you mean addr\?/, "--config", config);
  await Deno.writeTextFile(config, "{\n  addr: 1\n}");
  await refused(2, /line 2, column 3/, "--config", config);
  await Deno.writeTextFile(place.data, "a file");
  await refused(1, /Cannot use the data directory .*data/);
  await Deno.remove(place.data);
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await refused(1, /taken[^]*--addr/, "--addr", `127.0.0.1:${taken.addr.port}`);
  taken.close();
});

Deno.test("a database that is not the hub's is refused and left alone", async () => {
  await using place = await createPlace();
  await Deno.mkdir(place.data);
  const path = `${place.data}/hub.db`;
  await Deno.writeTextFile(path, "these are my notes, not a database".repeat(50));
  const said = await place.hub("serve");
  assertEquals(said.code, 1);
  assertMatch(said.err, /not a database|cannot be read|damaged|foreign/i);
  assertMatch(await Deno.readTextFile(path), /^these are my notes/);
});

Deno.test("clients are registered, listed, changed and removed while no hub runs", async () => {
  await using place = await createPlace();
  const registered = await place.hub("register", "--name", "claude", "--label", "at work");
  assertEquals(registered.code, 0, registered.err);
  assertMatch(
    registered.out,
    /^WEIXIN_BASE_URL=http:\/\/127\.0\.0\.1:8765\nWEIXIN_TOKEN=vhub_[0-9a-f]{32}\n$/,
  );
  const again = await place.hub("register", "--name", "claude");
  assertEquals(again.code, 1);
  assertMatch(again.err, /claude/);
  const json = JSON.parse((await place.hub("register", "--name", "小助手", "--json")).out);
  assertEquals(Object.keys(json).toSorted(), ["base_url", "name", "token"]);
  assertEquals((await place.hub("client", "rename", "小助手", "pi")).code, 0);
  assertMatch((await place.hub("client", "rotate", "pi")).out, /WEIXIN_TOKEN=vhub_/);
  assertEquals((await place.hub("client", "set", "pi", "--batch", "7")).code, 0);
  const { clients } = JSON.parse((await place.hub("clients", "--json")).out);
  assertEquals(
    clients.map((client: { name: string; settings: { batch: number } }) => [
      client.name,
      client.settings.batch,
    ]),
    [["claude", 1], ["pi", 7]],
  );
  assertMatch((await place.hub("clients")).out, /claude .*at work\n/);
  const speaks = ["--dialect", "edgecrab", "--extensions", "on", "--overflow", "file"];
  assertEquals((await place.hub("client", "set", "pi", ...speaks)).code, 0);
  assertMatch(
    (await place.hub("clients")).out,
    /pi .*dialect edgecrab, with extensions, long answers as a file\n/,
  );
  assertEquals((await place.hub("client", "remove", "pi")).code, 0);
  const gone = await place.hub("client", "remove", "pi", "--lang", "zh");
  assertEquals(gone.code, 1);
  assertMatch(gone.err, /没有这个智能体/);
});

Deno.test("serve says when it is ready; commands then talk to it; a second hub is refused", async () => {
  await using place = await createPlace();
  const serving = await place.serve("--token", TOKEN);
  assertEquals([serving.ready.accounts, serving.ready.clients], [1, 0]);
  assertMatch(serving.text(), /everyone who can write to it may use it/);
  const second = await place.hub("serve");
  assertEquals(second.code, 1);
  assertMatch(second.err, new RegExp(`process \\d+ at ${serving.url}`));
  assertMatch((await place.hub("register", "--name", "claude")).out, new RegExp(serving.url));
  assertMatch((await place.hub("status")).out, /running for[^]*claude/);
  assertEquals((await place.hub("health")).code, 0);
  const remote = ["--hub-url", serving.url, "--admin-token"];
  const token = (await Deno.readTextFile(`${place.data}/admin-token`)).trim();
  assertEquals((await runHub(["clients", ...remote, token, "--json"])).code, 0);
  const wrong = await runHub(["clients", ...remote, "wrong", "--json"]);
  assertEquals([wrong.code, JSON.parse(wrong.err).error.code], [1, "ADMIN_TOKEN_WRONG"]);
  assertEquals((await place.hub("admin-token", "rotate")).code, 0);
  assertEquals((await runHub(["clients", ...remote, token, "--json"])).code, 1);
  assertEquals((await place.hub("clients")).code, 0, "local commands find the new one");
  assertEquals(await serving.end(), 0);
  const unreachable = await place.hub("health");
  assertEquals(unreachable.code, 1);
  assertMatch(unreachable.err, /Cannot find a running hub/);
});

Deno.test("trace shows the newest messages and one message's life", async () => {
  await using place = await createPlace();
  const serving = await place.serve("--token", TOKEN);
  place.simulator.say({ what: "hello there" });
  const list = await untilSaid(() => place.hub("trace", "--json"), "hello there");
  const [{ id }] = JSON.parse(list.out).messages;
  const life = await untilSaid(() => place.hub("trace", String(id)), "Decision");
  assertMatch(life.out, new RegExp(`Message ${id}[^]*hello there[^]*commands 1\\.`));
  assertMatch((await place.hub("trace")).out, /hello there/);
  const unknown = await place.hub("trace", "999");
  assertEquals(unknown.code, 1);
  assertMatch(unknown.err, /999[^]*ilink-hub trace/);
  assertEquals(await serving.end(), 0);
});

Deno.test("accounts are listed, renamed, given a default client and removed", async () => {
  await using place = await createPlace();
  const serving = await place.serve("--token", TOKEN);
  await place.hub("register", "--name", "claude");
  const { accounts: [{ name }] } = JSON.parse((await place.hub("accounts", "--json")).out);
  assertEquals((await place.hub("accounts", "rename", name, "mum")).code, 0);
  assertEquals((await place.hub("accounts", "default-client", "mum", "claude")).code, 0);
  assertMatch((await place.hub("accounts", "list")).out, /mum .*default claude/);
  assertEquals((await place.hub("accounts", "remove", "mum")).code, 0);
  assertMatch((await place.hub("accounts", "list")).out, /There are no WeChat accounts/);
  assertEquals(await serving.end(), 0);
});

Deno.test("login warns, draws a code, and stores the account once the phone confirms", async () => {
  await using place = await createPlace();
  const login = startHubCommand(["login", "--data", place.data], {
    ILINK_BASE_URL: place.simulator.baseUrl,
  });
  await login.said("open on the phone");
  assert(login.text().indexOf("disconnects") < login.text().indexOf("open on the phone"));
  const [code] = place.simulator.codes();
  assert(code !== undefined);
  place.simulator.scan(code.qrcode, OWNER);
  await login.said("Confirm it on the phone");
  place.simulator.askVerifyCode(code.qrcode, "4711");
  await login.said("digits");
  await login.type("0815");
  await login.said("Those were not the digits");
  await login.type("4711");
  await login.said("Confirm it on the phone", 2);
  place.simulator.confirm(code.qrcode);
  const said = await login.ended;
  assertEquals(said.code, 0, said.err);
  assertMatch(said.err, /is connected/);
  const { accounts } = JSON.parse((await place.hub("accounts", "--json")).out);
  assertEquals(accounts.length, 1);
  assertEquals(accounts[0].userId, OWNER);
});

Deno.test("a login that is interrupted leaves nothing behind", async () => {
  await using place = await createPlace();
  const login = startHubCommand(["login", "--data", place.data], {
    ILINK_BASE_URL: place.simulator.baseUrl,
  });
  await login.said("open on the phone");
  login.kill("SIGINT");
  const said = await login.ended;
  assertEquals(said.code, 1);
  assertMatch(said.err, /cancelled, nothing was changed/);
  assertMatch((await place.hub("accounts")).out, /There are no WeChat accounts/);
});

Deno.test("serve without an account stays up and shows codes; a scan connects it", async () => {
  await using place = await createPlace();
  const serving = await place.serve();
  assertEquals(serving.ready.accounts, 0);
  await serving.said("open on the phone");
  assertMatch(serving.text(), /No WeChat account is connected/);
  const [first] = place.simulator.codes();
  assert(first !== undefined);
  place.simulator.expire(first.qrcode);
  await serving.said("Code 2");
  const code = place.simulator.codes().at(-1);
  assert(code !== undefined);
  place.simulator.scan(code.qrcode, OWNER);
  place.simulator.confirm(code.qrcode);
  await serving.said("is connected");
  const status = await untilSaid(() => place.hub("status"), "polling");
  assertMatch(status.out, /Health: ok/);
  const { disk } = JSON.parse((await place.hub("status", "--json")).out);
  assert(disk.freeBytes > 0, "with the executable's permissions the room on the disk is known");
  assertEquals(await serving.end(), 0);
});

Deno.test("another key than the data's is refused before the hub starts", async () => {
  await using place = await createPlace();
  await place.hub("register", "--name", "a");
  const said = await runHub(["clients", "--data", place.data], {
    ILINK_HUB_MASTER_KEY: "00".repeat(32),
  });
  assertEquals(said.code, 1);
  assertMatch(said.err, /ILINK_HUB_MASTER_KEY/);
});

/** Runs a command until it says the text, at most some seconds long. */
async function untilSaid(
  run: () => ReturnType<typeof runHub>,
  text: string,
): ReturnType<typeof runHub> {
  for (let tries = 0;; tries++) {
    const said = await run();
    if (said.out.includes(text)) return said;
    assert(tries < 20, `never said "${text}": ${said.out}${said.err}`);
  }
}
