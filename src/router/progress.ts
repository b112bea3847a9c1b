/** Notices that a tool begins or has ended, which cost a send each and which WeChat does not show: as the client is set. */
import type { ClientSettings } from "../core/client.ts";
import {
  ITEM_TEXT,
  ITEM_TOOL_RESULT,
  ITEM_TOOL_START,
  itemsOf,
  textItem,
  textOfItem,
} from "../core/content.ts";
import { type JsonObject, listMember, objectMember, textMember } from "../lib/json.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { type Lang, say } from "../text/say.ts";

export interface WithoutProgress {
  /** `null`: nothing is left to send. The same object as given when nothing had to change. */
  readonly content: JsonObject | null;
  /** Whether the content was nothing but notices. */
  readonly isProgress: boolean;
  /** What became of notices that are not sent as they came; `null`: nothing. */
  readonly done: Exclude<ClientSettings["progress"], "forward"> | null;
}

export function withoutProgress(
  content: JsonObject,
  { progress, lang }: { readonly progress: ClientSettings["progress"]; readonly lang: Lang },
): WithoutProgress {
  const items = itemsOf(content);
  const notices = items.filter(isNotice);
  const isAll = items.length === listMember(content, "item_list").length;
  // With something else among them nothing is understood.
  if (notices.length === 0 || !isAll) return { content, isProgress: false, done: null };
  const isProgress = notices.length === items.length;
  if (progress === "forward") return { content, isProgress, done: null };
  const line = progress === "merge" ? toolLine(notices, lang) : null;
  const others = items.filter((item) => !isNotice(item));
  const left = line === null ? others : withLine(others, line);
  return {
    content: left.length === 0 ? null : { ...content, item_list: left },
    isProgress,
    done: progress,
  };
}

/** In front of the first text, where the line costs no send; else a text of its own. */
function withLine(items: readonly JsonObject[], line: string): JsonObject[] {
  const at = items.findIndex(({ type }) => type === ITEM_TEXT);
  const first = items[at];
  return first === undefined
    ? [textItem(line), ...items]
    : items.with(at, textItem(`${line}\n\n${textOfItem(first)}`, first));
}

function isNotice({ type }: JsonObject): boolean {
  return type === ITEM_TOOL_START || type === ITEM_TOOL_RESULT;
}

/** `null` where no tool begins: that one has ended says nothing new. */
function toolLine(notices: readonly JsonObject[], lang: Lang): string | null {
  const names = notices
    .map((item) => textMember(objectMember(item, "tool_call_start_item") ?? {}, "tool_name"))
    .filter((name) => name !== "");
  return names.length === 0 ? null : say(lang, CHAT_TEXT.toolsAtWork, { names: names.join(", ") });
}
