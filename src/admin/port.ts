/** What the admin API may see and do; hub.ts supplies it. */
import type { AlertDesk } from "../core/alert_desk.ts";
import type { AdminToken } from "../core/admin_token.ts";
import type { ClientStates } from "../core/client.ts";
import type { AccountId, ClientId, ReplyId } from "../core/ids.ts";
import type { LedgerLimits } from "../core/ledger.ts";
import type { LoginDesk } from "../core/login.ts";
import type { PairingDesk } from "../core/pairing.ts";
import type { PluginDesk } from "../core/plugin_desk.ts";
import type { ReloginLink } from "../core/relogin_link.ts";
import type { AccountFacts, DiskFacts, Health, PluginFacts } from "../core/status.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { Store } from "../store/store.ts";
import type { Lang } from "../text/say.ts";

export interface AdminPort {
  readonly version: string;
  /** Spoken to callers who do not say what they read. */
  readonly lang: Lang;
  /** `null` when no hub runs: the API serves one command on the data directory. */
  readonly startedAtMs: number | null;
  /** The base URL for clients, no trailing slash: `public-url`, else of the listening address. */
  readonly publicUrl: string;
  readonly store: Store;
  readonly states: ClientStates;
  readonly token: AdminToken;
  readonly login: LoginDesk;
  readonly pluginDesk: PluginDesk;
  readonly pairing: PairingDesk;
  readonly alerts: AlertDesk;
  readonly relogin: ReloginPort;
  readonly actions: AdminActions;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The limits of sends that the settings say. */
  readonly sendLimits: LedgerLimits;
  /** What the account's poller and sender say now. */
  accountFacts(account: AccountId): AccountFacts;
  /** All plugins in the order they are asked, then those that could not be loaded. */
  plugins(): readonly PluginFacts[];
  /** The bot id that this client sees. */
  botIdOf(client: ClientId): string;
  /** Where this client finds media on the hub, below the base URL; `null` when clients go to WeChat's CDN. */
  cdnPathOf(client: ClientId): string | null;
  /** Who the owner says may write to the bots. */
  readonly allowedSenders: {
    readonly kind: "owner" | "open" | "list";
    readonly ids: readonly string[];
  };
  /** Asks the file system. */
  disk(): Promise<DiskFacts>;
  /** Calls `action` when something has become of the reply next; the returned function takes it back. */
  onReplyEnd(reply: ReplyId, action: () => void): () => void;
  /** Cheap: asked every few seconds by whoever watches the hub. */
  health(): Health;
}

/** The one-time links of alerts. */
export interface ReloginPort {
  /** `null` for a text that is none of ours. */
  parse(token: string): ReloginLink | null;
  /** Sends the alert of this account once more, with a fresh link. */
  tellAgain(account: string): Promise<"told" | "too_soon" | "nothing_wrong">;
}

/** What has to happen outside the store. Each is called after the store step that it follows, unless it says otherwise. */
export interface AdminActions {
  /** Messages may have become undecided: a client was registered, a message was unparked, a default client was set. */
  wakeRouter(): void;
  /** A script's notice was taken; it is to be sent. */
  wakeReplies(): void;
  /** The client's settings or token changed; its next poll must see them. */
  clientChanged(client: ClientId): void;
  /** The client is gone: its open polls end. */
  clientRemoved(client: ClientId): void;
  /** Stops the account's poller and sender. Called before the store removes it. */
  releaseAccount(account: AccountId): Promise<void>;
  /** The account is gone: a login that was shown for it may not be needed any more, or one may be needed now. */
  accountRemoved(): void;
}
