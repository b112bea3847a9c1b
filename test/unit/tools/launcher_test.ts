/** The self-extracting stand-in, with a runtime that only says how it was called. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { packLauncher } from "../../../tools/launcher.ts";

const RUNTIME = `#!/bin/sh\necho "$0" "$@"\n`;

interface Place {
  readonly folder: string;
  readonly binary: string;
}

interface Ended {
  readonly code: number;
  readonly said: string;
  readonly complained: string;
}

async function withLauncher(act: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const binary = `${folder}/launcher`;
    await Deno.writeFile(binary, await pack("program"), { mode: 0o755 });
    await act({ folder, binary });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function pack(program: string): Promise<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return packLauncher({
    version: "1.2.3",
    program: encoder.encode(program),
    runtime: encoder.encode(RUNTIME),
    flags: ["--no-prompt", "--deny-ffi"],
  });
}

async function start(
  binary: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(binary, {
    args: [...args],
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { code, said: decode(stdout), complained: decode(stderr) };
}

function unpackedIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name);
}

if (Deno.build.os === "linux") {
  Deno.test("the launcher unpacks once and hands its flags and arguments on untouched", () =>
    withLauncher(async ({ folder, binary }) => {
      const env = { XDG_CACHE_HOME: folder };
      const first = await start(binary, env, ["serve", "a b", "$HOME"]);
      const [id = ""] = unpackedIn(`${folder}/ilink-hub`);
      const home = `${folder}/ilink-hub/${id}`;
      const flags = "run --no-config --no-lock --cached-only --no-prompt --deny-ffi";
      assertEquals(first.said, `${home}/deno ${flags} ${home}/ilink-hub.js serve a b $HOME`);

      await Deno.writeTextFile(`${home}/ilink-hub.js`, "touched");
      assertEquals((await start(binary, env)).code, 0);
      assertEquals(await Deno.readTextFile(`${home}/ilink-hub.js`), "touched", "unpacked again");
      assertEquals((await Deno.stat(home)).mode, 0o40700);
    }));

  Deno.test("the launcher needs no home, and lets no one else provide what it runs", () =>
    withLauncher(async ({ folder, binary }) => {
      const env = { TMPDIR: folder };
      assertEquals((await start(binary, env)).code, 0);
      const own = `${folder}/ilink-hub-${Deno.uid()}`;
      assertEquals(unpackedIn(own).length, 1);

      await Deno.rename(own, `${folder}/elsewhere`);
      await Deno.symlink(`${folder}/elsewhere`, own);
      const refused = await start(binary, env);
      assertEquals(refused.code, 1);
      assertStringIncludes(refused.complained, "Set XDG_CACHE_HOME");
    }));

  Deno.test("two versions share no folder, and several starts at once leave one", () =>
    withLauncher(async ({ folder, binary }) => {
      const env = { XDG_CACHE_HOME: folder };
      const other = `${folder}/other`;
      await Deno.writeFile(other, await pack("another program"), { mode: 0o755 });
      const ended = await Promise.all(
        [binary, binary, binary, other].map((one) => start(one, env)),
      );
      assertEquals(ended.map(({ code }) => code), [0, 0, 0, 0]);
      assertEquals(unpackedIn(`${folder}/ilink-hub`).length, 2);
    }));

  Deno.test("a launcher that was cut off says so and leaves nothing behind", () =>
    withLauncher(async ({ folder, binary }) => {
      const whole = await Deno.readFile(binary);
      await Deno.writeFile(binary, whole.slice(0, -10));
      const { code, complained } = await start(binary, { XDG_CACHE_HOME: folder });
      assert(code !== 0);
      assertStringIncludes(complained, "is not whole");
      assertEquals(unpackedIn(`${folder}/ilink-hub`), []);
    }));
}
