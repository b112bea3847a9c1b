/** A text longer than the person's budget: its first part as text, all of it as one file. */
import type { TextFiles } from "../core/text_files.ts";
import { itemsOf, textItem, textOfItem } from "../core/content.ts";
import type { ConversationId } from "../core/ids.ts";
import type { Ledger, LedgerLimits } from "../core/ledger.ts";
import { LIMITS } from "../core/limits.ts";
import { splitText } from "../core/split.ts";
import { answersPerMessage, type TurnLimits } from "../core/turn.ts";
import type { JsonObject } from "../lib/json.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import type { Lang } from "../text/say.ts";
import { fanOut } from "./fanout.ts";

const FILE_NAME = "answer.md";
/** With the file, the first part costs as many sends. */
const SENDS_WITH_FILE = 2;

/** Whether so many sends are too many for what the person's message leaves. */
export function isTooMany(
  sends: number,
  ledger: Ledger,
  { limits, nowMs }: { readonly limits: LedgerLimits & TurnLimits; readonly nowMs: number },
): boolean {
  const { lastInboundAtMs, sendsSinceInbound } = ledger;
  const isOver = lastInboundAtMs !== null && nowMs - lastInboundAtMs >= limits.windowMs;
  const used = isOver ? 0 : sendsSinceInbound; // what waits for the next message has all that this one brings
  return sends > answersPerMessage(limits) - used;
}

/** Whether a file would cost less than the sends that the item is. */
function gains(item: JsonObject): boolean {
  return fanOut({ item_list: [item] }).length > SENDS_WITH_FILE;
}

/**
 * `plain` with each text that costs more sends than a file cut, and followed by the file with that text as it stands in
 * `written`, item for item. `null` when there is none, and when a file could not be uploaded.
 */
export async function withFiles(
  { plain, written, conversation }: {
    readonly plain: JsonObject;
    readonly written: JsonObject;
    readonly conversation: ConversationId;
  },
  { files, lang }: { readonly files: TextFiles; readonly lang: Lang },
): Promise<JsonObject | null> {
  const originals = itemsOf(written);
  if (!itemsOf(plain).some(gains)) return null;
  const items: JsonObject[] = [];
  for (const [at, item] of itemsOf(plain).entries()) {
    if (!gains(item)) {
      items.push(item);
      continue;
    }
    const text = textOfItem(originals[at] ?? item);
    const file = await files.upload({ conversation, fileName: FILE_NAME, text });
    if (file === null) return null;
    items.push(textItem(beginning(textOfItem(item), CHAT_TEXT.restInFile[lang]), item), file);
  }
  return { ...plain, item_list: items };
}

function beginning(text: string, note: string): string {
  const [first = ""] = splitText(text, LIMITS.sendTextMax - note.length - 2);
  return `${first}\n\n${note}`;
}
