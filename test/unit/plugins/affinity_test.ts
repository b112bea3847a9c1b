import { assert, assertEquals, assertThrows } from "@std/assert";
import affinity, { type AffinityConfig } from "../../../plugins/affinity.ts";
import type { ClientView, Context, Json, Verdict } from "../../../src/plugin/api.ts";
import { clientView, inboundView, NOW_MS, pluginContext } from "../../fake/plugin_views.ts";

const HOUR_MS = 3_600_000;

function configured(raw: Json): AffinityConfig {
  const config = affinity.configure?.(raw);
  assert(config !== undefined);
  return config;
}

function ask(raw: Json, changes: Partial<Context<AffinityConfig>>, person = "p1"): Verdict {
  const message = inboundView("hi", { sender: { key: person, alias: "" } });
  const verdict = affinity.route?.(message, pluginContext(configured(raw), changes));
  assert(verdict !== undefined && !(verdict instanceof Promise));
  return verdict;
}

function pool(names: readonly string[]): ClientView[] {
  return names.map((name) => clientView(name, { label: "support" }));
}

/** The client of each of many people. */
function assigned(clients: readonly ClientView[]): string[] {
  return Array.from({ length: 400 }, (_, index) => {
    const verdict = ask({ pool: "support" }, { clients }, `person${index}`);
    assert(verdict.kind === "route");
    return verdict.to[0];
  });
}

Deno.test("without a choice and a pool the message is passed on", () => {
  assertEquals(ask(null, { clients: [clientView("a")] }), { kind: "pass" });
  assertEquals(ask({ pool: "support" }, { clients: [clientView("a")] }), { kind: "pass" });
});

Deno.test("a chosen client gets the message, also while it is away", () => {
  const binding = { client: "a", boundAtMs: NOW_MS };
  const clients = [clientView("a", { state: "away" }), clientView("b")];
  assertEquals(ask(null, { clients, binding }), {
    kind: "route",
    to: ["a"],
    reason: "a was chosen",
  });
});

Deno.test("a choice counts from its last use, and does not come alive again", () => {
  const memory: { [key: string]: Json } = {};
  const binding = { client: "a", boundAtMs: NOW_MS };
  const at = (hours: number) =>
    ask({ bindingHours: 12 }, {
      clients: [clientView("a")],
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

Deno.test("a person stays with one of the pool, and the people are spread over it", () => {
  const clients = [...pool(["a", "b", "c", "d"]), clientView("other")];
  const first = assigned(clients);
  assertEquals(first, assigned(clients.toReversed()));
  for (const name of ["a", "b", "c", "d"]) {
    const share = first.filter((assigned) => assigned === name).length;
    assert(share > 60 && share < 140, `${name} has ${share} of 400`);
  }
});

Deno.test("a client that leaves the pool moves nobody but its own people", () => {
  const before = assigned(pool(["a", "b", "c", "d"]));
  const after = assigned(pool(["a", "b", "c"]));
  for (const [index, name] of before.entries()) {
    if (name !== "d") assertEquals(after[index], name);
  }
});

Deno.test("failover names the rest of the pool, for whoever is there first", () => {
  const binding = { client: "x", boundAtMs: NOW_MS };
  const clients = [clientView("x"), ...pool(["a", "b"])];
  const verdict = ask({ pool: "support", failover: true }, { clients, binding });
  assert(verdict.kind === "route");
  assertEquals([verdict.mode, verdict.to[0], verdict.to.length], ["first_available", "x", 3]);
  const unbound = ask({ pool: "support", failover: true }, { clients });
  assert(unbound.kind === "route");
  assertEquals([unbound.mode, unbound.to.length], ["first_available", 2]);
  assertEquals(ask({ failover: true }, { clients, binding }), {
    kind: "route",
    to: ["x"],
    reason: "x was chosen",
  });
});

Deno.test("a configuration that is none says what is wanted", () => {
  const refused = (raw: Json, words: string) => assertThrows(() => configured(raw), Error, words);
  refused("support", `The configuration is "support"`);
  refused({ pol: "x" }, `no setting "pol"`);
  refused({ pool: 7 }, "pool is 7");
  refused({ bindingHours: 0 }, "bindingHours is 0");
  refused({ failover: "yes" }, `failover is "yes"`);
});
