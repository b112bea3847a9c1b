/** Calls that carry nothing durable and pass from a client straight to WeChat. Supplied to the downstream station. */
import type { JsonObject } from "../lib/json.ts";
import type { AccountId, ClientId, ConversationId } from "./ids.ts";

export interface Live {
  /** Shows (`on`) or ends the typing bubble of a client in a conversation. Best effort: failures show in the log only. */
  typing(call: {
    readonly client: ClientId;
    readonly conversation: ConversationId;
    readonly on: boolean;
  }): void;
  /** Asks WeChat where ciphertext may be posted. `request` is the client's body; the recipient is put in by the caller. */
  uploadUrl(call: {
    readonly account: AccountId;
    readonly request: JsonObject;
  }): Promise<
    | { readonly kind: "ok"; readonly body: JsonObject }
    | { readonly kind: "failed"; readonly text: string }
  >;
}
