/** The few assertions of `@std/assert` that the tests use, over `node:assert/strict`. */
import assert from "node:assert/strict";

export { AssertionError } from "node:assert/strict";

export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  assert.deepStrictEqual(actual, expected, message);
}

export function assertNotEquals<T>(actual: T, expected: T, message?: string): void {
  assert.notDeepStrictEqual(actual, expected, message);
}

export { ok as assert } from "node:assert/strict";

export function assertMatch(actual: string, pattern: RegExp, message?: string): void {
  assert.match(actual, pattern, message);
}

export function assertStringIncludes(actual: string, part: string, message?: string): void {
  assert.ok(
    actual.includes(part),
    message ?? `Expected ${JSON.stringify(actual)} to include "${part}"`,
  );
}

/** Runs `action` and returns what it threw; fails when it did not throw an `expected`. */
export function assertThrows<E extends Error>(
  action: () => unknown,
  expected: abstract new (...args: never[]) => E,
  part = "",
): E {
  try {
    action();
  } catch (error) {
    return checkError(error, expected, part);
  }
  assert.fail(`Expected ${expected.name} to be thrown`);
}

/** As `assertThrows`, for a promise. */
export async function assertRejects<E extends Error>(
  action: () => Promise<unknown>,
  expected: abstract new (...args: never[]) => E,
  part = "",
): Promise<E> {
  try {
    await action();
  } catch (error) {
    return checkError(error, expected, part);
  }
  assert.fail(`Expected ${expected.name} to be rejected`);
}

function checkError<E extends Error>(
  error: unknown,
  expected: abstract new (...args: never[]) => E,
  part: string,
): E {
  assert.ok(error instanceof expected, `Expected ${expected.name}, got ${error}`);
  assert.ok(error.message.includes(part), `Expected "${part}" in "${error.message}"`);
  return error;
}
