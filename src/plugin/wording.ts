/** How faults of plugins are put into words, from values that may be anything. */

const SEEN_LENGTH_MAX = 120;

/** A short picture of any value, for "want ..., got ...". Never throws. */
export function picture(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "function") return "a function";
  try {
    return cutText(JSON.stringify(value) ?? String(value), SEEN_LENGTH_MAX);
  } catch {
    return typeof value; // a cycle, a bigint, or a getter that throws: its type is all there is to say
  }
}

/** The message of anything thrown. Never throws, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "something that cannot be put into words";
  }
}

/** At most `lengthMax` characters; a longer text ends in an ellipsis. Never splits a pair of surrogates. */
export function cutText(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  return `${text.slice(0, lengthMax - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
