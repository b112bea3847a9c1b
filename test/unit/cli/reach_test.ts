import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Call } from "../../../src/cli/command.ts";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { openDataDirectory, readAdminToken } from "../../../src/cli/data_directory.ts";
import { withHub } from "../../../src/cli/reach.ts";
import type { Settings } from "../../../src/config.ts";
import { readSettings } from "../../../src/config/read.ts";
import { HubError } from "../../../src/core/error.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";

interface World {
  readonly data: string;
  /** What the hub that this process opened was asked, and whether it was ended. */
  readonly asked: string[];
  call(given?: { readonly hubUrl?: string; readonly adminToken?: string }): Call;
  isFree(): boolean;
}

/** Runs `test` with a data directory of its own and a hub that answers whatever `answer` gives. */
async function inWorld(
  answer: () => Response,
  test: (world: World) => Promise<void>,
): Promise<void> {
  const data = await Deno.makeTempDir();
  const asked: string[] = [];
  const settings = settingsFor(data);
  const random = createFakeRandom();
  const [command] = COMMANDS;
  assert(command !== undefined);
  await test({
    data,
    asked,
    call: ({ hubUrl, adminToken = null } = {}) => ({
      command,
      params: [],
      options: { "hub-url": hubUrl },
      settings: { ...settings, adminToken },
      lang: "en",
      isJson: false,
      terminal: createFakeTerminal(),
      clock: createFakeClock(),
      random,
      version: "1.2.3",
      openPluginBench: () => Promise.reject(new Error("no plugin is run here")),
      loadHub: () =>
        Promise.resolve({
          startHub: () => Promise.reject(new Error("not started here")),
          openHub: () =>
            Promise.resolve({
              fetch(request: Request) {
                const { pathname } = new URL(request.url);
                asked.push(`${request.method} ${pathname} ${request.headers.get("authorization")}`);
                return Promise.resolve(answer());
              },
              stop: () => Promise.resolve(void asked.push("stopped")),
            }),
        }),
    }),
    isFree() {
      const opened = openDataDirectory(settings, { random, directory: "/" });
      opened?.release();
      return opened !== null;
    },
  });
  await Deno.remove(data, { recursive: true });
}

function settingsFor(data: string): Settings {
  const place = { directory: "/", home: null };
  const read = readSettings({ flags: { data }, env: () => undefined, file: null, place });
  assert(read.kind === "read");
  return read.settings;
}

Deno.test("withHub() opens the data directory where no hub runs, and gives it back", async () => {
  await inWorld(() => Response.json({ ok: true }), async ({ data, asked, call, isFree }) => {
    const answer = await withHub(call(), (api) => api.ask("GET", "/hub/status"));
    assertEquals(answer, { ok: true });
    assertEquals(asked, [`GET /hub/status Bearer ${readAdminToken(data)}`, "stopped"]);
    assert(isFree());
  });
});

Deno.test("withHub() gives the data directory back when the hub refuses", async () => {
  const refusal = { error: { code: "CLIENT_UNKNOWN", message: "no x", hint: "look" } };
  await inWorld(() => Response.json(refusal, { status: 404 }), async ({ call, isFree }) => {
    const error = await assertRejects(
      () => withHub(call(), (api) => api.ask("GET", "/hub/clients/x")),
      HubError,
    );
    assert(error instanceof HubError);
    assertEquals([error.code, error.message, error.hint], ["CLIENT_UNKNOWN", "no x", "look"]);
    assert(isFree());
  });
});

Deno.test("withHub() does not take a token meant for another hub for this directory's", async () => {
  await inWorld(() => Response.json({}), async ({ data, call, isFree }) => {
    assert(isFree());
    const kept = readAdminToken(data);
    await withHub(call({ adminToken: "of-another-hub" }), (api) => api.ask("GET", "/hub/status"));
    assertEquals(readAdminToken(data), kept);
  });
});

Deno.test("withHub() does not send this machine's admin token anywhere else", async () => {
  await inWorld(() => Response.json({}), async ({ call, isFree }) => {
    assert(isFree(), "there is a token now");
    const error = await assertRejects(
      () => withHub(call({ hubUrl: "http://192.0.2.1:8765" }), (api) => api.ask("GET", "/x")),
      HubError,
    );
    assert(error instanceof HubError && error.code === "ADMIN_TOKEN_WRONG", String(error));
    assertMatch(error.message, /there is no admin token/);
  });
});

Deno.test("withHub() refuses a hub's address that is none", async () => {
  await inWorld(() => Response.json({}), async ({ call }) => {
    for (const hubUrl of ["192.168.1.5:8765", "ftp://x", "http://"]) {
      const error = await assertRejects(
        () => withHub(call({ hubUrl, adminToken: "t" }), (api) => api.ask("GET", "/x")),
        HubError,
      );
      assert(error instanceof HubError && error.code === "USAGE", hubUrl);
    }
  });
});

Deno.test("withHub() says so when what answers is no hub", async () => {
  await inWorld(() => new Response("<html>", { status: 200 }), async ({ call }) => {
    const error = await assertRejects(
      () => withHub(call(), (api) => api.ask("GET", "/hub/status")),
      HubError,
    );
    assert(error instanceof HubError && error.code === "HUB_UNREACHABLE");
  });
});
