/** A client from npm that logs in by QR code at the hub, approved in each way there is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../../../src/lib/clock.ts";
import { systemRandom } from "../../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../../src/simulator/simulator.ts";
import { runHub } from "../../fake/hub_command.ts";
import { type HubProcess, startHubProcess } from "../../fake/hub_process.ts";
import { TextLineStream } from "../../fake/text_line_stream.ts";
import { installWith } from "./clients_from_npm.ts";
import { waitFor } from "./wait.ts";

/** A line of the driver. */
interface LoginEvent {
  readonly kind: string;
  readonly text?: string;
  readonly botToken?: string;
  readonly userId?: string;
  readonly baseUrl?: string;
}

interface LoggingIn {
  readonly events: readonly LoginEvent[];
  first(kind: string): Promise<LoginEvent>;
  kill(): Promise<void>;
}

const HOLD_MS = 1_000;

Deno.test("weixin-bot-sdk logs in at the hub, approved on the page, by a command, by the owner's message, by one tap", async () => {
  await using endings = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-npm-login-" });
  endings.defer(() => Deno.remove(folder, { recursive: true }));
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    settings: { holdMs: HOLD_MS },
  });
  endings.defer(() => simulator.close());
  const owner = simulator.addPerson().id;
  const hub = await startHubProcess({ data: `${folder}/hub`, upstreamUrl: simulator.baseUrl });
  endings.defer(async () => void await hub.end("SIGTERM"));
  await logIn(hub, simulator, owner);

  const ways: readonly ((link: string) => Promise<void>)[] = [
    (link) => submit(link, { name: "page", token: hub.adminToken, action: "approve" }),
    async (link) => {
      const command = ["pair", "approve", codeOf(link), "--name", "command"];
      const said = await runHub([
        ...command,
        "--hub-url",
        hub.url,
        "--admin-token",
        hub.adminToken,
      ]);
      assertEquals(said.code, 0, said.err);
    },
    (link) => Promise.resolve(void simulator.say({ person: owner, what: codeOf(link) })),
    async (link) => {
      await hub.admin("POST", "/hub/pairing/open", { minutes: 1 });
      await submit(link, { name: "tap", action: "approve" });
    },
  ];
  for (const [at, approve] of ways.entries()) {
    const client = await startClient(hub.url, `${folder}/credentials-${at}.json`);
    endings.defer(() => client.kill());
    const { text: link = "" } = await client.first("qr");
    assertMatch(link, /^http:\/\/127\.0\.0\.1:\d+\/hub\/pair\/\w{8}$/);
    // Held for some seconds, so once is enough.
    if (at === 0) assertEquals((await client.first("status")).text, "wait");
    await approve(link);
    const given = await client.first("logged_in");
    assertMatch(given.botToken ?? "", /^vhub_[0-9a-f]{32}$/);
    assertEquals([given.userId, given.baseUrl], [owner, hub.url]);
    await client.first("ready");
    assertEquals(client.events.filter(({ kind }) => kind === "poll_failed"), []);
  }
  const { clients } = await hub.admin<{ clients: readonly { name: string }[] }>(
    "GET",
    "/hub/clients",
  );
  assertEquals(clients.map(({ name }) => name), ["page", "command", "node", "tap"]);

  simulator.say({ person: owner, what: "@tap hello" });
  await waitFor(() => simulator.sent().some(({ text }) => text === "echo: hello"), {
    what: "the answer of a client that logged in",
  });
});

/** The owner connects the WeChat account, so that the hub knows whose it is. */
async function logIn(hub: HubProcess, simulator: Simulator, owner: string): Promise<void> {
  await hub.admin("POST", "/hub/login");
  let qrcode = "";
  await waitFor(async () => {
    const view = await hub.admin<{ qr: { content: string } | null }>("GET", "/hub/login");
    qrcode = view.qr === null ? "" : new URL(view.qr.content).searchParams.get("qrcode") ?? "";
    return qrcode !== "";
  }, { what: "the hub's own QR code" });
  simulator.scan(qrcode, owner);
  simulator.confirm(qrcode);
  await waitFor(async () => {
    const { accounts } = await hub.admin<{ accounts: readonly unknown[] }>("GET", "/hub/accounts");
    return accounts.length === 1;
  }, { what: "the account" });
}

function codeOf(link: string): string {
  return link.split("/").at(-1) ?? "";
}

/** As a browser does: it looks at the page, then sends its form. */
async function submit(link: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const page = await fetch(link, { headers: { "accept-language": "en" } });
  assertMatch(await page.text(), /Connect an agent/);
  const { origin } = new URL(link);
  const answer = await fetch(link, {
    method: "POST",
    headers: { origin, "accept-language": "en" },
    body: new URLSearchParams(fields),
  });
  assertMatch(await answer.text(), /Approved/);
}

async function startClient(hubUrl: string, credentials: string): Promise<LoggingIn> {
  const cwd = await installWith("weixin_bot_sdk_login.mjs", ["weixin-bot-sdk@1.1.0"]);
  const child = new Deno.Command("node", {
    args: ["weixin_bot_sdk_login.mjs"],
    cwd,
    env: { CLIENT_URL: hubUrl, CLIENT_CREDENTIALS: credentials },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const events: LoginEvent[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reading = (async () => {
    for await (const line of lines) events.push(JSON.parse(line));
  })();
  return {
    events,
    async first(kind) {
      const find = () => events.find((event) => event.kind === kind);
      await waitFor(() => find() !== undefined, { what: `"${kind}" of the client` });
      const found = find();
      assert(found !== undefined);
      return found;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
    },
  };
}
