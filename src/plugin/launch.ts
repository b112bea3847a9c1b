/**
 * Starts one version of one user's plugin with the configuration of its id and what its hash was granted, and gives it a
 * seat: what it says comes without secrets, and a refusal of a permission with what to do about it.
 */
import { dirname, join } from "node:path";
import type { PermissionWords } from "../core/plugin_desk.ts";
import { LIMITS } from "../core/limits.ts";
import type { Json } from "../lib/json.ts";
import type { Manifest } from "./api.ts";
import { absolutePermissions, explainDenial, type Grants, isDenial, wordsOf } from "./grants.ts";
import type { Answer, LoadedPlugin } from "./host.ts";
import type { Isolate, IsolateStart, Isolation, Started } from "./isolate.ts";
import type { Seat } from "./roster.ts";
import { hideSecrets, hideSecretsIn, type ResolvedConfig } from "../lib/secrets.ts";
import type { Source } from "./sources.ts";
import { linkReadable, type Version } from "./versions.ts";
import { cutText, messageOf } from "./wording.ts";

export interface LaunchPorts {
  readonly isolation: Isolation;
  readonly grants: Grants;
  /** The plugins folder: paths that a plugin asks to read are relative to its place there. */
  readonly folder: string;
  /** The configuration as written. */
  readonly rawConfig: (id: string) => Json;
  /** With its secrets put in. Rejects with an `Error` for its author. */
  readonly configFor: (id: string) => Promise<ResolvedConfig>;
}

export interface LaunchGiven {
  readonly file: string;
  readonly version: Version;
  /** What its manifest probably says; found out and put right when it is another. */
  readonly id: string;
  readonly onLog: (line: string) => void;
  /** Told of each answer about live traffic. */
  readonly onAnswer: (seat: Seat, answer: Answer<unknown>) => void;
}

export interface Running {
  readonly hash: string;
  readonly manifest: Manifest;
  readonly asked: PermissionWords;
  readonly granted: PermissionWords;
  readonly seat: Seat;
}

export type Launched =
  | { readonly kind: "running"; readonly running: Running }
  /** For its author. */
  | { readonly kind: "refused"; readonly text: string };

/** Never rejects. */
export async function launch(given: LaunchGiven, ports: LaunchPorts): Promise<Launched> {
  const first = await startAs(given.id, given, ports);
  if (first.kind === "refused" || first.isRight) return first;
  await first.running.seat.stop();
  return await startAs(first.running.manifest.id, given, ports);
}

type StartedAs =
  | { readonly kind: "running"; readonly running: Running; readonly isRight: boolean }
  | Extract<Launched, { kind: "refused" }>;

/** `isRight`: it runs with the configuration of its own id. */
async function startAs(id: string, given: LaunchGiven, ports: LaunchPorts): Promise<StartedAs> {
  const { file, version, onLog, onAnswer } = given;
  const granted = ports.grants.find(version.hash);
  let resolved: ResolvedConfig;
  try {
    resolved = await ports.configFor(id);
  } catch (error) {
    const text = `Cannot configure the plugin "${id}" (${file}): ${messageOf(error)}`;
    return { kind: "refused", text };
  }
  const { config, secrets } = resolved;
  const opened = absolutePermissions(granted, dirname(join(ports.folder, file)));
  const started = await startIsolate(version, ports, {
    config,
    granted: opened,
    onLog: (line) => onLog(hideSecrets(line, secrets)),
  });
  if (started.kind === "refused") {
    return { kind: "refused", text: explainEarlyDenial(hideSecrets(started.text, secrets)) };
  }
  const { isolate } = started;
  const { manifest } = isolate;
  const asked = wordsOf(manifest.permissions);
  const running: Running = {
    ...{ hash: version.hash, manifest, asked, granted },
    seat: seatOf(isolate, { secrets, asked, granted, onAnswer }),
  };
  const isSame =
    JSON.stringify(ports.rawConfig(id)) === JSON.stringify(ports.rawConfig(manifest.id));
  return { kind: "running", running, isRight: manifest.id === id || isSame };
}

/** A process that cannot be started is the machine's fault and told like the plugin's own. */
async function startIsolate(
  version: Version,
  { isolation, folder }: LaunchPorts,
  given: Omit<IsolateStart, "entry" | "root">,
): Promise<Started> {
  try {
    await linkReadable(version, given.granted.read ?? [], folder);
    return await isolation.start({ ...given, entry: version.entry, root: version.root });
  } catch (error) {
    return { kind: "refused", text: messageOf(error) };
  }
}

function seatOf(
  isolate: Isolate,
  around: {
    readonly secrets: readonly string[];
    readonly asked: PermissionWords;
    readonly granted: PermissionWords;
    readonly onAnswer: LaunchGiven["onAnswer"];
  },
): Seat {
  const { manifest, hasRoute, hasReply } = isolate;
  const { secrets, asked, granted, onAnswer } = around;
  const { id, version, onFault = "next" } = manifest;
  const info: LoadedPlugin = { id, version, source: "user", onFault, hasRoute, hasReply };

  function clean<V>(answer: Answer<V>): Answer<V> {
    if (answer.kind === "verdict") {
      const verdict = hideSecretsIn(answer.verdict, secrets);
      return verdict === answer.verdict ? answer : { ...answer, verdict };
    }
    const text = hideSecrets(answer.text, secrets);
    return { ...answer, text: cutExplained(text, explainDenial(text, { id, asked, granted })) };
  }

  const seat: Seat = {
    info,
    route: async (call) => clean(await isolate.route(call)),
    reply: async (call) => clean(await isolate.reply(call)),
    note: (answer) => onAnswer(seat, answer),
    stop: () => isolate.stop(),
  };
  return seat;
}

/** What is asked for is known once the manifest is read; before that nothing can be granted. */
function explainEarlyDenial(text: string): string {
  return isDenial(text)
    ? `${text}. Nothing is granted while it loads: do this in route() or reply()`
    : text;
}

/** At most as long as a reason may be; the plugin's words are cut rather than what explains them. */
function cutExplained(text: string, explained: string): string {
  const explanation = explained.slice(text.length);
  return cutText(text, LIMITS.verdictReasonMax - explanation.length) + explanation;
}

/** What the source says its id is, before anything of it was run; where it does not say, the name of its file. */
export function guessId({ file, text }: Pick<Source, "file" | "text">): string {
  const [_, said] = /\bmanifest\b[^]*?\bid\s*:\s*["'`]([a-z0-9-]{1,40})["'`]/.exec(text) ?? [];
  if (said !== undefined) return said;
  const name = file.includes("/") ? dirname(file) : file.replace(/\.[tj]s$/, "");
  return name.toLowerCase().replace(/^\d+[_-]/, "").replaceAll(/[^a-z0-9-]/g, "-").slice(0, 40);
}

/** How the plugin is to be guarded as its source seems to say; all of it where it does not say what it looks at. */
export function guessGuard(
  text: string,
): Pick<LoadedPlugin, "version" | "onFault" | "hasRoute" | "hasReply"> {
  const onFault = /\bonFault\b["']?\s*:\s*["'`]park["'`]/.test(text) ? "park" : "next";
  const hasRoute = /\broute\s*[(:]/.test(text);
  const hasReply = /\breply\s*[(:]/.test(text);
  const hooks = hasRoute || hasReply ? { hasRoute, hasReply } : { hasRoute: true, hasReply: true };
  return { version: "", onFault, ...hooks };
}
