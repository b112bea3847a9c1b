/** How many lives a property test plays that starts a whole hub for each: a quarter in the fast part (`RUNS=few`). */
export function runsOf(count: number): { readonly numRuns: number } {
  return { numRuns: Deno.env.get("RUNS") === "few" ? Math.ceil(count / 4) : count };
}
