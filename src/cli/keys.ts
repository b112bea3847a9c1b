/** The hub's secrets on disk: the key that everything else is derived from, and files only their owner can read. */
import { createHmac, hkdfSync } from "node:crypto";
import { HubError } from "../core/error.ts";
import { type Random, randomHex } from "../lib/random.ts";

const KEY_BYTES = 32;
const KEY_FILE = "hub.key";
/** Tells, without giving the key away, which key this data belongs to. */
const KEY_ID_FILE = "hub.key.id";

export interface Keys {
  /** Encrypts bot tokens at rest. */
  readonly sealingKey: Uint8Array;
  /** Signs cursors and virtual context tokens. */
  readonly signingKey: Uint8Array;
}

/**
 * The keys of a data directory: from `masterKey`, else from its key file, which is made when the directory has never had
 * one. Throws `KEY_MISSING`, `KEY_WRONG`, `CONFIG_INVALID`.
 */
export function openKeys(
  directory: string,
  options: { readonly masterKey: string | null; readonly random: Random },
): Keys {
  const knownId = readIfThere(`${directory}/${KEY_ID_FILE}`)?.trim() ?? null;
  const key = options.masterKey === null
    ? keyOfFile(`${directory}/${KEY_FILE}`, { isNew: knownId === null, random: options.random })
    : readMasterKey(options.masterKey);
  const id = createHmac("sha256", key).update("ilink-hub key id").digest("hex").slice(0, 32);
  if (knownId === null) writePrivate(`${directory}/${KEY_ID_FILE}`, `${id}\n`);
  else if (knownId !== id) throw wrongKey(directory, options.masterKey !== null);
  return {
    sealingKey: derive(key, "ilink-hub sealing 1"),
    signingKey: derive(key, "ilink-hub signing 1"),
  };
}

/** 32 bytes as 64 hex digits or as base64. */
function readMasterKey(text: string): Uint8Array {
  const bytes = tryDecode(text.trim());
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new HubError(
    "CONFIG_INVALID",
    `Cannot use ILINK_HUB_MASTER_KEY: saw ${text.length} characters, want 32 bytes as 64 hex digits or base64`,
    { hint: "Make one with: openssl rand -hex 32" },
  );
}

function tryDecode(text: string): Uint8Array | null {
  try {
    return /^[0-9a-f]{64}$/i.test(text)
      ? Uint8Array.fromHex(text)
      : Uint8Array.fromBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null; // neither hex nor base64
  }
}

function keyOfFile(
  path: string,
  options: { readonly isNew: boolean; readonly random: Random },
): Uint8Array {
  const written = readIfThere(path);
  if (written !== null) {
    const key = tryDecode(written.trim());
    if (key?.length === KEY_BYTES) return key;
    throw new HubError(
      "KEY_WRONG",
      `Cannot use the key in ${path}: saw ${written.length} characters, want 64 hex digits`,
      { hint: "Restore the file from a backup" },
    );
  }
  if (!options.isNew) {
    throw new HubError("KEY_MISSING", `Cannot open the data: ${path} is missing`, {
      hint:
        `Restore it from a backup, or set the ILINK_HUB_MASTER_KEY that was used. If it is lost, remove ${KEY_ID_FILE} beside it and log in again`,
    });
  }
  const key = options.random.bytes(KEY_BYTES);
  writePrivate(path, `${key.toHex()}\n`);
  return key;
}

function wrongKey(directory: string, isMasterKey: boolean): HubError {
  const used = isMasterKey ? "ILINK_HUB_MASTER_KEY" : `${directory}/${KEY_FILE}`;
  return new HubError(
    "KEY_WRONG",
    `Cannot open the data in ${directory}: the key in ${used} is not the one it was written with`,
    {
      hint: isMasterKey
        ? "Set the key that was used before, or unset it if the data has a hub.key"
        : "Restore the hub.key that belongs to this data",
    },
  );
}

function derive(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", key, new Uint8Array(), purpose, KEY_BYTES));
}

/** The file's text; `null` when there is no such file. */
export function readIfThere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Writes a file that only its owner can read; after a crash it holds the old content or the new. */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.new`;
  const file = Deno.openSync(draft, { write: true, create: true, truncate: true, mode: 0o600 });
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
  } finally {
    file.close();
  }
  Deno.renameSync(draft, path);
}

/** A new admin token. */
export function mintAdminToken(random: Random): string {
  return `hubadmin_${randomHex(random, 20)}`;
}
