/** A plugin's verdict as a decision: ids for names, the one client that `first_available` means, nothing left open. */
import { type Client, type ClientStates, isThere } from "../core/client.ts";
import type { BindingChange, Decision } from "../core/decision.ts";
import type { ClientId } from "../core/ids.ts";
import type { Verdict } from "../plugin/api.ts";

export type Resolved =
  | { readonly kind: "pass" }
  | { readonly kind: "decision"; readonly decision: Decision }
  /** It names a client that there is not. */
  | { readonly kind: "unknown"; readonly name: string };

export interface Around {
  readonly clients: readonly Client[];
  readonly states: ClientStates;
  /** What earlier plugins made of the text; `null` when none changed it. */
  readonly text: string | null;
}

export function resolveVerdict(verdict: Verdict, around: Around): Resolved {
  switch (verdict.kind) {
    case "pass":
      return { kind: "pass" };
    case "route":
      return resolveRoute(verdict, around);
    case "reply":
      return resolveReply(verdict, around);
    case "drop":
      return decided({ kind: "drop", why: "plugin", reason: verdict.reason });
  }
}

function resolveRoute(verdict: Extract<Verdict, { kind: "route" }>, around: Around): Resolved {
  const ids: ClientId[] = [];
  for (const name of new Set(verdict.to)) {
    const id = idOf(name, around);
    if (id === null) return { kind: "unknown", name };
    ids.push(id);
  }
  const [first, ...others] = verdict.mode === "first_available" ? firstThere(ids, around) : ids;
  if (first === undefined) return { kind: "unknown", name: "" };
  return decided({
    kind: "deliver",
    to: [first, ...others],
    text: verdict.text ?? around.text,
    say: verdict.say === undefined || verdict.say === "" ? null : verdict.say,
    binding: verdict.bind === true ? { kind: "bind", client: first } : { kind: "keep" },
    moveWaiting: verdict.moveWaiting === true,
    reason: verdict.reason,
  });
}

function resolveReply(verdict: Extract<Verdict, { kind: "reply" }>, around: Around): Resolved {
  let binding: BindingChange = { kind: verdict.bind === null ? "unbind" : "keep" };
  if (typeof verdict.bind === "string") {
    const client = idOf(verdict.bind, around);
    if (client === null) return { kind: "unknown", name: verdict.bind };
    binding = { kind: "bind", client };
  }
  const moveWaiting = verdict.moveWaiting === true && binding.kind === "bind";
  const { text, reason } = verdict;
  return decided({ kind: "answer", text, binding, moveWaiting, reason });
}

/** The first that is there, else the first named, for which the message waits. */
function firstThere(ids: readonly ClientId[], { states }: Around): ClientId[] {
  const there = ids.find((id) => isThere(states.stateOf(id)));
  return there === undefined ? ids.slice(0, 1) : [there];
}

function idOf(name: string, { clients }: Around): ClientId | null {
  return clients.find((client) => client.name === name)?.id ?? null;
}

function decided(decision: Decision): Resolved {
  return { kind: "decision", decision };
}
