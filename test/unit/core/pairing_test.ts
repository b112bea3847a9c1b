import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  freeName,
  guessName,
  mintCode,
  moved,
  pairingStatus,
  parseCode,
  showCode,
} from "../../../src/core/pairing.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

Deno.test("parseCode() takes a code as people write it, and nothing else", () => {
  const code = "K7QF2M90";
  for (const text of ["K7QF-2M90", " k7qf2m9o\n", "k7qf 2m90", "Ｋ７ＱＦ－２Ｍ９０", "K7QF—2M9O"]) {
    assertEquals(parseCode(text), code, text);
  }
  const none = ["", "K7QF-2M9", "K7QF-2M901", "K7QF-2M9U", "K7QF.2M90", "yes K7QF-2M90", "请批准"];
  for (const text of [...none, `${" ".repeat(40)}K7QF2M90`]) {
    assertEquals(parseCode(text), null, text);
  }
});

Deno.test("every code that is minted is read back from how it is shown", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const code = mintCode(createFakeRandom(seed));
    assertEquals(parseCode(showCode(code)), code);
    assertEquals(parseCode(showCode(code).toLowerCase()), code);
  }));
});

Deno.test("moved() lets one request be approved once, confirmed once, and nothing after its end", () => {
  const at = (state: Parameters<typeof moved>[0]["state"]) => ({ state, expiresAtMs: 100 });
  const before = { atMs: 99 };
  assertEquals(moved(at("waiting"), { move: "approve", ...before }), "approved");
  assertEquals(moved(at("scanned"), { move: "approve", ...before }), "approved");
  assertEquals(moved(at("approved"), { move: "approve", ...before }), null);
  assertEquals(moved(at("confirmed"), { move: "approve", ...before }), null);
  assertEquals(moved(at("known"), { move: "approve", ...before }), null);
  assertEquals(moved(at("waiting"), { move: "confirm", ...before }), null);
  assertEquals(moved(at("approved"), { move: "confirm", ...before }), "confirmed");
  assertEquals(moved(at("confirmed"), { move: "confirm", ...before }), null);
  assertEquals(moved(at("approved"), { move: "refuse", ...before }), "gone");
  assertEquals(moved(at("confirmed"), { move: "refuse", ...before }), null);
  for (const move of ["scan", "approve", "confirm", "refuse"] as const) {
    for (const state of ["waiting", "scanned", "approved"] as const) {
      assertEquals(moved(at(state), { move, atMs: 100 }), null);
    }
  }
});

Deno.test("pairingStatus() says what WeChat would say", () => {
  const expiresAtMs = 100;
  assertEquals(pairingStatus({ state: "waiting", expiresAtMs }, 99), "wait");
  assertEquals(pairingStatus({ state: "scanned", expiresAtMs }, 99), "scaned");
  assertEquals(pairingStatus({ state: "confirmed", expiresAtMs }, 99), "confirmed");
  assertEquals(pairingStatus({ state: "known", expiresAtMs }, 99), "binded_redirect");
  assertEquals(pairingStatus({ state: "confirmed", expiresAtMs }, 100), "expired");
  assertEquals(pairingStatus(null, 0), "expired");
});

Deno.test("a client's name is guessed from its request and made free", () => {
  assertEquals(guessName({ userAgent: "aiohttp/3.9", method: "GET" }), "python");
  assertEquals(guessName({ userAgent: "Go-http-client/1.1", method: "GET" }), "go");
  assertEquals(guessName({ userAgent: "node", method: "GET" }), "node");
  assertEquals(guessName({ userAgent: "node", method: "POST" }), "openclaw");
  assertEquals(guessName({ userAgent: "", method: "GET" }), "agent");
  const taken = new Set(["go", "go-2"]);
  assertEquals(freeName("go", (name) => taken.has(name)), "go-3");
  assert(freeName("x".repeat(64), (name) => name.length === 64).length <= 64);
});
