import { createHmac } from "node:crypto";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { runHub, startHubCommand } from "../fake/hub_command.ts";

const OWNER = "o9ann@im.wechat";
const SECRET = "signing-secret";
const PUBLIC_URL = "https://hub.example";

interface Payload {
  readonly act: string;
  readonly kind: string | null;
  readonly subject: string;
  readonly text: string;
  readonly link: string | null;
}

/** A program of the owner's that takes signed notices. */
function startReceiver() {
  const { promise, ...first } = Promise.withResolvers<void>();
  let news = { promise, resolve: first.resolve };
  const got: Payload[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    const timestamp = request.headers.get("x-ilink-hub-timestamp");
    const mac = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex");
    assertEquals(request.headers.get("x-ilink-hub-signature"), `sha256=${mac}`);
    got.push(JSON.parse(body));
    news.resolve();
    return new Response(null, { status: 204 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    got,
    /** The first notice of this act, once it has come. */
    async next(act: string): Promise<Payload> {
      for (let tries = 0; tries < 20; tries++) {
        const found = got.find((notice) => notice.act === act);
        if (found !== undefined) return found;
        await news.promise;
        const { promise, resolve } = Promise.withResolvers<void>();
        news = { promise, resolve };
      }
      throw new Error(`No notice "${act}" came`);
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Asks for the page until it shows the text; each look waits as the page itself does. */
async function pageWith(url: string, text: string): Promise<string> {
  for (let tries = 0; tries < 20; tries++) {
    const page = await (await fetch(url)).text();
    if (page.includes(text)) return page;
    await new Promise((resolve) => systemClock.after(200, () => resolve(null)));
  }
  throw new Error(`The page never showed "${text}"`);
}

function scanNewest(simulator: Simulator): void {
  const code = simulator.codes().at(-1);
  assert(code !== undefined);
  simulator.scan(code.qrcode, OWNER);
  simulator.confirm(code.qrcode);
}

// On the real clock: the hub is a process of its own.
Deno.test("a lost login reaches the owner elsewhere, and the link of the alert makes it good", async () => {
  await using receiver = startReceiver();
  const bot = { owner: OWNER, token: "abcd1234@im.bot:0123456789abcdef", id: "abcd1234@im.bot" };
  const simulator = await startSimulator({
    ...{ clock: systemClock, random: systemRandom, bots: [bot] },
    settings: { holdMs: 50, qrHoldMs: 200 },
  });
  const folder = await Deno.makeTempDir();
  const data = `${folder}/data`;
  const config = `${folder}/hub.jsonc`;
  const hook = { name: "hook", kind: "webhook", url: receiver.url, secret: "$env:HOOK_SECRET" };
  const settings = { "public-url": PUBLIC_URL, "alerts": { channels: [hook] } };
  await Deno.writeTextFile(config, JSON.stringify(settings));
  const env = { ILINK_BASE_URL: simulator.baseUrl, HOOK_SECRET: SECRET };
  const serving = startHubCommand(
    ["serve", "--json", "--data", data, "--config", config, "--addr", "127.0.0.1:0"].concat(
      ["--plugins", `${folder}/plugins`, "--log-level", "debug"],
    ),
    env,
  );
  await serving.said('"url"');
  const own = JSON.parse(await Deno.readTextFile(`${data}/hub.json`)).url;
  await serving.said("good for about two minutes");
  scanNewest(simulator);
  await serving.said("is connected");

  const tested = await runHub(["alert", "test", "--data", data, "--config", config], env);
  assertEquals([tested.code, tested.out], [0, "hook  taken\n"], tested.err);
  assertEquals(receiver.got.map(({ act }) => act), ["test"]);

  simulator.unbind();
  const raised = await receiver.next("raise");
  assertEquals([raised.kind, raised.subject], ["logged_out", "wechat"]);
  assertMatch(raised.text, /scanned elsewhere about 29 seconds before/);
  assert(raised.link !== null && raised.link.startsWith(`${PUBLIC_URL}/hub/relogin/`));
  assert(!raised.text.includes("relogin"));
  const page = raised.link.replace(PUBLIC_URL, own);
  await pageWith(page, "data:image/png;base64,");
  const listed = await runHub(["alert", "list", "--data", data, "--config", config], env);
  assertMatch(
    listed.out,
    /^hook +webhook +127\.0\.0\.1:\d+ +delivered 2.*\n\nWhat is wrong\nWeChat/,
  );
  scanNewest(simulator);
  await pageWith(page, "Connected.");
  const over = await receiver.next("recover");
  assertEquals([over.kind, over.link], ["logged_out", null]);

  serving.kill("SIGTERM");
  const { code, out, err } = await serving.ended;
  assertEquals(code, 0, err);
  const token = page.split("/").at(-1) ?? "";
  assert(!(out + err).includes(token.slice(0, 30)), "the link stands in no log");
  assert(!(out + err).includes(SECRET));
  assert(!(await Deno.readTextFile(`${data}/alerts.json`)).includes(token));

  const resting = await runHub(["alert", "test", "hook", "--data", data, "--config", config], env);
  assertEquals([resting.code, resting.out], [0, "hook  taken\n"], resting.err);
  const unseen = await runHub(["alert", "list", "--data", data, "--config", config], env);
  assertMatch(unseen.out, /No hub is running, so nobody knows/, "what is not watched is not fine");
  const wrong = await runHub(["serve", "--data", data, "--config", config], {
    ILINK_BASE_URL: simulator.baseUrl,
  });
  assertEquals(wrong.code, 2, wrong.err);
  assertMatch(wrong.err, /alerts\.channels.*\$env:HOOK_SECRET/);
  await simulator.close();
  await Deno.remove(folder, { recursive: true });
});
