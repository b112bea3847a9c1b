/** A text as a file that a person can open. Supplied to the router by the upstream side. */
import type { JsonObject } from "../lib/json.ts";
import type { ConversationId } from "./ids.ts";

export interface TextFiles {
  /** Uploads `text` in UTF-8 and gives the item to send; `null`, and a line in the log, when that fails. Never rejects. */
  upload(file: {
    readonly conversation: ConversationId;
    readonly fileName: string;
    readonly text: string;
  }): Promise<JsonObject | null>;
}
