import { assert, assertEquals, assertThrows } from "@std/assert";
import affinity, { type AffinityConfig } from "../../../plugins/affinity.ts";
import type { ClientView, Context, InboundView, Json, Verdict } from "../../../src/plugin/api.ts";
import { clientView, inboundView, NOW_MS, pluginContext } from "../../fake/plugin_views.ts";

const HOUR_MS = 3_600_000;

function configured(raw: Json): AffinityConfig {
  const config = affinity.configure?.(raw);
  assert(config !== undefined);
  return config;
}

function ask(
  raw: Json,
  changes: Partial<Context<AffinityConfig>>,
  message: Partial<InboundView> = {},
): Verdict {
  const view = inboundView("hi", message);
  const verdict = affinity.route?.(view, pluginContext(configured(raw), changes));
  assert(verdict !== undefined && !(verdict instanceof Promise));
  return verdict;
}

function pool(states: Readonly<Record<string, ClientView["state"]>>): ClientView[] {
  return Object.entries(states).map(([name, state]) =>
    clientView(name, { label: "support", state })
  );
}

const ALL = { a: "polling", b: "busy", c: "polling" } as const;

/** Of all the pool who is first, second and third for the person of the tests. */
function ranking(): string[] {
  const clients = pool(ALL);
  const ranked: string[] = [];
  while (ranked.length < 3) {
    const left = clients.filter(({ name }) => !ranked.includes(name));
    const verdict = ask({ pool: "support" }, { clients: left });
    assert(verdict.kind === "route");
    ranked.push(verdict.to[0]);
  }
  return ranked;
}

const [OWN = "", SECOND = "", THIRD = ""] = ranking();

/** One conversation, whose messages come one after the other. */
function conversation(raw: Json) {
  const memory: { [key: string]: Json } = {};
  return {
    memory,
    /** Who gets the next message, and what the person is told. */
    next(away: readonly string[], changes: Partial<Context<AffinityConfig>> = {}) {
      const states = Object.keys(ALL).map((name) =>
        [name, away.includes(name) ? "away" : "polling"] as const
      );
      const clients = changes.clients ?? pool(Object.fromEntries(states));
      const verdict = ask(raw, { memory, ...changes, clients });
      assert(verdict.kind === "route" && verdict.to.length === 1, verdict.kind);
      return { to: verdict.to[0], say: verdict.say ?? null, reason: verdict.reason };
    },
  };
}

Deno.test("without a choice and a pool the message is passed on", () => {
  assertEquals(ask(null, { clients: [clientView("a")] }), { kind: "pass" });
  assertEquals(ask({ pool: "support" }, { clients: [clientView("a")] }), {
    kind: "pass",
    reason: "nobody bears the label support",
  });
});

Deno.test("a chosen client gets the message, also while it is away, whoever could stand in", () => {
  const binding = { client: "x", boundAtMs: NOW_MS };
  const config = { pool: "support", failover: true };
  for (const raw of [null, config]) {
    assertEquals(ask(raw, { clients: [clientView("x"), ...pool(ALL)], binding }), {
      kind: "route",
      to: ["x"],
      reason: "x was chosen",
    });
    const away = clientView("x", { state: "away" });
    assertEquals(ask(raw, { clients: [away, ...pool(ALL)], binding, lang: "zh" }), {
      kind: "route",
      to: ["x"],
      reason: "已指定 x，它不在，消息等它",
    });
  }
});

Deno.test("a choice counts from its last use, and does not come alive again", () => {
  const memory: { [key: string]: Json } = {};
  const binding = { client: "x", boundAtMs: NOW_MS };
  const at = (hours: number) =>
    ask({ bindingHours: 12 }, {
      clients: [clientView("x")],
      binding,
      memory,
      nowMs: NOW_MS + hours * HOUR_MS,
    }).kind;
  assertEquals([at(11), at(22), at(33), at(46), at(47)], [
    "route",
    "route",
    "route",
    "pass",
    "pass",
  ]);
});

Deno.test("a choice that counts no more is told, and the pool takes over", () => {
  const late = {
    clients: [clientView("x"), ...pool(ALL)],
    binding: { client: "x", boundAtMs: NOW_MS },
    nowMs: NOW_MS + 12 * HOUR_MS,
  };
  assertEquals(ask({ bindingHours: 12 }, late), {
    kind: "pass",
    reason: "the choice of x was not used for too long",
  });
  assertEquals(ask({ bindingHours: 12, pool: "support" }, late), {
    kind: "route",
    to: [OWN],
    reason: `${OWN} is this person's own of support; the choice of x was not used for too long`,
  });
});

