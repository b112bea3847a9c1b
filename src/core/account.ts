/** An account: one WeChat person's bot as the hub knows it, over all logins. */
import type { AccountId, ClientId } from "./ids.ts";

export interface Account {
  readonly id: AccountId;
  /** Unique; given by the hub, changed by the owner. */
  readonly name: string;
  /** The person who scanned, `...@im.wechat`; `null` for a bare token whose owner is not known. */
  readonly userId: string | null;
  /** WeChat's id of the present bot; a scan makes a new one. */
  readonly botId: string;
  /** No trailing slash. */
  readonly baseUrl: string;
  /** Grows by one with each login; what was read or tried under an older one does not count. */
  readonly generation: number;
  readonly state: "active" | "logged_out";
  /** Since when it is in this state, milliseconds since 1970. */
  readonly stateSinceMs: number;
  readonly defaultClient: ClientId | null;
  /** Whether WeChat has ever answered a send of this account with an id. */
  readonly showsIds: boolean;
}
