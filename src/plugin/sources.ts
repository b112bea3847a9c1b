/**
 * What a user's plugin consists of: its file or folder, and what it imports by a relative path inside the plugins folder.
 * Nothing is run here. Links are refused, so that a plugin's copy never holds what lies elsewhere.
 */
import { createHash } from "node:crypto";
import { dirname, join, relative, resolve } from "node:path";
import { LIMITS } from "../core/limits.ts";
import { messageOf } from "./wording.ts";

export interface Part {
  /** Relative to the plugins folder, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Source {
  /** Name in the plugins folder: `night.ts`, `night/plugin.ts`. */
  readonly file: string;
  /** SHA-256 (hex) of all parts and their paths. */
  readonly hash: string;
  readonly parts: readonly Part[];
  /** Text of the file itself. */
  readonly text: string;
  /** Relative imports that lead out of the plugins folder; only those that vanish with their types do no harm. */
  readonly outside: readonly string[];
}

export type SourceRead =
  | { readonly kind: "source"; readonly source: Source }
  /** For its author. */
  | { readonly kind: "unusable"; readonly text: string };

/** Names that are no plugin's: hidden files, what plugins share among themselves, declarations and tests. */
const NOT_A_PLUGIN = /^[._]|\.d\.ts$|[._]test\.[tj]s$/;
/** What its author keeps beside a plugin; changing it makes no new version, which would have to be granted anew. */
const FOR_THE_AUTHOR =
  /\.fixture\.json$|\.d\.ts$|[._]test\.[tj]s$|^deno\.(jsonc?|lock)$|^README\b.*\.md$/;
const CODE = /\.[mc]?[tj]sx?$/;
/** Finds too much rather than too little: what is not there is not copied. */
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"'\n]+)["']/g;

/** Names of the plugins in the folder, in order; none where there is no folder. Throws when it cannot be read. */
export async function listPlugins(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (NOT_A_PLUGIN.test(name)) continue;
      if (/\.[tj]s$/.test(name)) files.push(name);
      else if (await isFile(join(folder, name, "plugin.ts"))) files.push(`${name}/plugin.ts`);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return files.sort();
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false; // not there, or not ours to see: either way nothing to load
  }
}

/**
 * Reads a plugin from the folder. `closed` are absolute paths of folders of which nothing is ever copied, but for the plugins
 * folder where it lies in one.
 */
export async function readSource(
  folder: string,
  file: string,
  { closed }: { readonly closed: readonly string[] },
): Promise<SourceRead> {
  try {
    const root = await Deno.realPath(folder);
    const shut = (await Promise.all(closed.map(realPathOf))).filter((one) => !isInside(one, root));
    const source = await collect(file, { root, closed: shut });
    return { kind: "source", source };
  } catch (error) {
    return { kind: "unusable", text: `Cannot read the plugin ${file}: ${messageOf(error)}` };
  }
}

interface Place {
  /** The plugins folder, links resolved. */
  readonly root: string;
  readonly closed: readonly string[];
}

async function collect(file: string, place: Place): Promise<Source> {
  const parts = new Map<string, Part>();
  const outside: string[] = [];
  let bytes = 0;
  const waiting = file.includes("/") ? await filesBelow(dirname(file), place) : [file];
  for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
    if (parts.has(path)) continue;
    const part = await readPart(path, { ...place, isNeeded: path === file });
    if (part === null) continue;
    bytes += part.bytes.length;
    parts.set(path, part);
    checkSize(file, { bytes, files: parts.size });
    if (!CODE.test(path)) continue;
    for (const specifier of relativeImports(part)) {
      const target = relative(place.root, resolve(place.root, dirname(path), specifier));
      if (target.startsWith("..")) outside.push(specifier);
      else waiting.push(target.replaceAll("\\", "/"));
    }
  }
  const sorted = [...parts.values()].sort((a, b) => a.path < b.path ? -1 : 1);
  const text = new TextDecoder().decode(parts.get(file)?.bytes);
  return { file, hash: digestOf(sorted), parts: sorted, text, outside };
}

/** What a folder holds, without hidden files and those for its author; what a plugin imports of them is found by that. */
async function filesBelow(folder: string, place: Place): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(join(place.root, folder))) {
    if (name.startsWith(".") || FOR_THE_AUTHOR.test(name)) continue;
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await filesBelow(path, place));
    else files.push(path);
    checkSize(folder, { bytes: 0, files: files.length });
  }
  return files.sort();
}

/** `null` when it is not there, which only the import that needs it can complain of with its line. */
async function readPart(
  path: string,
  { root, closed, isNeeded }: Place & { readonly isNeeded: boolean },
): Promise<Part | null> {
  const place = join(root, path);
  let real: string;
  try {
    real = await Deno.realPath(place);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !isNeeded) return null;
    throw error;
  }
  if (real !== place) throw new Error(`${path} is a link, want the file itself`);
  if (closed.some((folder) => isInside(folder, real))) {
    throw new Error(`${path} lies in the hub's data directory`);
  }
  const { size, isFile } = await Deno.stat(place);
  if (!isFile) return null;
  checkSize(path, { bytes: size, files: 1 });
  return { path, bytes: await Deno.readFile(place) };
}

function checkSize(
  name: string,
  { bytes, files }: { readonly bytes: number; readonly files: number },
): void {
  if (bytes > LIMITS.pluginBytesMax) {
    throw new Error(
      `${name} and what it imports take more than ${LIMITS.pluginBytesMax} bytes, want less`,
    );
  }
  if (files > LIMITS.pluginFilesMax) {
    throw new Error(`${name} holds more than ${LIMITS.pluginFilesMax} files, want less`);
  }
}

function relativeImports({ bytes }: Part): string[] {
  return [...new TextDecoder().decode(bytes).matchAll(RELATIVE_IMPORT)]
    .flatMap(([_, specifier]) => specifier ?? []);
}

/** SHA-256 (hex) of parts in the order of their paths. */
export function digestOf(parts: readonly Part[]): string {
  const digest = createHash("sha256");
  for (const { path, bytes } of parts) digest.update(`${path}\0${bytes.length}\0`).update(bytes);
  return digest.digest("hex");
}

/** Whether `path` is the folder or lies in it; both absolute. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch {
    return path; // not there: nothing can lie in it
  }
}
