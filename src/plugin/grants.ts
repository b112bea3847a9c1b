/**
 * What the owner lets plugins do, kept in one file. A grant is bound to the SHA-256 of the version it was given to: another
 * version, and so another request, has to be granted again.
 */
import { resolve } from "node:path";
import { HubError } from "../core/error.ts";
import type { PermissionWords } from "../core/plugin_desk.ts";
import { readJsonFile, writeJsonFile } from "../lib/json_file.ts";
import { isObject, type Json, listMember, textMember } from "../lib/json.ts";
import type { Permissions } from "./api.ts";
import { isInside } from "./sources.ts";

export interface Grants {
  /** What this version was granted, in the words of its manifest. */
  find(hash: string): PermissionWords;
  /** Resolves when it is on disk. */
  add(grant: Grant): Promise<void>;
}

export interface Grant extends PermissionWords {
  readonly id: string;
  readonly hash: string;
  readonly atMs: number;
}

/** Enough for the version that runs, the one before, and some that were tried between. */
const GRANTS_PER_PLUGIN = 10;

export const NOTHING_GRANTED: PermissionWords = { net: [], read: [] };

export function openGrants(path: string): Grants {
  let grants: readonly Grant[] = readGrants(readJsonFile(path));
  return {
    find(hash) {
      const { net, read } = grants.find((grant) => grant.hash === hash) ?? NOTHING_GRANTED;
      return { net, read };
    },
    async add(grant) {
      const others = grants.filter(({ hash }) => hash !== grant.hash);
      const its = others.filter(({ id }) => id === grant.id).slice(1 - GRANTS_PER_PLUGIN);
      const next = [...others.filter(({ id }) => id !== grant.id), ...its, grant];
      await writeJsonFile(path, { grants: next.map((one) => ({ ...one })) as unknown as Json });
      grants = next;
    },
  };
}

function readGrants(kept: Json | undefined): Grant[] {
  if (kept === undefined || !isObject(kept)) return [];
  return listMember(kept, "grants").filter(isObject).map((grant) => ({
    id: textMember(grant, "id"),
    hash: textMember(grant, "hash"),
    net: textsOf(listMember(grant, "net")),
    read: textsOf(listMember(grant, "read")),
    atMs: Number(grant["atMs"]),
  }));
}

function textsOf(values: readonly Json[]): string[] {
  return values.filter((value) => typeof value === "string");
}

/** What a manifest asks for. */
export function wordsOf(permissions: Permissions | undefined): PermissionWords {
  return { net: permissions?.net ?? [], read: permissions?.read ?? [] };
}

/** What of `asked` is not granted. */
export function missingOf(asked: PermissionWords, granted: PermissionWords): PermissionWords {
  return {
    net: asked.net.filter((word) => !granted.net.includes(word)),
    read: asked.read.filter((word) => !granted.read.includes(word)),
  };
}

/** "net api.example.com, read data/"; "" for nothing. */
export function permissionText({ net, read }: PermissionWords): string {
  return [...net.map((host) => `net ${host}`), ...read.map((path) => `read ${path}`)].join(", ");
}

/** What an isolate is started with: paths made absolute, from the folder in which the plugin lies. */
export function absolutePermissions({ net, read }: PermissionWords, folder: string): Permissions {
  return { net, read: read.map((path) => resolve(folder, path)) };
}

/**
 * Throws `PLUGIN_INVALID` for a path over which the hub's own keys could be read: what lies in a closed folder or holds one.
 * The plugins folder itself may lie in one.
 */
export function checkGrantable(
  id: string,
  { read = [] }: Permissions,
  { closed, folder }: { readonly closed: readonly string[]; readonly folder: string },
): void {
  const isOpen = (path: string, shut: string) =>
    !isInside(path, shut) &&
    (!isInside(shut, path) || isInside(shut, folder) && isInside(folder, path));
  for (const path of read) {
    if (closed.every((shut) => isOpen(path, shut))) continue;
    throw new HubError(
      "PLUGIN_INVALID",
      `Cannot grant the plugin "${id}" to read ${path}: the hub keeps its keys there`,
      { hint: "Put what the plugin reads into a folder of its own" },
    );
  }
}

const DENIED = /Requires (\w+) access/;

/** Whether a plugin's failure says that it was not allowed something. */
export function isDenial(text: string): boolean {
  return DENIED.test(text);
}

/** The failure's text, and where it says that something was not allowed, what the author and the owner can do. */
export function explainDenial(
  text: string,
  { id, asked, granted }: {
    readonly id: string;
    readonly asked: PermissionWords;
    readonly granted: PermissionWords;
  },
): string {
  const [_, kind] = DENIED.exec(text) ?? [];
  if (kind === undefined) return text;
  const missing = permissionText(missingOf(asked, granted));
  if (missing !== "") {
    return `${text}. Its manifest asks for ${missing}, which this version was not granted: ilink-hub plugin grant ${id}`;
  }
  const canAsk = kind === "net" || kind === "read";
  return canAsk
    ? `${text}. Its manifest does not ask for it: name it under permissions.${kind}`
    : `${text}. No plugin gets this: it may ask for net and read alone`;
}
