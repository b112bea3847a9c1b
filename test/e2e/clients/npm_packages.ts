/** Packages from npm, each set in a folder of its own outside the repository, which later runs find again. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";

const INSTALL_LIMIT_MS = 10 * 60_000;

/**
 * Installs packages at exact versions (`name@1.2.3`) and returns their folder. It gets its name only when it is complete,
 * so that an interrupted run leaves nothing half done for the next.
 */
export async function installPackages(packages: readonly string[]): Promise<string> {
  const hash = createHash("sha256").update(packages.join(" ")).digest("hex").slice(0, 12);
  const folder = `${tmpdir()}/ilink-hub-clients-${hash}`;
  if (await isThere(folder)) return folder;
  const unfinished = await Deno.makeTempDir({ prefix: "ilink-hub-clients-unfinished-" });
  await Deno.writeTextFile(`${unfinished}/package.json`, `{ "private": true }`);
  await npmInstall(unfinished, packages);
  try {
    await Deno.rename(unfinished, folder);
  } catch (error) {
    // Somebody else has finished first.
    await Deno.remove(unfinished, { recursive: true });
    if (!(await isThere(folder))) throw error;
  }
  return folder;
}

async function npmInstall(folder: string, packages: readonly string[]): Promise<void> {
  const flags = ["--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", "--save-exact"];
  const { success, stderr } = await new Deno.Command("npm", {
    args: ["install", "--prefix", folder, ...flags, ...packages],
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(INSTALL_LIMIT_MS),
  }).output();
  if (!success) {
    throw new Error(`npm could not install ${packages}: ${new TextDecoder().decode(stderr)}`);
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
