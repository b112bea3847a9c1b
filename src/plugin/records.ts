/** What is known of the user's plugins beyond the life of the process: which versions are good, and what was promoted. */
import { readJsonFile, writeJsonFile } from "../lib/json_file.ts";
import { isObject, type Json, type JsonObject, listMember, textMember } from "../lib/json.ts";
import { createTurns } from "../lib/turns.ts";

export interface PluginRecord {
  /** Hash of the version that runs, or ran last. */
  readonly hash: string;
  /** Hash of the version before it; "" without one. */
  readonly previous: string;
  /** Hash of the file's version that the owner went back from, "" otherwise: it is not started again. */
  readonly rolledBackFrom: string;
  readonly id: string;
  readonly version: string;
  readonly onFault: "next" | "park";
  readonly hasRoute: boolean;
  readonly hasReply: boolean;
}

export interface Records {
  find(file: string): PluginRecord | null;
  /** Files with a record, in order. */
  readonly files: readonly string[];
  /** `null` forgets it. Resolves when it is on disk. */
  save(file: string, record: PluginRecord | null): Promise<void>;
  isPromoted(file: string): boolean;
  /** Resolves when it is on disk. */
  promote(file: string): Promise<void>;
  /**
   * The configuration names these as shadows. A promotion that had taken effect there, because its entry was removed, ends
   * when the entry comes back.
   */
  settlePromotions(shadows: readonly string[]): Promise<void>;
}

interface Kept {
  readonly plugins: ReadonlyMap<string, PluginRecord>;
  /** File -> whether its entry has left the configuration. */
  readonly promoted: ReadonlyMap<string, boolean>;
}

export function openRecords(path: string): Records {
  let kept = readKept(readJsonFile(path));
  const turns = createTurns();

  /** The newest state is written, whoever's turn it is. */
  async function change(next: Kept): Promise<void> {
    kept = next;
    await turns.take(() => writeJsonFile(path, toJson(kept)));
  }

  return {
    find: (file) => kept.plugins.get(file) ?? null,
    get files() {
      return [...kept.plugins.keys()].sort();
    },
    async save(file, record) {
      if (record === null && !kept.plugins.has(file)) return;
      const plugins = new Map(kept.plugins);
      if (record === null) plugins.delete(file);
      else plugins.set(file, record);
      await change({ ...kept, plugins });
    },
    isPromoted: (file) => kept.promoted.has(file),
    promote: (file) => change({ ...kept, promoted: new Map(kept.promoted).set(file, false) }),
    async settlePromotions(shadows) {
      const promoted = new Map<string, boolean>();
      for (const [file, hasLeft] of kept.promoted) {
        const isNamed = shadows.includes(file) ||
          shadows.includes(kept.plugins.get(file)?.id ?? "");
        if (!(hasLeft && isNamed)) promoted.set(file, hasLeft || !isNamed);
      }
      if (JSON.stringify([...promoted]) === JSON.stringify([...kept.promoted])) return;
      await change({ ...kept, promoted });
    },
  };
}

function toJson({ plugins, promoted }: Kept): Json {
  return {
    plugins: Object.fromEntries([...plugins].map(([file, record]) => [file, { ...record }])),
    promoted: [...promoted].map(([file, hasLeft]) => ({ file, hasLeft })),
  };
}

function readKept(json: Json | undefined): Kept {
  const kept: JsonObject = json !== undefined && isObject(json) ? json : {};
  const plugins = isObject(kept["plugins"]) ? Object.entries(kept["plugins"]) : [];
  return {
    plugins: new Map(
      plugins.flatMap(([file, value]) =>
        isObject(value) ? [[file, readRecord(value)] as const] : []
      ),
    ),
    promoted: new Map(
      listMember(kept, "promoted").filter(isObject)
        .map((one) => [textMember(one, "file"), one["hasLeft"] === true] as const),
    ),
  };
}

function readRecord(value: JsonObject): PluginRecord {
  return {
    hash: textMember(value, "hash"),
    previous: textMember(value, "previous"),
    rolledBackFrom: textMember(value, "rolledBackFrom"),
    id: textMember(value, "id"),
    version: textMember(value, "version"),
    onFault: value["onFault"] === "park" ? "park" : "next",
    hasRoute: value["hasRoute"] !== false,
    hasReply: value["hasReply"] !== false,
  };
}
