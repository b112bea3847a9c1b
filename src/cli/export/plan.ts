/** What an export is made of: facts about the client, and the files and lines that make another program this client. */
import type { ExportKind } from "../../text/export.ts";

export type { ExportKind };

/** Everything that the state of any iLink client may hold. */
export interface ExportFacts {
  /** The client's name at the hub. */
  readonly name: string;
  /** Its virtual token. */
  readonly token: string;
  /** The hub, no trailing slash. */
  readonly baseUrl: string;
  /** The bot id that this client sees, `...@im.bot`. */
  readonly botId: string;
  /** Where this client finds media when the hub relays them; `null` when it goes to WeChat's CDN itself. */
  readonly cdnBaseUrl: string | null;
  /** WeChat ids of who may write to the client; the first is the owner. */
  readonly people: readonly [string, ...string[]];
  /** ISO 8601. */
  readonly savedAt: string;
}

/** Where the other program keeps its state. */
export interface ExportPlace {
  /** What `--dir` says; `null` for the program's own default. */
  readonly directory: string | null;
  /** No trailing slash. */
  readonly home: string;
  readonly env: (name: string) => string | undefined;
}

export interface ExportPlan {
  readonly files: readonly PlannedFile[];
  /** To be pasted where the program reads its settings; empty when the files say everything. */
  readonly lines: readonly string[];
}

export interface PlannedFile {
  /** Absolute. */
  readonly path: string;
  /** The hub's part of it, for a person. */
  readonly shown: string;
  /**
   * The whole new text, given the old one; `null` when there is no file yet. `null` as the answer: the old text cannot be
   * understood, so nothing may be written over it.
   */
  content(old: string | null): string | null;
}

export type Exporter = (facts: ExportFacts, place: ExportPlace) => ExportPlan;

/** A file that holds nothing but this client. */
export function ownFile(path: string, value: object): PlannedFile {
  const text = jsonText(value);
  return { path, shown: text, content: () => text };
}

export function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The first of these variables that is set, else a folder in the person's own directory. */
export function folderOf(
  { directory, env, home }: ExportPlace,
  { variables, byDefault }: { readonly variables: readonly string[]; readonly byDefault: string },
): string {
  const set = variables.map((name) => env(name)?.trim() ?? "").find((value) => value !== "");
  return (directory ?? set ?? `${home}/${byDefault}`).replace(/(.)\/+$/, "$1");
}
