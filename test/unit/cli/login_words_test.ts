import { assert, assertEquals } from "@std/assert";
import { createLoginTeller } from "../../../src/cli/login_words.ts";
import type { LoginStep, LoginView } from "../../../src/core/login.ts";
import { LOGIN_STEP } from "../../../src/text/serve.ts";
import { createFakeTerminal } from "../../fake/fake_terminal.ts";

function viewOf(step: LoginStep, number: number | null = null): LoginView {
  const qr = number === null ? null : { content: `https://example.org/q/${number}`, number };
  return { id: 1, step, qr, account: null, reason: "" };
}

Deno.test("createLoginTeller() draws each code once, with its link, and a fresh one after it expired", async () => {
  const terminal = createFakeTerminal();
  const teller = createLoginTeller(terminal, "en");
  for (const view of [viewOf("starting"), viewOf("waiting", 1), viewOf("waiting", 1)]) {
    await teller.tell(view);
  }
  await teller.tell(viewOf("expired"));
  await teller.tell(viewOf("waiting", 2));
  const text = terminal.noted.join("\n");
  assertEquals(text.split("https://example.org/q/1").length - 1, 1);
  assertEquals(text.split("https://example.org/q/2").length - 1, 1);
  assert(text.includes("█") || text.includes("▀"), "the code is drawn");
  assert(text.indexOf("expired") < text.indexOf("q/2"));
  assertEquals(terminal.printed, [], "standard output is kept for programs");
});

Deno.test("createLoginTeller() has words for every step that says something new, in both languages", async () => {
  for (const lang of ["zh", "en"] as const) {
    for (const [step, words] of Object.entries(LOGIN_STEP)) {
      const terminal = createFakeTerminal();
      await createLoginTeller(terminal, lang).tell(viewOf(step as LoginStep, 1));
      assertEquals(terminal.noted, [words?.[lang]]);
    }
  }
});
