/** However the hub ends, its plugins' processes end with it. Real processes on real time. */
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "../fake/text_line_stream.ts";
import { gone, isAlive } from "../fake/hostile_world.ts";

const PARENT = new URL("../fixture/isolation_parent.ts", import.meta.url).pathname;

for (
  const [what, [name, text]] of Object.entries(
    {
      "at rest": ["neighbour", "hello"],
      "in an endless loop": ["hangs", "loop"],
      "in an endless regular expression": ["hangs", "regex"],
      "waiting for its lock": ["hangs", "atomics"],
      "still being loaded": ["stalls", ""],
    } as const,
  )
) {
  Deno.test(`a plugin's process ${what} is gone when its hub was killed`, () =>
    withParent([name, text], async ({ parent, pids }) => {
      parent.kill("SIGKILL");
      await parent.status;
      for (const pid of pids) await gone(pid);
    }));
}

Deno.test("an interrupt from the terminal leaves plugins running until the hub ends", () =>
  withParent(["neighbour", "hello"], async ({ parent, pids, nextLine }) => {
    // To its whole group, as a terminal does.
    Deno.kill(-parent.pid, "SIGINT");
    assertEquals(JSON.parse(await nextLine()), { kind: "verdict", processes: pids.length });
    assertEquals(pids.filter(isAlive), pids);
    parent.kill("SIGTERM");
    await parent.status;
    for (const pid of pids) await gone(pid);
  }));

interface Parent {
  readonly parent: Deno.ChildProcess;
  /** The processes it started. */
  readonly pids: readonly number[];
  nextLine(): Promise<string>;
}

/** Runs test/fixture/isolation_parent.ts in a process group of its own; `use` has to end it. */
async function withParent(
  args: readonly string[],
  use: (given: Parent) => Promise<void>,
): Promise<void> {
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--frozen", "--no-check", PARENT, ...args],
    detached: true,
    stdout: "piped",
    stdin: "null",
  }).spawn();
  const lines = parent.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const nextLine = async () => (await lines.read()).value ?? "null";
  const pids: number[] = JSON.parse(await nextLine());
  assert(pids.length > 0);
  assertEquals(pids.filter(isAlive), pids);
  await use({ parent, pids, nextLine });
  while (!(await lines.read()).done);
}
