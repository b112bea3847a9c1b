/** What the owner is shown and told of a user's plugin, and why it is not what it should be. */
import type { PluginView } from "../core/plugin_desk.ts";
import type { Manifest } from "./api.ts";
import { type Grants, missingOf, NOTHING_GRANTED, permissionText, wordsOf } from "./grants.ts";
import type { Running } from "./launch.ts";
import type { PluginRecord } from "./records.ts";
import type { Tally } from "./tally.ts";

/** What a plugin is for, as the owner has it. */
export type Role = "decides" | "shadow" | "disabled";

/** Something the owner should hear of at once. */
export interface PluginNews {
  /** `runs`: a new version took its place; `refused`: it did not, and what ran before goes on. */
  readonly kind: "runs" | "refused" | "tripped" | "gone";
  readonly id: string;
  readonly file: string;
  /** Why, for its author; "" for `runs`. */
  readonly text: string;
  /** The same without what the plugin itself said, which may hold a message's text. */
  readonly logText: string;
}

/** All that is known of one user's plugin. */
export interface PluginState {
  readonly id: string;
  readonly file: string;
  readonly role: Role;
  readonly running: Running | null;
  readonly loadedAtMs: number | null;
  /** The file as it is now; `null` when it cannot be read. */
  readonly newest: { readonly hash: string; readonly manifest: Manifest | null } | null;
  readonly record: PluginRecord | null;
  readonly grants: Grants;
  readonly tally: Tally;
  /** Why it is not asked any more, "" otherwise. */
  readonly trip: string;
  /** Why the file as it is now does not run, "" otherwise. */
  readonly problem: string;
  /** Why another file stands in its place; `null` when none does. */
  readonly standby: string | null;
  /** Whether messages must not go past it when it cannot be asked. */
  readonly parks: boolean;
}

export function viewPlugin(state: PluginState): PluginView {
  const { id, file, running, newest, record, tally } = state;
  const manifest = newest?.manifest ?? running?.manifest;
  return {
    ...{ id, file, source: "user", state: wordOf(state), problem: tellWhy(state) },
    version: (running?.manifest ?? manifest)?.version ?? record?.version ?? "",
    hash: running?.hash ?? "",
    loadedAtMs: running === null ? null : state.loadedAtMs,
    asked: wordsOf(manifest?.permissions),
    granted: newest === null ? NOTHING_GRANTED : state.grants.find(newest.hash),
    calls: tally.calls,
    faults: tally.faults,
  };
}

function wordOf({ role, standby, trip, running }: PluginState): PluginView["state"] {
  if (role === "disabled" || standby !== null) return "disabled";
  if (trip !== "") return "tripped";
  if (running === null) return "refused";
  return role === "shadow" ? "shadow" : "running";
}

/** Why it does not run, or why what runs is not the file as it is now, or what it lacks; "" when all is well. */
export function tellWhy(state: PluginState): string {
  const { role, standby, trip, problem, running, parks } = state;
  if (role === "disabled") return "";
  if (standby !== null) return standby;
  const reason = [trip, problem].filter((text) => text !== "").join(". ");
  if (running !== null) return reason === "" ? tellMissing(running) : reason;
  if (!parks) return reason;
  const what = reason === "" ? "It does not run" : reason;
  return `${what}. Messages that would have to pass it are parked, replies stopped`;
}

function tellMissing({ asked, granted, manifest }: Running): string {
  const missing = permissionText(missingOf(asked, granted));
  if (missing === "") return "";
  const hint = `ilink-hub plugin grant ${manifest.id}`;
  return `It asks for ${missing} and runs without, which this version was not granted: ${hint}`;
}
