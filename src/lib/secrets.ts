/**
 * Secrets in a configuration are written as references, `"$env:NAME"` and `"$file:PATH"`, and put in when what they belong to
 * starts. What that says later is searched for them, so that none gets into a trace or a log.
 */
import { isAbsolute } from "node:path";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { errorText } from "./log.ts";

/** Where references lead. */
export interface SecretSources {
  readonly env: (name: string) => string | undefined;
  /** The text of a file. Throws when it cannot be read. */
  readonly readText: (path: string) => Promise<string>;
}

export interface ResolvedConfig {
  /** As written, with the secrets in the places of their references. */
  readonly config: Json;
  readonly secrets: readonly string[];
}

/** Shorter ones are found in too many innocent texts. */
const HIDDEN_LENGTH_MIN = 6;
const HIDDEN = "•••";

/** Throws an `Error` that names the reference where there is nothing behind it; never with a secret in it. */
export async function resolveSecrets(raw: Json, sources: SecretSources): Promise<ResolvedConfig> {
  const secrets: string[] = [];
  async function resolve(value: Json): Promise<Json> {
    if (typeof value === "string") {
      const secret = await readReference(value, sources);
      if (secret === null) return value;
      secrets.push(secret);
      return secret;
    }
    if (Array.isArray(value)) return await Promise.all(value.map(resolve));
    if (!isObject(value)) return value;
    const members: JsonObject = {};
    for (const [name, member] of Object.entries(value)) members[name] = await resolve(member);
    return members;
  }
  const config = await resolve(raw);
  return { config, secrets };
}

/** `null` when the text is no reference. */
async function readReference(text: string, sources: SecretSources): Promise<string | null> {
  const [_, kind, name = ""] = /^\$(env|file):(.+)$/.exec(text) ?? [];
  if (kind === undefined) return null;
  if (kind === "env") {
    const value = sources.env(name);
    if (value !== undefined) return value;
    throw new Error(`"${text}" names a variable that the hub's environment does not have`);
  }
  if (!isAbsolute(name)) throw new Error(`"${text}" is relative, want an absolute path`);
  try {
    return (await sources.readText(name)).replace(/\r?\n$/, "");
  } catch (error) {
    throw new Error(`"${text}" cannot be read: ${errorText(error)}`);
  }
}

/** The text without the secrets. */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.filter((secret) => secret.length >= HIDDEN_LENGTH_MIN)
    .reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
}

/** As `hideSecrets`, in every text of a plain value. Gives the value itself where it holds none. */
export function hideSecretsIn<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value;
  const text = JSON.stringify(value);
  const shown = secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
  const hidden = hideSecrets(text, shown);
  return hidden === text ? value : JSON.parse(hidden);
}
