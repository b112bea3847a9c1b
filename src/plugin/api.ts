/**
 * The contract between the hub and a routing plugin, version 1.
 *
 * A plugin is one file (or a folder with `plugin.ts`) in the plugins folder whose default export is a {@link Plugin}. It is
 * asked about each message and answers with a {@link Verdict}; it does not act. A verdict can therefore be repeated after a
 * crash, tried on yesterday's messages and explained. Nothing that a plugin starts outlives the call.
 *
 * ```ts
 * import type { Plugin } from "ilink-hub/plugin";
 *
 * const photos: Plugin = {
 *   manifest: { id: "photos", api: 1, version: "1.0.0" },
 *   route(message) {
 *     if (!message.parts.some((part) => part.kind === "image")) return { kind: "pass" };
 *     return { kind: "route", to: ["vision"], reason: "the message holds a picture" };
 *   },
 * };
 * export default photos;
 * ```
 *
 * @module
 */

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** One plugin. `Config` is what `configure` returns; without `configure` it is the configuration as written. */
export type Plugin<Config = Json> = PluginHooks<Config> & Configuring<Config>;

/** What a plugin says of itself and what it is asked. */
export interface PluginHooks<Config = Json> {
  /** Who the plugin is and what it needs. */
  readonly manifest: Manifest;
  /**
   * Answers where one message goes. The first answer in the order of the chain that is not `pass` counts; plugins that stand
   * side by side may be asked at the same time, so an answer may not be needed after all. It may be asked again about the
   * same message (after a crash, at replay). Throwing, answering too late or answering nonsense is a fault: it is recorded
   * and the next plugin's answer counts.
   */
  route?(message: InboundView, ctx: Context<Config>): Verdict | Promise<Verdict>;
  /** Looks at one reply on its way to WeChat. All plugins with this hook are asked, in the order of the chain. */
  reply?(reply: ReplyView, ctx: Context<Config>): ReplyVerdict | Promise<ReplyVerdict>;
}

/**
 * Checks the plugin's configuration (`null` when the owner wrote none) and returns it in the form the hooks want. What it
 * throws is shown to the owner, so it should say what was seen and what is wanted; the plugin is then not loaded. Whoever
 * wants another `Config` than any JSON has to bring it.
 */
export type Configuring<Config> = [Json] extends [Config] ? { configure?(raw: Json): Config }
  : { configure(raw: Json): Config };

/** Who a plugin is. */
export interface Manifest {
  /** 1 to 40 lower-case letters, digits and hyphens. A user's plugin with the id of a shipped one replaces it. */
  readonly id: string;
  /** Version of this contract. */
  readonly api: 1;
  /** The plugin's own version, shown in traces. 1 to 40 characters. */
  readonly version: string;
  /** Milliseconds a hook may take, counted from the asking. Default 250, at most 10,000. */
  readonly deadlineMs?: number;
  /**
   * What becomes of a message when `route` fails: the next plugin is asked (default), or it is parked for the owner. And of a
   * reply when `reply` fails: it goes on as it is (default), or it is stopped.
   */
  readonly onFault?: "next" | "park";
  /** What the plugin needs beyond computing; the owner grants it. Without a grant it is refused. */
  readonly permissions?: Permissions;
}

/** What a plugin may ask the owner for. */
export interface Permissions {
  /** Hosts it may connect to, `host` or `host:port`. */
  readonly net?: readonly string[];
  /** Files and folders it may read, relative to its own folder. */
  readonly read?: readonly string[];
}

/** One message of a person, as plugins see it. It holds no credential. */
export interface InboundView {
  /** The hub's id of the message, for logs and `trace`. */
  readonly id: number;
  /** Name of the WeChat account that received it. */
  readonly account: string;
  /** Who wrote it. */
  readonly sender: Sender;
  /** Whether it was written in a group. */
  readonly isGroup: boolean;
  /** Text items joined by line feeds; the transcript when it is a voice message; "" when there is none. */
  readonly text: string;
  /** All parts in order. */
  readonly parts: readonly PartView[];
  /** What the person quoted, `null` without a quote. */
  readonly quote: QuoteView | null;
  /** When WeChat's message reached the hub, milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** 1 the first time it is decided, 2 when it is decided again, and so on. */
  readonly attempt: number;
}

/** A person or group that writes. */
export interface Sender {
  /** Stable for this person on this hub; says nothing about the WeChat id. */
  readonly key: string;
  /** The name the owner gave, else "". */
  readonly alias: string;
}

/** One part of a message. */
export interface PartView {
  /** What it is; `other` for kinds the hub does not know. */
  readonly kind: "text" | "image" | "voice" | "file" | "video" | "other";
  /** Text, transcript or file name; "" where there is none. */
  readonly text: string;
  /** Size in bytes where WeChat said it, else `null`. */
  readonly bytes: number | null;
}

/** What is known about the message that the person quoted. */
export interface QuoteView {
  /** Name of the client that wrote it; `null` when it was the person, the hub, or is not known. */
  readonly client: string | null;
  /** How the author was found, for reasons; "" when it was not. */
  readonly match: string;
  /** The quoted text where WeChat sent it, else "". */
  readonly text: string;
}

