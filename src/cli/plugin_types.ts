/** Type-checks a plugin against the contract, where a Deno is at hand: the hub's own executable has no compiler. */
import { basename } from "node:path";
import { CONTRACT_FILE, contractText, denoJson } from "./plugin_templates.ts";

export type TypeCheck =
  | { readonly kind: "fits"; readonly version: string }
  | { readonly kind: "wrong"; readonly text: string }
  | { readonly kind: "no_deno" };

/** `file` is an absolute path. Nothing is fetched: what a plugin imports lies beside it. */
export async function checkTypes(file: string): Promise<TypeCheck> {
  const deno = /^deno(\.exe)?$/.test(basename(Deno.execPath())) ? Deno.execPath() : "deno";
  const version = await versionOf(deno);
  if (version === null) return { kind: "no_deno" };
  const folder = await Deno.makeTempDir({ prefix: "ilink-hub-types-" });
  try {
    await Deno.writeTextFile(`${folder}/deno.json`, denoJson());
    await Deno.writeTextFile(`${folder}/${CONTRACT_FILE}`, contractText());
    const { success, stderr } = await new Deno.Command(deno, {
      args: ["check", "--quiet", "--no-lock", "--no-remote", "--no-npm"]
        .concat("--config", `${folder}/deno.json`, file),
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
    }).output();
    if (success) return { kind: "fits", version };
    return { kind: "wrong", text: new TextDecoder().decode(stderr).trim() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** `null` when there is no such command. */
async function versionOf(deno: string): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
    const [_, version] = /^deno (\S+)/.exec(new TextDecoder().decode(stdout)) ?? [];
    return success ? version ?? null : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
