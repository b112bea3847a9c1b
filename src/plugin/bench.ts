/** Asks one plugin's file about messages of one's own, kept apart like any other and away from any hub: for its author. */
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Json } from "../lib/json.ts";
import type { InboundView, Manifest, ReplyVerdict, ReplyView, Verdict } from "./api.ts";
import type { Answer, Facts, Memory } from "./host.ts";
import type { Isolate, Isolation } from "./isolate.ts";
import { guessId } from "./launch.ts";
import {
  hideSecretsIn,
  type ResolvedConfig,
  resolveSecrets,
  type SecretSources,
} from "../lib/secrets.ts";
import { messageOf } from "./wording.ts";

/** What one hook is asked. */
export type Question =
  & {
    readonly facts: Facts;
    readonly memory: Memory;
  }
  & (
    | { readonly hook: "route"; readonly message: InboundView }
    | { readonly hook: "reply"; readonly reply: ReplyView }
  );

export interface BenchedPlugin {
  readonly manifest: Manifest;
  readonly hasRoute: boolean;
  readonly hasReply: boolean;
  /** Never rejects. A hook that the plugin does not have is a fault. Secrets of the configuration are hidden. */
  ask(question: Question): Promise<Answer<Verdict | ReplyVerdict>>;
  /** Ends its process. */
  stop(): Promise<void>;
}

export type Benched =
  | { readonly kind: "ready"; readonly plugin: BenchedPlugin }
  | { readonly kind: "refused"; readonly text: string };

export interface PluginBench {
  /**
   * Loads `file`, an absolute path, with nothing granted. `configOf` gives the configuration of a plugin's id as the owner
   * writes it. Never rejects.
   */
  load(file: string, configOf: (id: string) => Json): Promise<Benched>;
  /** Ends all processes. */
  close(): Promise<void>;
}

interface BenchPorts {
  readonly isolation: Isolation;
  readonly secrets: SecretSources;
}

export function createPluginBench(ports: BenchPorts): PluginBench {
  const { isolation } = ports;
  let probing: ReturnType<Isolation["probe"]> | null = null;
  return {
    async load(file, configOf) {
      const probed = await (probing ??= isolation.probe());
      if (probed.kind === "open") return { kind: "refused", text: probed.text };
      // The configuration stands under the plugin's id, which only the loaded plugin tells.
      const id = guessId({ file, text: await textOf(file) });
      const first = await start(file, configOf(id), ports);
      if (first.kind === "refused") return first;
      const own = configOf(first.plugin.manifest.id);
      if (isDeepStrictEqual(own, configOf(id))) return first;
      await first.plugin.stop();
      return await start(file, own, ports);
    },
    close: () => isolation.close(),
  };
}

async function start(
  entry: string,
  raw: Json,
  { isolation, secrets }: BenchPorts,
): Promise<Benched> {
  let resolved: ResolvedConfig;
  try {
    resolved = await resolveSecrets(raw, secrets);
  } catch (error) {
    return { kind: "refused", text: `Cannot read its configuration: ${messageOf(error)}` };
  }
  const { config, secrets: hidden } = resolved;
  const root = dirname(entry);
  const started = await isolation.start({ entry, root, config, granted: {}, onLog() {} });
  if (started.kind === "refused") return hideSecretsIn(started, hidden);
  return { kind: "ready", plugin: seat(started.isolate, hidden) };
}

function seat(isolate: Isolate, secrets: readonly string[]): BenchedPlugin {
  const { manifest, hasRoute, hasReply } = isolate;
  return {
    ...{ manifest, hasRoute, hasReply },
    async ask(question) {
      if (question.hook === "route") {
        return hasRoute ? hideSecretsIn(await isolate.route(question), secrets) : missing("route");
      }
      return hasReply ? hideSecretsIn(await isolate.reply(question), secrets) : missing("reply");
    },
    stop: () => isolate.stop(),
  };
}

function missing(hook: Question["hook"]): Answer<never> {
  return { kind: "fault", fault: "unavailable", text: `it has no ${hook}()`, tookMs: 0 };
}

/** "" when it cannot be read: starting it says why. */
async function textOf(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch {
    return "";
  }
}
