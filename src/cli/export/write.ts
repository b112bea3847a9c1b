/** Puts exported files in place: whole or not at all, readable by their owner alone, with a copy of what stood there. */
import { dirname } from "node:path";
import { HubError } from "../../core/error.ts";
import { errorText } from "../../lib/log.ts";
import type { PlannedFile } from "./plan.ts";

/** A file whose new text is known. */
export interface PreparedFile {
  readonly path: string;
  readonly shown: string;
  readonly text: string;
  readonly old: string | null;
}

export interface WrittenFile {
  readonly path: string;
  readonly action: "created" | "changed" | "unchanged";
  /** The copy of what stood there; `null` when there was nothing, or nothing changed. */
  readonly backup: string | null;
}

/** Reads what is there. Throws `EXPORT_REFUSED` when it cannot be read, or not be understood. */
export async function prepareFile(file: PlannedFile): Promise<PreparedFile> {
  const { path, shown } = file;
  const old = await readIfThere(path);
  const text = file.content(old);
  if (text !== null) return { path, shown, text, old };
  throw new HubError(
    "EXPORT_REFUSED",
    `Cannot add to ${path}: its content is not what the client writes there`,
    { hint: "Mend it or move it away, then run the command again; nothing was changed" },
  );
}

/** `stamp` makes the copy's name. Throws `EXPORT_REFUSED`; this file is then as it was. */
export async function writeFile(
  { path, text, old }: PreparedFile,
  stamp: string,
): Promise<WrittenFile> {
  if (old === text) {
    await attempt(path, () => Deno.chmod(path, 0o600));
    return { path, action: "unchanged", backup: null };
  }
  const backup = old === null ? null : `${path}.before-${stamp}`;
  await attempt(path, async () => {
    await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    if (backup !== null && old !== null) await writePrivate(backup, old);
    await writePrivate(path, text);
  });
  return { path, action: old === null ? "created" : "changed", backup };
}

async function writePrivate(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  await Deno.writeTextFile(draft, text, { mode: 0o600 });
  await Deno.chmod(draft, 0o600); // a draft that was left behind keeps its own mode
  await Deno.rename(draft, path);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw refused(`Cannot read ${path}`, error);
  }
}

async function attempt(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw refused(`Cannot write ${path}`, error);
  }
}

function refused(what: string, cause: unknown): HubError {
  return new HubError("EXPORT_REFUSED", `${what}: ${errorText(cause)}`, {
    cause,
    hint: "Run the command as the user who runs the client, or name another folder with --dir",
  });
}
