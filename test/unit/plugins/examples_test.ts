/** The gallery: every example is short and answers as the fixture beside it says. */
import { assert, assertEquals } from "@std/assert";
import { readFixture } from "../../../src/cli/plugin_fixture.ts";
import { findFixtures, runFixture } from "../../../src/cli/plugin_tests.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import llm from "../../../plugins/examples/llm.ts";
import { createInlineBench } from "../../fake/inline_isolation.ts";
import { inboundView, NOW_MS, pluginContext } from "../../fake/plugin_views.ts";

const FOLDER = new URL("../../../plugins/examples", import.meta.url).pathname;
const LINES_MAX = 60;

Deno.test("every example answers as its fixture says", async () => {
  const bench = createInlineBench(systemClock);
  const paths = findFixtures(FOLDER, "en");
  const tested: string[] = [];
  for (const path of paths) {
    const fixture = readFixture(path, { version: "0.1.0", lang: "en" });
    tested.push(fixture.plugin);
    for (const result of await runFixture(fixture, { bench, name: path, lang: "en" })) {
      assertEquals(result.differences, [], `${path}: ${result.case}`);
    }
  }
  const sources = [...Deno.readDirSync(FOLDER)].map(({ name }) => `${FOLDER}/${name}`)
    .filter((path) => path.endsWith(".ts"));
  assertEquals(tested.toSorted(), sources.toSorted());
  for (const path of sources) {
    const lines = Deno.readTextFileSync(path).split("\n").length - 1;
    assert(lines < LINES_MAX, `${path} has ${lines} lines, want fewer than ${LINES_MAX}`);
  }
});

Deno.test("llm asks the model once, holds its choice, and takes no name that is not in the table", async () => {
  const asked: { readonly authorization: string | null; readonly text: string }[] = [];
  let says = " cook\n";
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { messages } = await request.json();
    const authorization = request.headers.get("authorization");
    asked.push({ authorization, text: messages.at(-1).content });
    return Response.json({ choices: [{ message: { content: says } }] });
  });
  const config = llm.configure({
    url: `http://127.0.0.1:${server.addr.port}`,
    key: "secret",
    agents: { coder: "programs", cook: "food" },
  });
  const memory = {};
  const route = (text: string, nowMs: number) =>
    llm.route?.(inboundView(text), pluginContext(config, { memory, nowMs }));

  assertEquals(await route("what is for dinner?", NOW_MS), {
    kind: "route",
    to: ["cook"],
    reason: "chosen now",
  });
  assertEquals(await route("and for dessert?", NOW_MS + 60_000), {
    kind: "route",
    to: ["cook"],
    reason: "still",
  });
  assertEquals(asked, [{ authorization: "Bearer secret", text: "what is for dinner?" }]);

  says = "toString";
  assertEquals(await route("hm", NOW_MS + 3_600_000), { kind: "pass", reason: "says toString" });
  await server.shutdown();
  assertEquals(await route("hm", NOW_MS + 3_600_001), { kind: "pass", reason: "says no answer" });
  assertEquals(asked.length, 2);
});
