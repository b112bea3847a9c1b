import { assertEquals } from "@std/assert";
import { createDigitsAsker } from "../../../src/cli/ask_digits.ts";
import type { LoginStep, LoginView } from "../../../src/core/login.ts";
import { LOGIN } from "../../../src/text/serve.ts";
import { settle } from "../../fake/fake_clock.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";

function at(step: LoginStep): LoginView {
  return { id: 1, step, qr: null, account: null, reason: "" };
}

function setUp() {
  const terminal = createFakeTerminal();
  const given: string[] = [];
  const asker = createDigitsAsker({
    terminal,
    lang: "en",
    give: (digits) => Promise.resolve(void given.push(digits)),
  });
  return { terminal, given, asker };
}

Deno.test("the digits on the phone are asked for when they are wanted, once, and again when wrong", async () => {
  const { terminal, given, asker } = setUp();
  asker.look(at("waiting"));
  assertEquals(terminal.noted, []);
  asker.look(at("code_wanted"));
  asker.look(at("code_wanted"));
  assertEquals(terminal.noted, [LOGIN.askDigits.en]);
  terminal.type(" 0815 ");
  await settle();
  assertEquals(given, ["0815"]);
  asker.look(at("code_wrong"));
  terminal.type("what?");
  await settle();
  assertEquals(terminal.noted.slice(1), [
    LOGIN.askDigits.en,
    LOGIN.notDigits.en,
    LOGIN.askDigits.en,
  ]);
  terminal.type("4711");
  await settle();
  assertEquals(given, ["0815", "4711"]);
});

Deno.test("where nobody can type, it is said how the digits can be given", async () => {
  const { terminal, given, asker } = setUp();
  terminal.type(null);
  asker.look(at("code_wanted"));
  await settle();
  assertEquals(terminal.noted.at(-1), LOGIN.cannotAsk.en);
  assertEquals(given, []);
});
