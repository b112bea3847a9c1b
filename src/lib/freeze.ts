/**
 * Freezes a plain value and all it holds, in place, and returns it. What is frozen already is taken to be so all the way
 * down, so that freezing again costs nothing.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) deepFreeze(member);
  return value;
}
