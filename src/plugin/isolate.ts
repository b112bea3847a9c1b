/**
 * The port to whatever runs one version of one user plugin where it can harm nobody: a process of its own. Nothing here
 * rejects for what a plugin does; that is a fault, which is data.
 */
import type { Json } from "../lib/json.ts";
import type {
  InboundView,
  Manifest,
  Permissions,
  ReplyVerdict,
  ReplyView,
  Verdict,
} from "./api.ts";
import type { Answer, Facts, Memory } from "./host.ts";

/** One version of one plugin, copied to where nobody edits it. */
export interface IsolateStart {
  /** Absolute path of the file to load. */
  readonly entry: string;
  /** Absolute path of the folder that holds the version; it may read what lies inside. */
  readonly root: string;
  /** What its `configure` gets, secrets put in. */
  readonly config: Json;
  /** What the owner granted: hosts, and absolute paths. */
  readonly granted: Permissions;
  /** A line the plugin wrote; bounded in length and rate. */
  readonly onLog: (line: string) => void;
}

export type Started =
  | { readonly kind: "started"; readonly isolate: Isolate }
  /** It does not load, its manifest is wrong, or it refuses its configuration; for its author, with the line where known. */
  | { readonly kind: "refused"; readonly text: string };

export interface Isolate {
  readonly manifest: Manifest;
  readonly hasRoute: boolean;
  readonly hasReply: boolean;
  /** As in `PluginHost`: bounded by the deadline counted from here, never rejects. A process that died is replaced. */
  route(
    call: { readonly message: InboundView; readonly facts: Facts; readonly memory: Memory },
  ): Promise<Answer<Verdict>>;
  reply(
    call: { readonly reply: ReplyView; readonly facts: Facts; readonly memory: Memory },
  ): Promise<Answer<ReplyVerdict>>;
  /** Ends its process once the calls in flight have ended or their deadlines have passed. */
  stop(): Promise<void>;
}

export interface Isolation {
  start(given: IsolateStart): Promise<Started>;
  /**
   * Whether a plugin that tries to read, connect, read the environment and run a program fails at all of it here. While this
   * is not "closed" no user plugin may be started.
   */
  probe(): Promise<{ readonly kind: "closed" } | { readonly kind: "open"; readonly text: string }>;
  /** Ends all processes. */
  close(): Promise<void>;
}
