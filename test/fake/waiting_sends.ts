/** Sends that wait, as the store tells of them. */
import { textContent } from "../../src/core/content.ts";
import { asId, type ClientId, type ReplyId, type SendId } from "../../src/core/ids.ts";
import type { WaitingSend } from "../../src/core/turn.ts";

export const NAMES = ["ann", "bob", "cid"];

/** Planned unless given otherwise, sent by ann. */
export function waiting(
  ...given: readonly (string | Partial<WaitingSend> & { by?: string; text: string })[]
) {
  return given.map((one, at): WaitingSend => {
    const { by = "ann", text, ...more } = typeof one === "string" ? { text: one } : one;
    const content = text === "IMAGE"
      ? JSON.stringify({ item_list: [{ type: 2, image_item: {} }] })
      : JSON.stringify(textContent(text));
    return {
      ...{ send: asId<SendId>(at + 1), reply: asId<ReplyId>(at + 1), content },
      ...{ client: clientOf(by), clientName: by, rank: "reply", plannedAtMs: 1_000 },
      ...{ isHeld: false, isFixed: false, isQuestion: false },
      ...more,
    };
  });
}

export function clientOf(name: string): ClientId {
  return asId<ClientId>(NAMES.indexOf(name));
}
