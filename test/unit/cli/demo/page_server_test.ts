import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createPageApp, startPageServer } from "../../../../src/cli/demo/page_server.ts";
import { ASSETS } from "../../../../src/cli/demo/page/assets.ts";
import type { Scene, Words } from "../../../../src/cli/demo/scene.ts";
import { HubError } from "../../../../src/core/error.ts";
import type { DeferReason, ReplyState } from "../../../../src/core/lifecycle.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { createFakeClock } from "../../../fake/fake_clock.ts";

interface FakeScene extends Scene {
  readonly said: Words[];
  readonly switched: [string, boolean][];
}

function createFakeScene(): FakeScene {
  const said: Words[] = [];
  const switched: [string, boolean][] = [];
  return {
    said,
    switched,
    phone: () => ({ bubbles: [], isTyping: false }),
    agents: () => Promise.resolve([]),
    lives: () => Promise.resolve([{ id: 1 }]),
    watch: () => () => {},
    say: (words) => void said.push(words),
    switchAgent(name, isOn) {
      switched.push([name, isOn]);
      return Promise.resolve(name === "echo");
    },
  };
}

function createApp(scene: Scene = createFakeScene()) {
  const signal = new AbortController().signal;
  const app = createPageApp(scene, { clock: createFakeClock(), signal });
  return (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) =>
    app.request(path, {
      ...init,
      headers: { host: "127.0.0.1:8766", ...init.headers },
    });
}

function post(body: unknown, headers: Record<string, string> = {}) {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}

Deno.test("the page answers only to the names of this machine", async () => {
  const ask = createApp();
  for (const host of ["127.0.0.1:8766", "localhost:8766", "[::1]:8766", "localhost"]) {
    assertEquals((await ask("/", { headers: { host } })).status, 200, host);
  }
  for (
    const host of [
      "evil.example",
      "evil.example:8766",
      "127.0.0.1.evil.example",
      "localhost@evil",
      "",
    ]
  ) {
    const response = await ask("/words.json", { headers: { host } });
    assertEquals(response.status, 403, host);
    assertStringIncludes(await response.text(), `host "${host}"`);
  }
});

Deno.test("a foreign page can neither read nor act", async () => {
  const scene = createFakeScene();
  const ask = createApp(scene);
  const origin = "https://evil.example";
  assertEquals((await ask("/changes", { headers: { origin } })).status, 403);
  const words = { kind: "text", text: "hello" };
  assertEquals((await ask("/say", post(words, { origin }))).status, 403);
  assertEquals((await ask("/say", post(words, { origin: "http://127.0.0.1:9999" }))).status, 403);
  const form = await ask("/say", post(words, { "content-type": "text/plain" }));
  assertEquals(form.status, 403);
  assertEquals(scene.said, []);
  const own = await ask("/say", post(words, { origin: "http://127.0.0.1:8766" }));
  assertEquals(own.status, 204);
  assertEquals(own.headers.get("access-control-allow-origin"), null);
  assertEquals(scene.said, [{ kind: "text", text: "hello", quotes: null }]);
});

Deno.test("what the page cannot mean is refused with words", async () => {
  const scene = createFakeScene();
  const ask = createApp(scene);
  const wrong = [{ kind: "text", text: " " }, { kind: "text", text: "x", quotes: "12a" }, {
    kind: "video",
    text: "x",
  }, null];
  for (const body of wrong) {
    const response = await ask("/say", post(body));
    assertEquals(response.status, 400);
    assert((await response.text()).length > 0);
  }
  const long = await ask("/say", post({ kind: "text", text: "x".repeat(70_000) }));
  assertEquals(long.status, 413);
  assertEquals(scene.said, []);
  assertEquals((await ask("/agents/echo", post({ isOn: "yes" }))).status, 400);
  assertEquals(scene.switched, []);
});

Deno.test("the page switches agents, and says when there is no such agent", async () => {
  const scene = createFakeScene();
  const ask = createApp(scene);
  assertEquals((await ask("/agents/echo", post({ isOn: false }))).status, 204);
  assertEquals((await ask("/agents/nobody", post({ isOn: true }))).status, 404);
  assertEquals(scene.switched, [["echo", false], ["nobody", true]]);
});

Deno.test("the page asks for nothing that is not served, and nothing from elsewhere", async () => {
  const ask = createApp();
  for (const [path, asset] of Object.entries(ASSETS)) {
    const response = await ask(path);
    assertEquals(response.headers.get("content-type"), asset.type);
    assertStringIncludes(
      response.headers.get("content-security-policy") ?? "",
      "default-src 'self'",
    );
    const text = await response.text();
    for (const [_, named = ""] of text.matchAll(/(?:src|href|from)(?:=| )"([^"]+)"/g)) {
      assert(new URL(named, "http://page/").pathname in ASSETS, `${path} asks for ${named}`);
    }
    assertEquals(text.match(/(https?:)?\/\/(?!www\.w3\.org)[a-z]+\.[a-z]+\//g), null, path);
  }
});

Deno.test("every word that the page asks for is there", async () => {
  const table = await (await createApp()("/words.json")).json();
  for (const { text } of Object.values(ASSETS)) {
    const asked = [...text.matchAll(/data-word(?:-label)?="(\w+)"|\bword\("(\w+)"/g)];
    for (const [_, fixed, called] of asked) {
      const name = fixed ?? called ?? "";
      assert(name in table, `The page asks for the word "${name}"`);
    }
  }
});

/** Every state and reason there is, which the compiler checks. */
const STATES: Readonly<Record<ReplyState, true>> = {
  accepted: true,
  stopped: true,
  planned: true,
  sending: true,
  sent: true,
  unconfirmed: true,
  suspect: true,
  deferred: true,
  refused: true,
  unknown: true,
  expired: true,
  merged: true,
};
const REASONS: Readonly<Record<DeferReason, true>> = {
  budget: true,
  window: true,
  stale: true,
  throttle: true,
  suspect: true,
  logged_out: true,
  turn: true,
};

Deno.test("every state of a reply and every reason to defer it has its words", async () => {
  const table = await (await createApp()("/words.json")).json();
  const camel = (name: string) => name.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase());
  for (const state of Object.keys(STATES)) assert(`state${camel(state)}` in table, state);
  for (const reason of Object.keys(REASONS)) assert(`reason${camel(reason)}` in table, reason);
});

Deno.test("a stream starts with everything and ends with the server, which gives its port back", async () => {
  const server = await startPageServer(createFakeScene(), { port: 0, clock: systemClock });
  const response = await fetch(`${server.url}/changes`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: life")) text += (await reader?.read())?.value ?? "";
  assertStringIncludes(text, 'event: phone\ndata: {"bubbles":[],"isTyping":false}');
  assertStringIncludes(text, 'event: life\ndata: {"id":1}');
  const port = Number(new URL(server.url).port);
  await assertRejects(
    () => startPageServer(createFakeScene(), { port, clock: systemClock }),
    HubError,
    `on port ${port}`,
  );
  await server.stop();
  while (!(await reader?.read().catch(() => ({ done: true })))?.done);
  const again = await startPageServer(createFakeScene(), { port, clock: systemClock });
  await again.stop();
});