/** What a hook may look at besides its subject. */
export interface Context<Config = Json> {
  /** What `configure` returned. */
  readonly config: Config;
  /** All clients, the oldest first; names are unique. Their places here are their numbers in `/list`. */
  readonly clients: readonly ClientView[];
  /** The client this conversation is bound to, `null` without a binding. */
  readonly binding: Binding | null;
  /** Name of the account's default client, `null` when there is none. */
  readonly defaultClient: string | null;
  /** What the hub says about itself, for `/status`. */
  readonly hub: HubView;
  /** How the conversation's previous message was decided, for `/why`; `null` before the first. */
  readonly lastDecision: LastDecision | null;
  /**
   * This plugin's memory for this conversation: change it in place. It is kept when this plugin or a later one decides the
   * message; at most 4,096 bytes as JSON, a larger one is a fault. Read-only in `reply`.
   */
  readonly memory: { [key: string]: Json };
  /** Language the owner chose for texts to people. */
  readonly lang: "zh" | "en";
  /** The time to use, milliseconds since 1970: the same when a message is replayed. */
  readonly nowMs: number;
  /** Aborts at the deadline. */
  readonly signal: AbortSignal;
}

/** One client ("agent" in texts for people). */
export interface ClientView {
  /** Unique name. */
  readonly name: string;
  /** Text for people, else "". */
  readonly label: string;
  /**
   * `polling`: asks for messages right now. `busy`: took one and has not come back; agents do not ask while they work.
   * `away`: has not been seen for a while. `new`: has never been seen.
   */
  readonly state: "polling" | "busy" | "away" | "new";
  /** When it last called, milliseconds since 1970; `null` if never. */
  readonly lastSeenAtMs: number | null;
  /** How many messages wait for it. */
  readonly waiting: number;
}

/** Conversation -> client, made by `/use` or by a plugin. */
export interface Binding {
  /** Name of the client. */
  readonly client: string;
  /** Milliseconds since 1970. */
  readonly boundAtMs: number;
}

/** The hub's own state. */
export interface HubView {
  /** The hub's version. */
  readonly version: string;
  /** Milliseconds since the hub started. */
  readonly uptimeMs: number;
  /** Sends left for the newest message of this conversation. */
  readonly sendsLeft: number;
  /** When WeChat stops delivering to this conversation unless the person writes, milliseconds since 1970; `null`: unknown. */
  readonly windowEndsAtMs: number | null;
  /**
   * Whether WeChat takes answers in this conversation: `never` before the person wrote, `risky` when it may refuse them
   * although the window has not ended. Absent where nothing is sent, as in `plugin try` and `plugin test`.
   */
  readonly window?: "never" | "safe" | "risky" | "closed";
  /**
   * Until when WeChat throttles the account, so that answers wait; milliseconds since 1970, `null` while it does not. Absent
   * where nothing is sent.
   */
  readonly throttledUntilMs?: number | null;
}

/** An earlier decision of this conversation. */
export interface LastDecision {
  /** The hub's id of the message. */
  readonly message: number;
  /** The plugin whose verdict won, "hub" for the answer to a pinned reply; `null` when the fallback decided. */
  readonly plugin: string | null;
  /** What was decided, in words, with the reason. */
  readonly summary: string;
  /** Every plugin that was asked, with its answer in words. */
  readonly steps: readonly string[];
}

/** A plugin's answer about a message. The first that is not `pass` decides. Texts: at most 10,000 characters. */
export type Verdict =
  /** Not mine. `text` replaces what later plugins and the client see. */
  | { readonly kind: "pass"; readonly text?: string; readonly reason?: string }
  /** To these clients, by name. */
  | {
    readonly kind: "route";
    readonly to: readonly [string, ...string[]];
    /**
     * `all` (default): each gets it. `first_available`: the first that is `polling` or `busy`, else the first named, for
     * which it waits.
     */
    readonly mode?: "all" | "first_available";
    /** Replaces what the clients see. */
    readonly text?: string;
    /** Binds the conversation to the client it goes to (the first one). */
    readonly bind?: true;
    /** Messages of this conversation that wait for other clients move to the client it goes to. */
    readonly moveWaiting?: true;
    /** One line to the person; costs one send. */
    readonly say?: string;
    readonly reason: string;
  }
  /** The hub answers the person itself; no client sees the message. */
  | {
    readonly kind: "reply";
    readonly text: string;
    /** Binds the conversation to this client, or to none. */
    readonly bind?: string | null;
    /** Messages of this conversation that wait move to the client of `bind`. */
    readonly moveWaiting?: true;
    readonly reason: string;
  }
  /** Nobody gets it; it stays in the trace as dropped. */
  | { readonly kind: "drop"; readonly reason: string };

/** One reply on its way to the person. */
export interface ReplyView {
  /** The hub's id of the reply. */
  readonly id: number;
  /** Name of the client that gave it. */
  readonly client: string;
  /** Name of the account it leaves by. */
  readonly account: string;
  /** Who gets it. */
  readonly sender: Sender;
  /** Its text; "" for media alone. */
  readonly text: string;
  /** Its parts in order. */
  readonly parts: readonly PartView[];
}

/** A plugin's answer about a reply. */
export type ReplyVerdict =
  | { readonly kind: "pass" }
  /** The text becomes this one. */
  | { readonly kind: "edit"; readonly text: string; readonly reason: string }
  /** It is not sent; it stays in the trace. */
  | { readonly kind: "stop"; readonly reason: string }
  /**
   * It is sent, and the person's next short answer goes to this client: up to 40 characters, no command, no quote, within
   * `forMs` milliseconds (at most 24 hours) from when the reply is sent.
   */
  | { readonly kind: "pin"; readonly forMs: number; readonly reason: string };
