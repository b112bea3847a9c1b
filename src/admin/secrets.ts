/** Secrets that are given out once: kept is their digest alone. */
import { createHash } from "node:crypto";
import { type Random, randomHex } from "../lib/random.ts";

/** A new secret; the prefix says to people and to scanners what it is for. */
export function mintSecret(
  random: Random,
  prefix: "vhub_" | "vpush_",
): { readonly secret: string; readonly hash: string } {
  const secret = prefix + randomHex(random, 16);
  return { secret, hash: hashOf(secret) };
}

/** SHA-256, hex. */
export function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
