/** A file that stands in for a plugin while messages are decided for a look; nothing of it stays. */
import { basename, dirname, join, relative } from "node:path";
import { HubError } from "../core/error.ts";
import { type Random, randomHex } from "../lib/random.ts";
import { guessId, launch, type LaunchPorts } from "./launch.ts";
import type { SeatPlaced } from "./choose.ts";
import { isInside, readSource } from "./sources.ts";
import { createVersions } from "./versions.ts";

export interface Candidate extends SeatPlaced {
  /** Ends it and removes its copy. */
  end(): Promise<void>;
}

export interface CandidatePorts extends LaunchPorts {
  /** Where its copy may stand for the time being. */
  readonly copies: string;
  readonly closed: readonly string[];
  readonly barrier: () => Promise<string | null>;
  readonly random: Random;
}

/** `path` is a file, or a folder's `plugin.ts`. Throws `PLUGIN_INVALID`. */
export async function startCandidate(path: string, ports: CandidatePorts): Promise<Candidate> {
  const barrier = await ports.barrier();
  if (barrier !== null) throw unusable(path, barrier);
  const { folder, file } = placeOf(path, ports.folder);
  const read = await readSource(folder, file, ports);
  if (read.kind === "unusable") throw unusable(path, read.text);
  const { source } = read;
  const directory = join(ports.copies, `.candidate-${randomHex(ports.random, 8)}`);
  const remove = () => Deno.remove(directory, { recursive: true });
  try {
    const version = await createVersions({ directory, random: ports.random }).keep(source);
    const given = { file, version, id: guessId(source), onLog() {}, onAnswer() {} };
    const launched = await launch(given, { ...ports, folder });
    if (launched.kind === "refused") throw unusable(path, launched.text);
    const { seat, manifest: { id } } = launched.running;
    return {
      ...{ id, file, seat },
      async end() {
        await seat.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove().catch(() => {}); // it may not have come to a copy
    throw error;
  }
}

/** A candidate in the plugins folder has the hash, and so the grants, that it has there. */
function placeOf(
  path: string,
  plugins: string,
): { readonly folder: string; readonly file: string } {
  if (isInside(plugins, path)) return { folder: plugins, file: relative(plugins, path) };
  const isFolder = basename(path) === "plugin.ts";
  const folder = isFolder ? dirname(dirname(path)) : dirname(path);
  return { folder, file: relative(folder, path) };
}

function unusable(path: string, text: string): HubError {
  return new HubError("PLUGIN_INVALID", `Cannot try the plugin ${path}: ${text}`);
}
