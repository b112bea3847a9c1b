/** What stands where a client's program could not have read what WeChat sent; seen by agents, often passed on to people. */
import type { Sentence } from "./say.ts";

export const PLACEHOLDER_TEXT = {
  item: {
    zh: "[暂不支持的消息内容]",
    en: "[message content that is not supported yet]",
  },
  message: {
    zh: "[无法读取的消息]",
    en: "[a message that could not be read]",
  },
} as const satisfies Record<string, Sentence>;

/** Both languages in one line: whoever reads it is not known. */
export function inBothLanguages(sentence: Sentence): string {
  return `${sentence.zh} ${sentence.en}`;
}
