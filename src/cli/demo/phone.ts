/** The phone of the demo's person: one simulated conversation with the bot. */
import { isObject, type Json, textMember } from "../../lib/json.ts";
import type { Say } from "../../simulator/say.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { Entry } from "../../simulator/world.ts";
import type { Bubble, Scene, Words } from "./scene.ts";

/** The simulator must have exactly one bot; its owner is the person. */
export function createPhone(simulator: Simulator): Pick<Scene, "phone" | "watch" | "say"> {
  return {
    phone() {
      const { entries, isTyping } = simulator.chat();
      return { bubbles: entries.filter(isOnScreen).map(readBubble), isTyping };
    },
    watch: (action) =>
      simulator.watch((event) => {
        if (event.kind === "message" || event.kind === "typing") action();
      }),
    say: (words) => void simulator.say({ what: writeSay(words) }),
  };
}

/** What WeChat took and never showed stays off the screen: that is what losing it looks like. */
function isOnScreen(entry: Entry): boolean {
  return entry.by === "person" || entry.outcome === "shown";
}

const KINDS: readonly Bubble["kind"][] = ["other", "text", "image", "voice", "file", "video"];

function readBubble(entry: Entry): Bubble {
  const first: Json = entry.items[0] ?? null;
  const item = isObject(first) ? first : {};
  const quote = item["ref_msg"];
  return {
    id: entry.wireId,
    by: entry.by,
    atMs: entry.atMs,
    kind: KINDS[Number(item["type"])] ?? "other",
    text: entry.text,
    quotes: isObject(quote) ? textMember(quote, "svr_id") || null : null,
  };
}

function writeSay(words: Words): Say {
  // Newer WeChat apps send a quoted message's id alone.
  const quote = words.quotes === null
    ? {}
    : { quote: { wireId: words.quotes, style: "id" as const } };
  switch (words.kind) {
    case "text":
      return { parts: [{ kind: "text", text: words.text }], ...quote };
    case "image":
      return { parts: [{ kind: "image" }], ...quote };
    case "voice":
      return { parts: [{ kind: "voice", transcript: words.text }], ...quote };
    case "file":
      return { parts: [{ kind: "file", name: words.text }], ...quote };
  }
}
