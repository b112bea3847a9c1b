/**
 * The one executable, as a user meets it: a black box in a folder with `plugins` beside it. Waits on real time, since other
 * processes are waited for. `ILINK_HUB_BINARY` names one that is there already, as a release does; else one is built.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { TextLineStream } from "../fake/text_line_stream.ts";

const ROOT = new URL("../../", import.meta.url);
const BOT_TOKEN = "smoke@im.bot:0123456789abcdef";
const ANSWER_SECONDS = 40;

const PLUGIN = `
import type { Plugin } from "ilink-hub/plugin";
import { chosen } from "./smoke/chosen.ts";

const plugin: Plugin = {
  manifest: { id: "smoke", api: 1, version: "1.0.0" },
  route: (message) => ({ kind: "route", to: [chosen()], reason: \`it says \${message.text}\` }),
};
export default plugin;
`;
const NEIGHBOUR = `export const chosen = (): string => "second";\n`;

/** The executable in a folder of its own, with caches of its own. */
interface Place {
  readonly folder: string;
  readonly binary: string;
  /** What was started; whatever a failed test leaves behind is ended with it. */
  readonly children: Deno.ChildProcess[];
}

interface Running {
  /** What it printed when it was ready. */
  readonly ready: Record<string, string>;
  /** Resolves with the exit code. */
  end(): Promise<number>;
}

function command({ folder, binary }: Place, args: readonly string[]): Deno.Command {
  return new Deno.Command(binary, {
    args: [...args],
    cwd: folder,
    env: { XDG_CACHE_HOME: `${folder}/cache`, HOME: folder },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a command to its end and gives what it printed. */
async function run(place: Place, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await command(place, args).output();
  const said = new TextDecoder().decode(stdout);
  assert(success, `${args.join(" ")}: ${said}${new TextDecoder().decode(stderr)}`);
  return said;
}

/** Starts a command that stays, and waits for its line of JSON. */
async function start(place: Place, args: readonly string[]): Promise<Running> {
  const child = command(place, args).spawn();
  place.children.push(child);
  const notes = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error(`${args.join(" ")} ended: ${await notes}`);
  return {
    ready: JSON.parse(value),
    async end() {
      child.kill("SIGTERM");
      const { code } = await child.status;
      while (!(await reader.read()).done);
      await notes;
      return code;
    },
  };
}

async function provideBinary(folder: string): Promise<string> {
  const given = Deno.env.get("ILINK_HUB_BINARY") ?? "";
  if (given !== "") return await Deno.realPath(new URL(given, ROOT));
  const output = `${folder}/ilink-hub${Deno.build.os === "windows" ? ".exe" : ""}`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--frozen", "tools/build.ts", "--output", output],
    cwd: ROOT,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return output;
}

async function call(
  method: "POST" | "PATCH",
  url: string,
  { body, token = "" }: { readonly body: unknown; readonly token?: string },
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: {
      "content-type": "application/json",
      authorizationtype: "ilink_bot_token",
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert(response.ok, `${url}: HTTP ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Polls as a client does until there is a message. */
async function receive(baseUrl: string, token: string): Promise<string> {
  const deadlineMs = Date.now() + ANSWER_SECONDS * 1000;
  while (Date.now() < deadlineMs) {
    const url = `${baseUrl}/ilink/bot/getupdates`;
    const answer = await call("POST", url, { body: { get_updates_buf: "" }, token });
    const messages = answer["msgs"];
    if (Array.isArray(messages) && messages.length > 0) return JSON.stringify(messages);
  }
  throw new Error(`No message within ${ANSWER_SECONDS} s`);
}

async function withPlace(act: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-executable-" });
  const children: Deno.ChildProcess[] = [];
  try {
    await act({ folder, binary: await provideBinary(folder), children });
  } finally {
    for (const child of children) await endForCertain(child);
    await Deno.remove(folder, { recursive: true });
  }
}

async function endForCertain(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended, as it should.
  }
  await child.status;
}

async function installPlugin({ folder }: Place): Promise<void> {
  await Deno.mkdir(`${folder}/plugins/smoke`, { recursive: true });
  await Deno.writeTextFile(`${folder}/plugins/smoke.ts`, PLUGIN);
  await Deno.writeTextFile(`${folder}/plugins/smoke/chosen.ts`, NEIGHBOUR);
}

Deno.test("the executable loads a TypeScript plugin beside it, routes by it, and stops in order", () =>
  withPlace(async (place) => {
    assertStringIncludes(await run(place, ["--version"]), project.version);
    await installPlugin(place);
    const simulator = await start(
      place,
      ["simulate", "--json", "--token", BOT_TOKEN, "--control-port", "0"],
    );
    const { url: wechat = "", controlUrl } = simulator.ready;
    // The hub finishes the poll in flight before it stops.
    await call("PATCH", `${controlUrl}/settings`, { body: { holdMs: 1_000 } });
    const hub = await start(
      place,
      ["serve", "--json", "--data", "data", "--addr", "127.0.0.1:0", "--token", BOT_TOKEN]
        .concat("--ilink-base-url", wechat),
    );
    const register = ["register", "--json", "--data", "data", "--name"];
    await run(place, [...register, "first"]);
    const second = JSON.parse(await run(place, [...register, "second"]));

    await call("POST", `${controlUrl}/messages`, { body: { what: "hello there" } });
    assertStringIncludes(await receive(second.base_url, second.token), "hello there");
    const health = await run(place, ["health", "--json", "--data", "data"]);
    assertEquals(JSON.parse(health).state, "ok");

    // What it writes for authors lies inside it, and it can run what it wrote.
    await run(place, ["plugin", "new", "night", "--template", "schedule"]);
    const tested = JSON.parse(await run(place, ["plugin", "test", "--json"]));
    assertEquals([tested.passed, tested.failed], [3, 0]);
    const contract = await Deno.readTextFile(`${place.folder}/plugins/night/ilink_hub_plugin.d.ts`);
    assertStringIncludes(contract, "export type Verdict");

    const codes = [await hub.end(), await simulator.end()];
    // There are no such signals on Windows: the process is ended from outside.
    if (Deno.build.os !== "windows") assertEquals(codes, [0, 0]);
  }));
