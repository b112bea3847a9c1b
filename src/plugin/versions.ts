/**
 * Copies of plugins by their content, so that what runs is never edited under it and the version before can come back:
 * `DIRECTORY/PLUGIN/SHA256/...`. A copy is there whole or not at all.
 */
import { dirname, join, relative } from "node:path";
import { type Random, randomHex } from "../lib/random.ts";
import { digestOf, type Part, type Source } from "./sources.ts";

export interface Version {
  readonly hash: string;
  /** Absolute path of the folder that holds the copy. */
  readonly root: string;
  /** Absolute path of the file to load. */
  readonly entry: string;
}

export interface Versions {
  /** Copies the source, unless a sound copy is there. */
  keep(source: Source): Promise<Version>;
  /** The copy of an earlier time; `null` when it is not there or not whole. */
  find(file: string, hash: string): Promise<Version | null>;
  /** Removes all copies of the plugin but these. */
  prune(file: string, keep: ReadonlySet<string>): Promise<void>;
}

const DRAFT = ".draft-";

/** `directory` is made when the first copy is. */
export function createVersions(
  { directory, random }: { readonly directory: string; readonly random: Random },
): Versions {
  const folderOf = (file: string) => join(directory, file.includes("/") ? dirname(file) : file);

  async function find(file: string, hash: string): Promise<Version | null> {
    const root = join(folderOf(file), hash);
    const parts = await readCopy(root);
    if (parts === null || digestOf(parts) !== hash) return null;
    return { hash, root, entry: join(root, file) };
  }

  return {
    find,
    async keep(source) {
      const { file, hash, parts } = source;
      const found = await find(file, hash);
      if (found !== null) return found;
      const folder = folderOf(file);
      const draft = join(folder, `${DRAFT}${randomHex(random, 8)}`);
      for (const { path, bytes } of parts) {
        const to = join(draft, path);
        await Deno.mkdir(dirname(to), { recursive: true, mode: 0o700 });
        await Deno.writeFile(to, bytes, { mode: 0o600 });
      }
      const root = join(folder, hash);
      await removeAll(root); // a copy that is not whole
      await Deno.rename(draft, root);
      return { hash, root, entry: join(root, file) };
    },
    async prune(file, keep) {
      const folder = folderOf(file);
      for (const name of await namesIn(folder)) {
        if (!keep.has(name)) await removeAll(join(folder, name));
      }
      if (keep.size === 0) await removeAll(folder);
    },
  };
}

/**
 * Lets a copy find beside it what its plugin was granted to read below the plugins folder, as it would find it there: what it
 * reads is the owner's file of that moment, and no part of the version.
 */
export async function linkReadable(
  { root }: Version,
  paths: readonly string[],
  folder: string,
): Promise<void> {
  for (const path of paths) {
    const place = relative(folder, path);
    if (place === "" || place.startsWith("..") || await isThere(join(root, place))) continue;
    await Deno.mkdir(dirname(join(root, place)), { recursive: true, mode: 0o700 });
    await Deno.symlink(path, join(root, place));
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The parts of a copy; `null` when there is none. */
async function readCopy(root: string): Promise<Part[] | null> {
  const paths = await filesBelow(root);
  if (paths.length === 0) return null;
  const parts = await Promise.all(paths.map(async (path) => ({
    path: relative(root, path).replaceAll("\\", "/"),
    bytes: await Deno.readFile(path),
  })));
  return parts.sort((a, b) => a.path < b.path ? -1 : 1);
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) files.push(...await filesBelow(path));
      else if (isFile) files.push(path); // links lead to what was granted, and are no part
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files;
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names;
}

async function removeAll(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
