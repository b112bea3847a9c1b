/** However the hub ends, its plugins' processes end with it. Real processes on real time. */
import { assert, assertEquals } from "@std/assert";
import { TextLineStream } from "../fake/text_line_stream.ts";
import { gone, isAlive } from "../fake/hostile_world.ts";

const PARENT = new URL("../fixture/isolation_parent.ts", import.meta.url).pathname;

for (
  const [what, [name, text]] of Object.entries({
    "at rest": ["neighbour", "hello"],
    "in an endless loop": ["hangs", "loop"],
    "in an endless regular expression": ["hangs", "regex"],
    "waiting for its lock": ["hangs", "atomics"],
    "still being loaded": ["stalls", ""],
  })
) {
  Deno.test(`a plugin's process ${what} is gone when its hub was killed`, async () => {
    const parent = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "--frozen", "--no-check", PARENT, name ?? "", text ?? ""],
      stdout: "piped",
      stdin: "null",
    }).spawn();
    const lines = parent.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream()).getReader();
    const { value = "[]" } = await lines.read();
    const pids: number[] = JSON.parse(value);
    assert(pids.length > 0);
    assertEquals(pids.filter(isAlive), pids);
    parent.kill("SIGKILL");
    await parent.status;
    while (!(await lines.read()).done);
    for (const pid of pids) await gone(pid);
  });
}
