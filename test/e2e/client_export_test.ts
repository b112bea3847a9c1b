/** `client export` as a user runs it: what it writes, what it says, and that a program with these files is the client. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { runHub } from "../fake/hub_command.ts";
import { type HubProcess, startHubProcess } from "../fake/hub_process.ts";

const OWNER = "o9ann@im.wechat";
const FRIEND = "o9bob@im.wechat";

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly hub: HubProcess;
  /** The client's first. */
  readonly token: string;
  /** Runs `client export claude` with these arguments. */
  run(...args: readonly string[]): ReturnType<typeof runHub>;
}

/** A hub with a bare bot token and one client, and a folder for what is exported. */
async function createPlace(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  const data = `${folder}/hub`;
  const hub = await startHubProcess({
    data,
    upstreamUrl: "http://127.0.0.1:1", // nobody is there, and nothing here needs WeChat
    args: ["--token", "abcd@im.bot:1234", "--allow-senders", FRIEND],
  });
  const token = await hub.register("claude");
  return {
    folder,
    hub,
    token,
    run: (...args) =>
      runHub(["client", "export", "claude", "--data", data, ...args], { HOME: `${folder}/home` }),
    async [Symbol.asyncDispose]() {
      await hub.end("SIGTERM");
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Whether the hub takes the token. A wrong one is refused, so the answer needs no poll. */
async function isAccepted(hub: HubProcess, token: string): Promise<boolean> {
  const response = await fetch(`${hub.url}/ilink/bot/msg/notifystart`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: "{}",
  });
  await response.body?.cancel();
  return response.status === 200;
}

async function readJson(path: string) {
  return JSON.parse(await Deno.readTextFile(path));
}

Deno.test("client export writes OpenClaw's state beside its other accounts, with a token that works", async () => {
  await using place = await createPlace();
  const state = `${place.folder}/openclaw`;
  const list = `${state}/openclaw-weixin/accounts.json`;
  await Deno.mkdir(`${state}/openclaw-weixin`, { recursive: true });
  await Deno.writeTextFile(list, `["aaaa-im-bot"]`);
  const args = ["--for", "openclaw", "--dir", state, "--people", OWNER];

  const dry = await place.run(...args, "--dry-run");
  assertEquals(dry.code, 0, dry.err);
  assertMatch(dry.out, /Would write .*accounts\.json/);
  assertMatch(dry.out, /"userId": "o9ann@im\.wechat"/);
  assertEquals(await Deno.readTextFile(list), `["aaaa-im-bot"]`, "a dry run writes nothing");
  assert(!dry.out.includes("vhub_"), "and mints nothing");

  const said = await place.run(...args);
  assertEquals(said.code, 0, said.err);
  assertMatch(said.err, /old one works until[^]*openclaw gateway restart/);
  assert(!said.out.includes("vhub_"), "a token that stands in a file is not shown");
  const ids: string[] = await readJson(list);
  assertEquals(ids[0], "aaaa-im-bot");
  const account = await readJson(`${state}/openclaw-weixin/accounts/${ids[1]}.json`);
  assertEquals([account.baseUrl, account.userId], [place.hub.url, OWNER]);
  assert(await isAccepted(place.hub, account.token));

  const again = await place.run(...args, "--token", account.token, "--json");
  assertEquals(again.code, 0, again.err);
  const { oldValidUntilMs, files } = JSON.parse(again.out);
  assertEquals(oldValidUntilMs, null, "a token that is given is not replaced");
  assertEquals(files.length, 2);
  assertEquals((await readJson(list)).length, 2);
});

Deno.test("client export refuses what would not work, in words, and then leaves the token alone", async () => {
  await using place = await createPlace();
  const directory = ["--dir", `${place.folder}/state`];
  const refused = async (...args: readonly string[]) => {
    const { code, err } = await place.run(...directory, ...args);
    assertNotEquals(code, 0);
    return err;
  };
  assertMatch(await refused(), /--for/);
  assertMatch(await refused("--for", "telegram"), /telegram[^]*openclaw/);
  assertMatch(await refused("--for", "openclaw"), /bare bot token[^]*--people/);
  assertMatch(await refused("--for", "openclaw", "--account", "x"), /find an account "x"/);
  assertMatch(
    await refused("--for", "env", "--people", OWNER, "--token", "vhub_x"),
    /not claude's/,
  );
  assertMatch(await refused("--for", "env", "--people", "a b"), /--people/);
  await Deno.mkdir(`${place.folder}/state/openclaw-weixin`, { recursive: true });
  await Deno.writeTextFile(`${place.folder}/state/openclaw-weixin/accounts.json`, "{");
  for (let times = 0; times < 2; times++) {
    const err = await refused("--for", "openclaw", "--people", OWNER);
    assertMatch(err, /Cannot add to .*accounts\.json/);
  }
  // After two new tokens the first would not be taken any more.
  assert(await isAccepted(place.hub, place.token));
});

Deno.test("client export prints variables alone to standard output, for each client that reads them", async () => {
  await using place = await createPlace();
  for (const kind of ["env", "edgecrab", "cc-connect"]) {
    const { code, out, err } = await place.run("--for", kind, "--people", OWNER);
    assertEquals(code, 0, err);
    const token = /vhub_[0-9a-f]{32}/.exec(out)?.[0] ?? "";
    assert(await isAccepted(place.hub, token), kind);
    assert(out.includes(place.hub.url));
  }
  for (const kind of ["wechatbot", "hermes", "recursive", "weixin-agent-sdk"]) {
    const { code, err } = await place.run("--for", kind, "--people", `${OWNER},${FRIEND}`);
    assertEquals(code, 0, err);
    assertMatch(err, new RegExp(`Wrote ${place.folder}/home/`), kind);
  }
});
