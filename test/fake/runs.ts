/**
 * How many lives a property test plays that starts a whole hub for each: a quarter in the fast part (`RUNS=few`). They are the
 * same each time, so that what fails was changed; `RUNS=many` plays ten times as many that nobody has seen.
 */
export function runsOf(count: number): { readonly numRuns: number; readonly seed?: number } {
  switch (Deno.env.get("RUNS")) {
    case "many":
      return { numRuns: 10 * count };
    case "few":
      return { numRuns: Math.ceil(count / 4), seed: SEED };
    default:
      return { numRuns: count, seed: SEED };
  }
}

const SEED = 20_260_923;
