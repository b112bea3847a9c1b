import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { rankPool } from "../../../plugins/_pool.ts";
import { clientView } from "../../fake/plugin_views.ts";

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), {
  minLength: 2,
  maxLength: 12,
});
const person = fc.string({ minLength: 1, maxLength: 20 });

function rank(pool: readonly string[], who: string): string[] {
  const clients = pool.map((name) => clientView(name, { label: "support" }));
  const others = [clientView("other", { label: "else" }), clientView("none")];
  return rankPool([...clients, ...others], { label: "support", person: who })
    .map(({ name }) => name);
}

Deno.test("who else is in the pool, and in what order, does not change who of two comes first", () => {
  fc.assert(
    fc.property(names, person, (pool, who) => {
      const ranked = rank(pool, who);
      assertEquals(rank(pool.toReversed(), who), ranked);
      assertEquals(ranked.toSorted(), pool.toSorted());
      // One leaves: all others keep their places. It comes back: nothing has changed.
      for (const left of pool) {
        const rest = pool.filter((name) => name !== left);
        assertEquals(rank(rest, who), ranked.filter((name) => name !== left));
      }
    }),
  );
});

Deno.test("a client that joins takes people to itself and moves nobody else", () => {
  fc.assert(
    fc.property(
      names,
      fc.array(person, { minLength: 20, maxLength: 60 }),
      ([joins, ...pool], people) => {
        assert(joins !== undefined);
        for (const who of people) {
          const [before] = rank(pool, who);
          const [after] = rank([...pool, joins], who);
          assert(after === before || after === joins);
        }
      },
    ),
  );
});

Deno.test("people are spread evenly, and those of one that leaves over all that stay", () => {
  const pool = ["a", "b", "c", "d", "e"];
  const people = Array.from({ length: 5_000 }, (_, at) => `person${at}`);
  const owned = Map.groupBy(people, (who) => rank(pool, who)[0] ?? "");
  for (const name of pool) assertShare(owned.get(name)?.length ?? 0, 1_000);
  const orphans = owned.get("e") ?? [];
  const heirs = Map.groupBy(orphans, (who) => rank(["a", "b", "c", "d"], who)[0] ?? "");
  for (const name of ["a", "b", "c", "d"]) {
    assertShare(heirs.get(name)?.length ?? 0, orphans.length / 4);
  }
});

function assertShare(seen: number, wanted: number): void {
  assert(Math.abs(seen - wanted) < wanted / 5, `${seen} of ${wanted}`);
}
