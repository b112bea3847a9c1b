import { assert, assertEquals, assertMatch } from "@std/assert";
import { COMMANDS } from "../../../src/cli/commands.ts";
import type { Surroundings } from "../../../src/cli/command.ts";
import { main } from "../../../src/cli/main.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { createFakeTerminal, type FakeTerminal } from "../../fake/fake_terminal.ts";

interface Ran {
  readonly code: number;
  readonly terminal: FakeTerminal;
  readonly out: string;
  readonly err: string;
}

async function run(
  args: readonly string[],
  env: Readonly<Record<string, string>> = { LANG: "en_US.UTF-8" },
): Promise<Ran> {
  const home = Deno.makeTempDirSync();
  const terminal = createFakeTerminal({ env, directory: home, home });
  const world: Surroundings = {
    terminal,
    clock: createFakeClock(),
    random: createFakeRandom(),
    version: "1.2.3",
    loadHub: () => Promise.reject(new Error("this test starts no hub")),
    openPluginBench: () => Promise.reject(new Error("this test runs no plugin")),
  };
  try {
    const code = await main(args, world);
    return { code, terminal, out: terminal.printed.join("\n"), err: terminal.noted.join("\n") };
  } finally {
    Deno.removeSync(home, { recursive: true });
  }
}

Deno.test("main() shows every command with its form in both languages", async () => {
  for (const args of [[], ["help"], ["--help"], ["-h"]]) {
    const english = await run(args);
    assertEquals(english.code, 0);
    const chinese = await run([...args, "--lang", "zh"]);
    for (const { words, summary } of COMMANDS) {
      assert(english.out.includes(words) && english.out.includes(summary.en), words);
      assert(chinese.out.includes(words) && chinese.out.includes(summary.zh), words);
    }
  }
});

Deno.test("main() shows each command's flags and examples, and runs nothing for that", async () => {
  for (const { words, examples, options } of COMMANDS) {
    for (const args of [["help", ...words.split(" ")], [...words.split(" "), "--help"]]) {
      const { code, out } = await run(args);
      assertEquals(code, 0, words);
      for (const example of examples) assert(out.includes(`ilink-hub ${example}`), out);
      for (const name of Object.keys(options)) assert(out.includes(`--${name}`), out);
      assert(out.includes("--data") && out.includes("--json"), out);
    }
  }
});

Deno.test("main() chooses the language by flag, then the hub's variable, then the locale", async () => {
  assertMatch((await run(["help"], { LANG: "zh_CN.UTF-8" })).out, /用法/);
  assertMatch((await run(["help"], { LANG: "C" })).out, /Usage/);
  assertMatch((await run(["help"], { LANG: "C", ILINK_HUB_LANG: "zh" })).out, /用法/);
  assertMatch((await run(["help", "--lang=en"], { LANG: "zh_CN" })).out, /Usage/);
});

Deno.test("main() says its version", async () => {
  for (const arg of ["--version", "-V", "version"]) {
    assertEquals((await run([arg])).out, "ilink-hub 1.2.3");
  }
});

/** A wrong command line, and what the refusal must hold. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ["sreve", /no command "sreve"[^]*Did you mean serve\?/],
  ["client renam a b", /no command "client renam"[^]*Did you mean client rename\?/],
  ["client", /rename\|rotate\|remove\|set/],
  ["serve --adr x", /no option --adr[^]*--addr/],
  ["serve --addr", /--addr wants a value: --addr HOST:PORT/],
  ["serve --addr --json", /--addr wants a value/],
  ["serve --json=yes", /--json wants no value, saw yes/],
  ["serve --addr 8765", /--addr: saw 8765, want HOST:PORT/],
  ["serve --addr 127.0.0.1:99999", /saw 127\.0\.0\.1:99999/],
  ["serve now", /no place for "now"/],
  ["clients --name x", /clients has no option --name/],
  ["register", /register wants --name NAME/],
  ["client rename a", /wants more: saw 1 words, the form is ilink-hub client rename NAME NEW_NAME/],
  ["client set a", /at least one option/],
  ["client set a --batch 51", /--batch: saw 51, want 1\.\.50/],
  ["client set a --acknowledge-by magic", /saw magic, want cursor \| next_poll/],
  ["client set a --dialect crab", /saw crab, want ilink \| edgecrab \| legacy/],
  ["client set a --markdown html", /saw html, want plain \| keep/],
  ["client set a --progress loud", /saw loud, want typing \| drop \| merge \| forward/],
  ["client set a --extensions yes", /saw yes, want on \| off/],
  ["trace --last many", /--last: saw many/],
  ["trace --retry", /ilink-hub trace MESSAGE_ID --retry/],
  ["simulate --port 70000", /--port: saw 70000/],
  ['simulate --settings {"budgett":5}', /"budgett"[^]*help simulate/],
  ["status --config /no/such/file.jsonc", /Cannot open \/no\/such\/file\.jsonc/],
  ["serve --database-url postgres://u:pw@h/d", /kind "postgres"[^]*sqlite:PATH/],
];

Deno.test("main() refuses wrong usage with exit code 2, what was seen, and what to do", async () => {
  for (const [line, words] of WRONG) {
    const { code, out, err } = await run(line.split(" "));
    assertEquals(code, 2, `${line}: ${err}`);
    assertEquals(out, "", line);
    assertMatch(err, words, line);
    assert(!err.includes("pw@"), "a password is not repeated");
  }
});

Deno.test("main() refuses in Chinese too", async () => {
  const { code, err } = await run(["serve", "--adr", "x", "--lang", "zh"]);
  assertEquals(code, 2);
  assertEquals(err, "错误：ilink-hub 没有选项 --adr\n  是不是 --addr？");
});

Deno.test("main() says in Chinese too which setting of the simulator is wrong", async () => {
  const { err } = await run(["simulate", "--settings", '{"budgett":5}', "--lang", "zh"]);
  assertMatch(err, /^错误：读不懂 --settings.*budgett[^]*ilink-hub help simulate/);
});

Deno.test("help of serve shows how to switch off what is on", async () => {
  const { out } = await run(["help", "serve"]);
  assertMatch(out, /--no-away-words .*default on/);
  assertMatch(out, /--cdn-proxy/);
});

Deno.test("main() gives refusals as JSON with --json", async () => {
  const { code, err } = await run(["clients", "--json"]);
  assertEquals(code, 1);
  const { error } = JSON.parse(err);
  assertEquals(error.code, "DATA_DIRECTORY_UNUSABLE");
  assertMatch(error.hint, /ilink-hub serve/);
});

Deno.test("main() lets commands that change nothing make no data directory", async () => {
  for (const line of ["clients", "status", "trace", "accounts list", "client remove a", "health"]) {
    const { code, err } = await run(line.split(" "));
    assertEquals(code, 1, `${line}: ${err}`);
    assertMatch(err, /Cannot find/);
  }
});

Deno.test("main() tells an unexpected failure and where it happened", async () => {
  const first = await run(["register", "--name", "a"]);
  assertEquals(first.code, 1);
  assertMatch(
    first.err,
    /unexpected went wrong: this test starts no hub\n.*Error[^]*main_test\.ts/,
  );
});
