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

const NO_PACKAGES = "a plugin can import no npm package: put what it needs into a file beside it" +
  " (deno bundle npm:NAME -o NAME.js) and import that";

/**
 * What an isolated plugin said, fit to be shown: without the control characters that steer a terminal, and without the
 * runtime's advice about flags that nobody can give here.
 */
export function cleanWords(text: string): string {
  return text
    .replace(/, run again with the --allow-\w+ flag/g, "")
    .replace(/npm specifiers were requested; but --no-npm is specified/g, NO_PACKAGES)
    .replace(/[^\P{Cc}\n\t]/gu, "\uFFFD");
}
