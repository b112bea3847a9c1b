import { assertEquals } from "@std/assert";
import { nearest } from "../../../src/lib/nearest.ts";

const COMMANDS = ["serve", "login", "register", "clients", "status", "trace"];

Deno.test("nearest() finds what a mistyped word meant: a letter wrong, missing, twice, or swapped", () => {
  const meant: readonly (readonly [string, string])[] = [
    ["sreve", "serve"],
    ["serv", "serve"],
    ["statuss", "status"],
    ["clinets", "clients"],
    ["regitser", "register"],
  ];
  for (const [word, command] of meant) assertEquals(nearest(word, COMMANDS), command);
});

Deno.test("nearest() finds nothing for a word that is far from all", () => {
  assertEquals(nearest("banana", COMMANDS), null);
  assertEquals(nearest("x", COMMANDS), null);
  assertEquals(nearest("anything", []), null);
});
