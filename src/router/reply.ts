/**
 * Takes what clients gave, in order for each conversation, asks the plugins that look at replies, and plans the sends.
 */
import type { AccountId } from "../core/ids.ts";
import { createBackoff } from "../lib/backoff.ts";
import { sleep } from "../lib/clock.ts";
import { isObject, tryParseJson } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import type { Random } from "../lib/random.ts";
import type { AcceptedReply, Store } from "../store/store.ts";
import { fanOut } from "./fanout.ts";
import { LANE_BACKOFF, type LaneStation, startLanes } from "./lanes.ts";
import { askHooks, type HookPorts } from "./reply_hooks.ts";

export interface ReplyPorts extends HookPorts {
  readonly store: HookPorts["store"] & Pick<Store, "acceptedReplies" | "plan">;
  readonly random: Random;
  /** The account has something to send. */
  onSends(account: AccountId): void;
}

export type Replies = LaneStation;

/** Replies read at once. */
const LOOK_MAX = 256;

export function startReplies(ports: ReplyPorts): Replies {
  return startLanes(ports, {
    faultEvent: "replies.look_failed",
    async look(lanes, signal) {
      const { busy } = lanes;
      const replies = await ports.store.acceptedReplies(LOOK_MAX, busy);
      const waiting = Map.groupBy(
        replies.filter(({ conversation }) => !busy.has(conversation)),
        ({ conversation }) => conversation,
      );
      for (const [conversation, inOrder] of [...waiting].slice(0, lanes.free)) {
        lanes.begin(conversation, () => shapeAll(inOrder, ports, signal));
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
  const { store, clock, onSends } = ports;
  const shaped = await shapedBy(reply, ports);
  const rank = reply.client.role === "push" ? "push" : "reply";
  await store.plan({ reply: reply.id, rank, ...shaped, atMs: clock.now() });
  if (shaped.contents.length > 0) onSends(reply.account.id);
}

type Shaped = Pick<Parameters<Store["plan"]>[0], "contents" | "steps" | "pinnedForMs">;

async function shapedBy(reply: AcceptedReply, ports: ReplyPorts): Promise<Shaped> {
  const given = tryParseJson(reply.content);
  if (!isObject(given)) return { contents: [reply.content], steps: [] };
  const { content, ...rest } = await askHooks(reply, given, ports);
  if (content === null) return { contents: [], ...rest };
  const parts = fanOut(content);
  const isUntouched = content === given && parts.length === 1;
  const contents = isUntouched ? [reply.content] : parts.map((part) => JSON.stringify(part));
  return { contents, ...rest };
}
