/**
 * Blots out what should not stand in a chat: keys, tokens and the words of the configuration. What cannot be checked is not
 * sent, and neither is a reply when this plugin fails (`onFault`).
 *
 * Configuration: `{ "words": ["Project Falcon"] }`
 */
import type { Json, Plugin } from "ilink-hub/plugin";

const BLOT = "•••";

/** Nothing follows what they repeat, so none of them is slow on any text. */
const SECRETS = [
  /\b(?:(?:sk|pk|rk|gh[pos]|xox[abp])[-_]|AKIA)[A-Za-z0-9_-]{16,}/g,
  /\bBearer\s[A-Za-z0-9._~+/=-]{16,}/g,
  /\beyJ[A-Za-z0-9._-]{20,}/g,
  /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
];

/** The longest text that an edit may have. */
const TEXT_MAX = 10_000;

function configure(raw: Json): readonly string[] {
  if (raw === null) return [];
  const { words } = typeof raw === "object" && !Array.isArray(raw) ? raw : {};
  const found = Array.isArray(words) ? words.filter((word) => typeof word === "string") : [];
  if (Array.isArray(words) && found.length === words.length && !found.includes("")) return found;
  throw new Error(`The configuration is ${JSON.stringify(raw)}, want { "words": ["..."] }`);
}

function redact(text: string, words: readonly string[]): string {
  const withoutSecrets = SECRETS.reduce((rest, secret) => rest.replace(secret, BLOT), text);
  return words.reduce((rest, word) => rest.replaceAll(word, BLOT), withoutSecrets);
}

const plugin: Plugin<readonly string[]> = {
  manifest: { id: "redact", api: 1, version: "1.0.0", onFault: "park" },
  configure,
  reply({ text }, { config }) {
    const redacted = redact(text, config);
    if (redacted === text) return { kind: "pass" };
    if (redacted.length > TEXT_MAX) {
      return { kind: "stop", reason: "it holds a secret and is too long to be edited" };
    }
    return { kind: "edit", text: redacted, reason: "it held a secret" };
  },
};
export default plugin;