Deno.test("a person stays with their own one of the pool", () => {
  const { next, memory } = conversation({ pool: "support" });
  for (let time = 0; time < 3; time++) {
    assertEquals(next([]), {
      to: OWN,
      say: null,
      reason: `${OWN} is this person's own of support`,
    });
  }
  assertEquals(memory, {}); // nothing to keep, and so nothing that could be out of date
});

Deno.test("without failover a message waits for an own one that is away", () => {
  const { next } = conversation({ pool: "support" });
  assertEquals(next([OWN]), {
    to: OWN,
    say: null,
    reason: `${OWN} is this person's own of support; it is away and the message waits`,
  });
});

Deno.test("the next one stands in while the own one is away, and the person is told once", () => {
  const { next } = conversation({ pool: "support", failover: true });
  assertEquals(next([]).to, OWN);
  assertEquals(next([OWN]), {
    to: SECOND,
    say: `${OWN} is away; ${SECOND} answers for now.`,
    reason: `${OWN} is away, ${SECOND} stands in`,
  });
  assertEquals(next([OWN]), {
    to: SECOND,
    say: null,
    reason: `${OWN} is away, ${SECOND} stands in`,
  });
  assertEquals(next([OWN], { lang: "zh" }).reason, `${OWN} 不在，由 ${SECOND} 代替`);
  assertEquals(next([OWN, SECOND]).say, `${OWN} is away; ${THIRD} answers for now.`);
  // Who stands in goes on although the second one would come before.
  assertEquals(next([OWN]), { to: THIRD, say: null, reason: `${OWN} is away, ${THIRD} stands in` });
  assertEquals(next([]), { to: OWN, say: null, reason: `${OWN} is this person's own of support` });
  assertEquals(next([OWN]).say, `${OWN} is away; ${SECOND} answers for now.`);
});

Deno.test("when nobody of the pool is there the message waits for the own one", () => {
  const { next } = conversation({ pool: "support", failover: true });
  const { to, say, reason } = next([OWN, SECOND, THIRD]);
  assertEquals([to, say], [OWN, null]);
  assert(reason.endsWith("it is away and the message waits"));
});

Deno.test("without return a person stays with who stood in until that one is away", () => {
  const { next } = conversation({ pool: "support", failover: true, return: false });
  assertEquals(next([OWN]).to, SECOND);
  assertEquals(next([]), {
    to: SECOND,
    say: null,
    reason: `${SECOND} stood in for ${OWN} and goes on`,
  });
  assertEquals(next([SECOND]), {
    to: OWN,
    say: null,
    reason: `${OWN} is this person's own of support`,
  });
  assertEquals(next([]).to, OWN);
});

Deno.test("a choice ends the standing in", () => {
  const { next } = conversation({ pool: "support", failover: true, return: false });
  assertEquals(next([OWN]).to, SECOND);
  assertEquals(next([OWN], { binding: { client: THIRD, boundAtMs: NOW_MS } }).to, THIRD);
  assertEquals(next([]).to, OWN);
});

Deno.test("who was removed, or bears another label now, stands in no more", () => {
  for (const change of ["removed", "relabelled"]) {
    const { next } = conversation({ pool: "support", failover: true, return: false });
    assertEquals(next([OWN]).to, SECOND);
    const clients = pool({ [OWN]: "away", [THIRD]: "polling" });
    if (change === "relabelled") clients.push(clientView(SECOND, { label: "sales" }));
    assertEquals(next([], { clients }).to, THIRD, change);
  }
});

Deno.test("a choice of a client that has been removed is none", () => {
  const binding = { client: "gone", boundAtMs: NOW_MS };
  assertEquals(ask(null, { clients: [clientView("x")], binding }), { kind: "pass" });
  const verdict = ask({ pool: "support" }, { clients: pool(ALL), binding });
  assert(verdict.kind === "route" && verdict.to[0] === OWN);
});

Deno.test("a group stays with one, whoever of it writes", () => {
  const memory: { [key: string]: Json } = {};
  const writers = Array.from({ length: 20 }, (_, at) => `member${at}`);
  const to = writers.map((key) => {
    const group = { isGroup: true, sender: { key, alias: "" } };
    const verdict = ask({ pool: "support" }, { clients: pool(ALL), memory }, group);
    assert(verdict.kind === "route");
    return verdict.to[0];
  });
  assertEquals(new Set(to).size, 1);
});

Deno.test("a configuration that is none says what is wanted", () => {
  const refused = (raw: Json, words: string) => assertThrows(() => configured(raw), Error, words);
  refused("support", `The configuration is "support"`);
  refused({ pol: "x" }, `no setting "pol"`);
  refused({ pool: 7 }, "pool is 7");
  refused({ bindingHours: 0 }, "bindingHours is 0");
  refused({ failover: "yes" }, `failover is "yes"`);
  refused({ return: "no" }, `return is "no"`);
});
