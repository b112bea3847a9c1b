/** Which versions of one plugin were good: the one that ran last, the one before, and whether the owner went back. */
import type { LoadedPlugin } from "./host.ts";
import type { PluginRecord, Records } from "./records.ts";
import type { Source } from "./sources.ts";
import type { Version, Versions } from "./versions.ts";

export interface History {
  /** Of the version that runs, or ran last; `null` before the first. */
  readonly last: PluginRecord | null;
  /** Copies this version of the file. It stays as long as it is the newest, or one that was good. */
  keep(source: Source): Promise<Version>;
  /** The copy of the version that ran last, or of the one before it; `null` where there is none. */
  find(which: "last" | "before"): Promise<Version | null>;
  /** This version runs now. */
  remember(ran: { readonly hash: string; readonly info: LoadedPlugin }): Promise<void>;
  /** The owner went back from this version; "" ends that. */
  leave(hash: string): Promise<void>;
  forget(): Promise<void>;
}

export function createHistory(file: string, { records, versions }: {
  readonly records: Records;
  readonly versions: Versions;
}): History {
  let newest = "";
  const last = () => records.find(file);

  async function prune(): Promise<void> {
    const { hash, previous } = last() ?? { hash: "", previous: "" };
    const keep = [newest, hash, previous].filter((one) => one !== "");
    await versions.prune(file, new Set(keep));
  }

  return {
    get last() {
      return last();
    },
    async keep(source) {
      newest = source.hash;
      const version = await versions.keep(source);
      await prune();
      return version;
    },
    async find(which) {
      const hash = (which === "last" ? last()?.hash : last()?.previous) ?? "";
      return hash === "" ? null : await versions.find(file, hash);
    },
    async remember({ hash, info }) {
      const before = last();
      const isNew = before?.hash !== hash;
      const { id, version, onFault, hasRoute, hasReply } = info;
      await records.save(file, {
        ...{ hash, id, version, onFault, hasRoute, hasReply },
        previous: (isNew ? before?.hash : before?.previous) ?? "",
        rolledBackFrom: isNew ? "" : before?.rolledBackFrom ?? "",
      });
      await prune();
    },
    async leave(hash) {
      const now = last();
      if (now !== null && now.rolledBackFrom !== hash) {
        await records.save(file, { ...now, rolledBackFrom: hash });
      }
    },
    async forget() {
      newest = "";
      await records.save(file, null);
      await versions.prune(file, new Set());
    },
  };
}
