/**
 * An author's day with a running hub, as a person lives it: the commands are processes of their own. Waits on real time, since
 * a folder is watched.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { runHub, type Running, type Said, startHubCommand } from "../fake/hub_command.ts";
import { waitFor } from "./clients/wait.ts";

const TOKEN = "abcd1234@im.bot:0123456789abcdef";

interface Place {
  readonly simulator: Simulator;
  readonly plugins: string;
  /** Runs a command about this hub; fails with its words when it does. */
  hub(...args: readonly string[]): Promise<Said>;
  start(...args: readonly string[]): Running;
}

async function withPlace(act: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-author-" });
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{ owner: "o9ann@im.wechat", token: TOKEN, id: "abcd1234@im.bot" }],
    settings: { holdMs: 500 },
  });
  const plugins = `${folder}/plugins`;
  await Deno.mkdir(plugins);
  const env = {
    ILINK_BASE_URL: simulator.baseUrl,
    ILINK_HUB_DATA: `${folder}/data`,
    ILINK_HUB_PLUGINS: plugins,
    ILINK_HUB_CHAT_LANG: "en",
  };
  try {
    await act({
      simulator,
      plugins,
      async hub(...args) {
        const said = await runHub(args, env);
        assertEquals(said.code, 0, `${args.join(" ")}: ${said.out}${said.err}`);
        return said;
      },
      start: (...args) => startHubCommand(args, env),
    });
  } finally {
    await simulator.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Routes what says "night" to the owl, and writes a line about it. */
const NIGHT = `import type { Plugin } from "ilink-hub/plugin";
const night: Plugin = {
  manifest: { id: "night", api: 1, version: "1.0.0" },
  route({ text }, { memory }) {
    console.log("asked about", text);
    if (!text.includes("night")) return { kind: "pass" };
    memory["times"] = Number(memory["times"] ?? 0) + 1;
    return { kind: "route", to: ["owl"], reason: "it says night" };
  },
};
export default night;
`;

Deno.test("an author writes, tries, tests, watches and replays a plugin while the hub runs", () =>
  withPlace(async ({ hub, start, simulator, plugins }) => {
    const serving = start("serve", "--addr", "127.0.0.1:0", "--token", TOKEN);
    await serving.said("is ready");
    for (const name of ["claude", "owl"]) await hub("register", "--name", name);

    await Deno.writeTextFile(`${plugins}/night.ts`, NIGHT);
    await waitFor(async () => /^night .*running/m.test((await hub("plugin", "list")).out), {
      what: "the plugin to run",
    });

    const tried = await hub("plugin", "try", "good night");
    assertMatch(tried.out, /night 1\.0\.0 .*route → owl \(it says night\)/);
    assertMatch(tried.out, /Decision: deliver → owl \(it says night\)/);

    const following = start("plugin", "logs", "night", "--follow");
    await following.said("asked about good night");
    simulator.say({ what: "night falls, call 13800138000" });
    await following.said("asked about night falls");
    following.kill("SIGKILL");
    await following.ended;

    const [message] = await messages(hub);
    assert(message !== undefined);
    const fixture = await hub("trace", String(message.id), "--fixture");
    assertStringIncludes(fixture.out, "night falls, call 00000000000");
    assertMatch(fixture.err, /read it before you give it away/);
    await Deno.writeTextFile(`${plugins}/night.fixture.json`, fixture.out);
    assertMatch((await hub("plugin", "test")).out, /ok {2}message \d+ .*\n1 passed, 0 failed/);

    const candidate = `${plugins}/_next.ts`;
    await Deno.writeTextFile(candidate, NIGHT.replace(`to: ["owl"]`, `to: ["claude"]`));
    const replayed = await hub("plugin", "replay", "--since", "1h", "--candidate", candidate);
    assertMatch(replayed.out, /^1 messages decided again: 1 go elsewhere, 0 with faults/);
    assertMatch(replayed.out, /night falls.* owl → claude/);

    serving.kill("SIGTERM");
    assertEquals((await serving.ended).code, 0);
    assertMatch((await hub("plugin", "try", "good night")).out, /Decision: deliver → owl/);
  }));

async function messages(hub: Place["hub"]): Promise<readonly { readonly id: number }[]> {
  const said = await hub("trace", "--json");
  return JSON.parse(said.out).messages;
}
