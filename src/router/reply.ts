/**
 * Takes what clients gave, in order for each conversation, asks the plugins that look at replies, makes of it what WeChat
 * shows, and plans the sends.
 */
import type { TextFiles } from "../core/text_files.ts";
import { DEFAULT_CLIENT_SETTINGS } from "../core/client.ts";
import { itemsOf } from "../core/content.ts";
import type { AccountId, ReplyId } from "../core/ids.ts";
import type { Live } from "../core/live.ts";
import { createBackoff } from "../lib/backoff.ts";
import { sleep } from "../lib/clock.ts";
import { isObject, type JsonObject, tryParseJson } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { AcceptedReply, Store } from "../store/store.ts";
import { CHAT_TEXT } from "../text/chat.ts";
import { fanOut, withoutMarkdown } from "./fanout.ts";
import { LANE_BACKOFF, type LaneStation, startLanes } from "./lanes.ts";
import { isTooMany, withFiles } from "./long_text.ts";
import { withoutProgress } from "./progress.ts";
import { askHooks, type HookPorts } from "./reply_hooks.ts";

export interface ReplyPorts extends HookPorts {
  readonly store: HookPorts["store"] & Pick<Store, "acceptedReplies" | "plan">;
  readonly random: Random;
  readonly files: TextFiles;
  /** Shows that a tool is at work. */
  readonly showTyping: Live["typing"];
  /** The account has something to send. */
  onSends(account: AccountId): void;
  /** Nothing of the reply is sent: whoever waits for its end is to be told. */
  onStopped(reply: ReplyId): void;
}

export type Replies = LaneStation;

/** Replies read at once. */
const LOOK_MAX = 256;

export function startReplies(ports: ReplyPorts): Replies {
  return startLanes(ports, {
    faultEvent: "replies.look_failed",
    async look(lanes, signal) {
      for (let isMore = true; isMore && lanes.free > 0;) {
        const replies = await ports.store.acceptedReplies(LOOK_MAX, lanes.busy);
        const waiting = Map.groupBy(replies, ({ conversation }) => conversation);
        for (const [conversation, inOrder] of [...waiting].slice(0, lanes.free)) {
          lanes.begin(conversation, () => shapeAll(inOrder, ports, signal));
        }
        // All of them may have been one conversation's.
        isMore = replies.length === LOOK_MAX;
      }
    },
  });
}

/** Shapes one after the other; a step that fails is tried again, so that none is passed over. Never rejects. */
async function shapeAll(
  replies: readonly AcceptedReply[],
  ports: ReplyPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clock, random, log } = ports;
  const backoff = createBackoff({ ...LANE_BACKOFF, random });
  for (let at = 0; at < replies.length && !signal.aborted;) {
    const reply = replies[at];
    if (reply === undefined) return;
    try {
      await shape(reply, ports);
      backoff.reset();
      at += 1;
    } catch (error) {
      log.error("replies.step_failed", { reply: reply.id, error: errorText(error) });
      await sleep(clock, backoff.next(), signal);
    }
  }
}

async function shape(reply: AcceptedReply, ports: ReplyPorts): Promise<void> {
  const { store, clock, onSends, onStopped } = ports;
  const shaped = await shapedBy(reply, ports);
  await store.plan({ reply: reply.id, ...shaped, atMs: clock.now() });
  if (shaped.contents.length > 0) onSends(reply.account.id);
  else onStopped(reply.id);
}

type Shaped = Pick<Parameters<Store["plan"]>[0], "contents" | "rank" | "steps" | "pinnedForMs">;

async function shapedBy(reply: AcceptedReply, ports: ReplyPorts): Promise<Shaped> {
  const { store, lang, showTyping } = ports;
  const rank = reply.client.role === "push" ? "push" : "reply";
  const given = tryParseJson(reply.content);
  if (!isObject(given)) return { contents: [reply.content], rank, steps: [] };
  const { content: hooked, steps, pinnedForMs } = await askHooks(reply, given, ports);
  if (hooked === null) return { contents: [], rank, steps, pinnedForMs };

  const { settings = DEFAULT_CLIENT_SETTINGS } =
    (await store.clients()).find(({ id }) => id === reply.client.id) ?? {};
  const { content, isProgress, done } = withoutProgress(hooked, { ...settings, lang });
  if (done !== null) steps.push(ownStep(ports, { kind: done, reason: PROGRESS_DONE[done][lang] }));
  if (done === "typing") {
    showTyping({ client: reply.client.id, conversation: reply.conversation, on: true });
  }
  const ranked = { rank: isProgress ? "progress" : rank, steps, pinnedForMs } as const;
  if (content === null) return { contents: [], ...ranked };

  const plain = settings.markdown === "plain" ? withoutMarkdown(content) : content;
  const parts = fanOut(plain);
  const isUntouched = plain === given && parts.length === 1;
  if (isUntouched) return { contents: [reply.content], ...ranked };
  const filed = settings.overflow === "file"
    ? await filedBy(reply, { plain, written: content, sends: parts.length }, ports)
    : null;
  if (filed !== null) {
    steps.push(ownStep(ports, { kind: "file", reason: CHAT_TEXT.longAsFile[lang] }));
  }
  const contents = (filed ?? parts).map((part) => JSON.stringify(part));
  return { contents, ...ranked };
}

/** The contents to send when a file takes the place of most parts; `null` when it does not. */
async function filedBy(
  reply: AcceptedReply,
  { plain, written, sends }: {
    readonly plain: JsonObject;
    readonly written: JsonObject;
    readonly sends: number;
  },
  { store, clock, limits, files, lang }: ReplyPorts,
): Promise<readonly JsonObject[] | null> {
  if (sends <= itemsOf(plain).length) return null;
  const { ledger } = await store.readForReply(reply.id);
  if (!isTooMany(sends, ledger, { limits, nowMs: clock.now() })) return null;
  const { conversation } = reply;
  const filed = await withFiles({ plain, written, conversation }, { files, lang });
  return filed === null ? null : fanOut(filed);
}

const PROGRESS_DONE = {
  typing: CHAT_TEXT.progressTyping,
  drop: CHAT_TEXT.progressDrop,
  merge: CHAT_TEXT.progressMerge,
} as const;

/** What the hub itself did to a reply, for the trace. */
function ownStep({ version }: ReplyPorts, verdict: JsonObject): JsonObject {
  return { plugin: "ilink-hub", version, tookMs: 0, outcome: { kind: "verdict", verdict } };
}
