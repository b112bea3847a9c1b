/** Lines of real processes that write what the test says. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { EXIT } from "../../../src/plugin/isolate_main.ts";
import { openPluginProcess, type PluginProcess } from "../../../src/plugin/plugin_process.ts";

/** Runs the source with `write(text)` for its output and `next()` for the next piece of its input. */
function open(source: string): PluginProcess {
  const preamble = `
    const write = (text) => {
      let bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    };
    const buffer = new Uint8Array(65536);
    const next = async () => {
      const count = await Deno.stdin.read(buffer);
      return count === null ? null : new TextDecoder().decode(buffer.subarray(0, count));
    };`;
  const program = `data:text/javascript,${encodeURIComponent(preamble + source)}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "--no-lock", "--quiet", program],
    ...{ stdin: "piped", stdout: "piped", stderr: "null" },
  }).spawn();
  return openPluginProcess(child, systemClock);
}

/** All lines until the process ends, and why it ended. */
async function listenTo(
  process: PluginProcess,
  how: "awaited" | "stray" = "awaited",
): Promise<{ readonly lines: readonly string[]; readonly why: string }> {
  const lines: string[] = [];
  process.listen((line) => {
    lines.push(line);
    return how;
  });
  return { why: await process.ended, lines };
}

Deno.test("lines come whole, however they were written", async () => {
  const { lines, why } = await listenTo(open(`
    const bytes = new TextEncoder().encode("消息\\nsecond\\n\\nthird\\nfour");
    for (let at = 0; at < bytes.length; at++) {
      write(bytes.subarray(at, at + 1));
      if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    write("th\\nfifth\\n" + "x".repeat(200000) + "\\nnot ended");
  `));
  assertEquals(lines, ["消息", "second", "third", "fourth", "fifth", "x".repeat(200_000)]);
  assertEquals(why, "exit code 0");
});

Deno.test("what is written comes to the process, line by line", async () => {
  const process = open(`
    for (let text = await next(); text !== null; text = await next()) {
      write(text.toUpperCase());
      if (text.includes("bye")) Deno.exit(${EXIT.workerGone});
    }
  `);
  const listening = listenTo(process);
  process.write("你好 hello");
  process.write("bye");
  assertEquals(await listening, { lines: ["你好 HELLO", "BYE"], why: "it ended itself" });
  process.write("nobody hears this");
});

Deno.test("a line beyond the bound ends the process, and nothing of it is given", async () => {
  const { lines, why } = await listenTo(open(`
    write("first\\n");
    while (true) write("x".repeat(65536));
  `));
  assertEquals(lines, ["first"]);
  assertEquals(why, "it wrote a line that is too long");
});

Deno.test("lines that nobody waits for are bounded in sum, those that are awaited are not", async () => {
  const bytes = LIMITS.pluginStrayBytes;
  const source = `for (let at = 0; at < 3; at++) write(("x".repeat(99) + "\\n").repeat(${
    bytes / 100
  }));`;
  const stray = await listenTo(open(source), "stray");
  assertEquals(stray.why, "it wrote more than it may");
  assert(stray.lines.length * 100 < 1.5 * bytes);
  const awaited = await listenTo(open(source), "awaited");
  assertEquals(awaited.why, "exit code 0");
  assertEquals(awaited.lines.length, 3 * Math.floor(bytes / 100));
});

Deno.test("empty lines are not free", async () => {
  const { why, lines } = await listenTo(open(`while (true) write("\\n".repeat(65536));`));
  assertEquals([why, lines], ["it wrote more than it may", []]);
});

Deno.test("a killed process gives no more lines, and says how it ended", async () => {
  const process = open(`while (true) write("x\\n");`);
  let count = 0;
  process.listen(() => {
    count += 1;
    process.kill();
    return "awaited";
  });
  assertEquals(await process.ended, "ended by SIGKILL");
  assertEquals(count, 1);
  process.kill();
});
