/** Randomness as an argument: tests pass a seeded one. */
export interface Random {
  /** `count` unpredictable bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
}

export const systemRandom: Random = {
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

/** A number from 0 (included) to 1 (excluded), for jitter. */
export function fraction(random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random.bytes(4);
  return (((a * 256 + b) * 256 + c) * 256 + d) / 2 ** 32;
}

/** `count` random bytes as lower-case hex, two characters a byte. */
export function randomHex(random: Random, count: number): string {
  return random.bytes(count).toHex();
}
