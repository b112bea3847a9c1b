import { assert, assertEquals } from "@std/assert";
import type { Decision } from "../../../src/core/decision.ts";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import type { Verdict } from "../../../src/plugin/api.ts";
import { type Around, resolveVerdict } from "../../../src/router/resolve.ts";
import { client, statesOf } from "../../fake/decision_input.ts";

const CLAUDE = asId<ClientId>(1);
const CODEX = asId<ClientId>(2);
const THIRD = asId<ClientId>(3);
const AROUND: Around = {
  clients: [client(1, "claude"), client(2, "codex"), client(3, "third")],
  states: statesOf(),
  text: null,
};

Deno.test("each verdict becomes the decision it asks for", () => {
  const cases: readonly [Verdict, Decision][] = [
    [
      {
        kind: "route",
        to: ["codex", "claude", "codex"],
        text: "t",
        say: "s",
        bind: true,
        moveWaiting: true,
        reason: "r",
      },
      {
        kind: "deliver",
        to: [CODEX, CLAUDE],
        text: "t",
        say: "s",
        binding: { kind: "bind", client: CODEX },
        moveWaiting: true,
        reason: "r",
      },
    ],
    [
      { kind: "reply", text: "t", bind: "claude", moveWaiting: true, reason: "r" },
      {
        kind: "answer",
        text: "t",
        binding: { kind: "bind", client: CLAUDE },
        moveWaiting: true,
        reason: "r",
      },
    ],
    [
      { kind: "reply", text: "t", bind: null, moveWaiting: true, reason: "r" },
      { kind: "answer", text: "t", binding: { kind: "unbind" }, moveWaiting: false, reason: "r" },
    ],
    [
      { kind: "reply", text: "t", reason: "r" },
      { kind: "answer", text: "t", binding: { kind: "keep" }, moveWaiting: false, reason: "r" },
    ],
    [{ kind: "drop", reason: "r" }, { kind: "drop", why: "plugin", reason: "r" }],
  ];
  for (const [verdict, decision] of cases) {
    assertEquals(resolveVerdict(verdict, AROUND), { kind: "decision", decision });
  }
  assertEquals(resolveVerdict({ kind: "pass" }, AROUND), { kind: "pass" });
});

Deno.test("first available is the first that is polling or busy, else the first named", () => {
  for (
    const [states, expected] of [
      [{ 2: "busy", 3: "polling" }, CODEX],
      [{ 1: "new", 3: "polling" }, THIRD],
      [{}, CLAUDE],
    ] as const
  ) {
    const resolved = resolveVerdict({
      kind: "route",
      to: ["claude", "codex", "third"],
      mode: "first_available",
      bind: true,
      reason: "",
    }, { ...AROUND, states: statesOf(states) });
    assert(resolved.kind === "decision" && resolved.decision.kind === "deliver");
    assertEquals(resolved.decision.to, [expected]);
    assertEquals(resolved.decision.binding, { kind: "bind", client: expected });
  }
});

Deno.test("a name that nobody bears is told, never replaced by somebody", () => {
  const unknown = { kind: "unknown", name: "cladue" } as const;
  const route: Verdict = { kind: "route", to: ["claude", "cladue"], reason: "" };
  assertEquals(resolveVerdict(route, AROUND), unknown);
  assertEquals(resolveVerdict({ ...route, mode: "first_available" }, AROUND), unknown);
  const reply: Verdict = { kind: "reply", text: "t", bind: "cladue", reason: "" };
  assertEquals(resolveVerdict(reply, AROUND), unknown);
});

Deno.test("an earlier plugin's text is delivered unless this one has its own; an empty line is not said", () => {
  const around = { ...AROUND, text: "earlier" };
  const textOf = (verdict: Verdict) => {
    const resolved = resolveVerdict(verdict, around);
    assert(resolved.kind === "decision" && resolved.decision.kind === "deliver");
    return [resolved.decision.text, resolved.decision.say];
  };
  const route = { kind: "route", to: ["claude"], reason: "" } as const;
  assertEquals(textOf(route), ["earlier", null]);
  assertEquals(textOf({ ...route, text: "", say: "" }), ["", null]);
});
