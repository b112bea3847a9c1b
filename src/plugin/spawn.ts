/** Starts a blank plugin process, and alone knows how: from a compiled executable, or with the runtime at hand. */
import program from "./isolate_main.ts" with { type: "text" };

/** The hidden command of the executable that becomes a plugin's process. */
export const PLUGIN_HOST_COMMAND = "plugin-host";

/**
 * What the process may do before it gives its rights up (see isolate_main.ts): a worker is granted a part of these. No
 * package and no remote module can be had.
 */
const FLAGS = [
  "--quiet --no-prompt --no-config --no-lock --no-npm --no-remote --cached-only",
  "--unstable-worker-options --allow-read --allow-net --deny-import",
  // Small young generations, and a collector that can be called when nobody asks: a third of the memory after a busy hour.
  "--v8-flags=--expose-gc,--max-semi-space-size=1",
].join(" ").split(" ");

/**
 * With the runtime at hand (from source, in tests, from the self-extracting executable) it is given the text of
 * isolate_main.ts alone instead of the whole hub, which would take a third of a process's time and memory more. A compiled
 * executable is its own runtime and is started again with a hidden command.
 */
export function spawnPluginProcess(): Deno.ChildProcess {
  const args = Deno.build.standalone
    ? [PLUGIN_HOST_COMMAND]
    : ["run", ...FLAGS, programUrl(), PLUGIN_HOST_COMMAND];
  return new Deno.Command(Deno.execPath(), {
    args,
    clearEnv: true,
    env: runtimeEnv(),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

function programUrl(): string {
  return `data:application/typescript,${encodeURIComponent(program)}`;
}

/** Nothing of the hub's own; the runtime keeps compiled TypeScript in DENO_DIR, which makes a start faster. */
function runtimeEnv(): Record<string, string> {
  const cache = Deno.build.standalone ? undefined : Deno.env.get("DENO_DIR");
  return {
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
    DENO_NO_PACKAGE_JSON: "1",
    // The C library gives memory back instead of keeping some for every thread.
    MALLOC_ARENA_MAX: "1",
    MALLOC_TRIM_THRESHOLD_: "131072",
    ...(cache === undefined ? {} : { DENO_DIR: cache }),
  };
}
