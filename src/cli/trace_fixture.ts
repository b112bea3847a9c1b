/** A fixture made of a real message: what a plugin was shown and what it answered, without what tells who wrote it. */
import { HubError } from "../core/error.ts";
import type { PluginView } from "../core/plugin_desk.ts";
import type { MessageTrace } from "../hub.ts";
import { isObject, type Json } from "../lib/json.ts";
import { PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";

/**
 * The fixture of one plugin's part: the named one's (also a shadow's), else the first of the user's that was asked, else who
 * was asked last.
 */
export function fixtureOf(
  message: MessageTrace,
  options: {
    readonly plugins: readonly PluginView[];
    readonly wanted: string | null;
    readonly lang: Lang;
  },
): Json {
  const { plugins, wanted, lang } = options;
  const { id, trace } = message;
  const steps = [...trace?.steps ?? [], ...trace?.shadow ?? []];
  const step = wanted === null
    ? steps.find(({ plugin }) => fileOf(plugin, plugins) !== "") ?? trace?.steps.at(-1)
    : steps.find(({ plugin }) => plugin === wanted);
  if (trace === null || step === undefined) {
    const asked = steps.map(({ plugin }) => plugin).join(", ");
    const message = asked === "" || wanted === null
      ? say(lang, PLUGIN.notDecided, { id })
      : say(lang, PLUGIN.notAsked, { id, plugin: wanted, asked });
    throw new HubError("MESSAGE_UNKNOWN", message);
  }
  const { outcome } = step;
  const { clients, binding, boundAtMs = trace.decidedAtMs, memories = {} } = trace.seen;
  const hide = (text: string) => redact(text, message.sender.alias);
  const expect: Json = outcome.kind === "fault"
    ? { kind: "fault", fault: outcome.fault }
    : redactIn(withoutReason(outcome.verdict), hide);
  return {
    plugin: fileOf(step.plugin, plugins) || "plugin.ts",
    cases: [{
      name: say(lang, PLUGIN.fixtureCase, { id }),
      message: {
        text: hide(message.text),
        parts: message.parts.map(({ kind, text, bytes }) => ({ kind, text: hide(text), bytes })),
        isGroup: message.isGroup,
        receivedAtMs: message.receivedAtMs,
      },
      state: {
        clients: clients.map(({ name, state }) => ({ name, state })),
        binding: binding === null ? null : { client: binding, boundAtMs },
        memory: redactIn(memories[step.plugin] ?? {}, hide),
        now: trace.decidedAtMs,
      },
      expect,
    }],
  };
}

function fileOf(id: string, plugins: readonly PluginView[]): string {
  return plugins.find((plugin) => plugin.id === id)?.file ?? "";
}

/** Its words may change with the plugin's next version; what it decides should not. */
function withoutReason(verdict: Json): Json {
  if (!isObject(verdict)) return verdict;
  const { reason: _, ...rest } = verdict;
  return rest;
}

function redactIn(value: Json, hide: (text: string) => string): Json {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((one) => redactIn(one, hide));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, redactIn(member, hide)]),
  );
}

/** Hides what points at somebody; length and kind of what was there stay. */
export function redact(text: string, name: string): string {
  const named = name.length < 2 ? text : text.replaceAll(name, "NAME");
  return named
    .replace(/(https?:\/\/)[^\s/?#]*@/g, "$1")
    .replace(/(https?:\/\/[^\s?#]+)[?#]\S*/g, "$1")
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, "someone@example.com")
    .replace(/(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{20,}/g, (token) => "x".repeat(token.length))
    .replace(/\d(?:[ -]?\d){4,}/g, (digits) => digits.replace(/\d/g, "0"));
}
