/** The service unit, judged by systemd's own tool (the test command installs it). */
import { assertEquals } from "@std/assert";

const UNIT = new URL("../../deploy/ilink-hub.service", import.meta.url);

/** In tenths of a point, ten points being no protection at all. What the hub needs, the network above all, makes 17. */
const EXPOSURE_MAX = 20;

/** The unit with an executable that exists, so that systemd has nothing to say but of the unit itself. */
async function withInstalledUnit(judge: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/ilink-hub.service`;
    const text = await Deno.readTextFile(UNIT);
    await Deno.writeTextFile(path, text.replace("/usr/local/bin/ilink-hub", Deno.execPath()));
    await judge(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function analyze(...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stderr } = await new Deno.Command("systemd-analyze", { args }).output();
  return { code, said: new TextDecoder().decode(stderr) };
}

// Elsewhere there is no such tool, and no such service.
if (Deno.build.os === "linux") {
  Deno.test("systemd finds nothing to say about the service unit", () =>
    withInstalledUnit(async (path) => {
      assertEquals(await analyze("verify", path), { code: 0, said: "" });
    }));

  Deno.test("systemd counts the service unit as well protected", () =>
    withInstalledUnit(async (path) => {
      const threshold = `--threshold=${EXPOSURE_MAX}`;
      const { code } = await analyze("security", "--offline=true", threshold, path);
      assertEquals(code, 0);
    }));
}
