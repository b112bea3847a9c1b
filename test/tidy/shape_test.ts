import { assertEquals, assertMatch } from "@std/assert";
import { findBannedGlobals, findShapeBreaches } from "./shape.ts";
import { readTree, typescriptIn } from "./tree.ts";

const CODE = ["src", "plugins", "test", "tools"];

function globalsOf(path: string, text: string): string[] {
  return findBannedGlobals([{ path, text }]);
}

Deno.test("every source file is short, well named and no barrel", () => {
  assertEquals(findShapeBreaches(typescriptIn(readTree(), CODE)), []);
});

Deno.test("time, randomness and the console are reached through their wrappers alone", () => {
  assertEquals(findBannedGlobals(typescriptIn(readTree(), ["src", "plugins"])), []);
});

Deno.test("a file of more than 400 lines is found", () => {
  const file = { path: "src/core/ids.ts", text: "a();\n".repeat(401) };
  assertMatch(findShapeBreaches([file])[0] ?? "", /has 401 lines, at most 400/);
  assertEquals(findShapeBreaches([{ ...file, text: "a();\n".repeat(400) }]), []);
});

Deno.test("a name without a subject is found, in folders and in tests too", () => {
  const named = (path: string) => findShapeBreaches([{ path, text: "a();\n" }]).length;
  assertEquals(named("src/core/utils.ts"), 1);
  assertEquals(named("src/helpers/text.ts"), 1);
  assertEquals(named("test/unit/core/types_test.ts"), 1);
  assertEquals(named("src/core/someIds.ts"), 1);
  assertEquals(named("src/core/ids.ts"), 0);
});

Deno.test("a file that only passes other files' exports on is found", () => {
  const text = `/** All. */\nexport * from "./a.ts";\nexport {\n  type B,\n} from "./b.ts";\n`;
  assertEquals(findShapeBreaches([{ path: "src/core/all.ts", text }]).length, 1);
  const more = `${text}export const c = 1;\n`;
  assertEquals(findShapeBreaches([{ path: "src/core/all.ts", text: more }]), []);
});

Deno.test("each banned global is found outside its wrapper and allowed inside", () => {
  const wrapped = (path: string, text: string) => {
    assertEquals(globalsOf("src/router/router.ts", text).length, 1, text);
    assertEquals(globalsOf(path, text), [], text);
  };
  wrapped("src/lib/clock.ts", "const a = Date.now();");
  wrapped("src/lib/clock.ts", "const a = new Date().toISOString();");
  wrapped("src/lib/clock.ts", "setTimeout(go, 10);");
  wrapped("src/lib/clock.ts", "fetch(url, { signal: AbortSignal.timeout(10) });");
  wrapped("src/lib/random.ts", "crypto.randomUUID();");
  wrapped("src/store/sqlite/group.ts", "setImmediate(commit);");
  assertEquals(globalsOf("src/lib/clock.ts", `console.log("x");`).length, 1);
  assertEquals(globalsOf("src/admin/ui.ts", `new URL("x.html", import.meta.url);`).length, 1);
});

Deno.test("a date made of a number, a server's setting and a comment are no breach", () => {
  const text = "new Date(clock.now());\nserver.setTimeout(0);\n// Date.now() is banned.\n";
  assertEquals(globalsOf("src/http/server.ts", text), []);
});
