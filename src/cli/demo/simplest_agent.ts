/**
 * The simplest agent: plain iLink and nothing else. It asks for messages, shows "typing" while it works, and answers. It
 * knows nothing of the hub beyond an address and a token.
 *
 *     WEIXIN_BASE_URL=http://127.0.0.1:8765 WEIXIN_TOKEN=vhub_... \
 *       deno run --allow-net --allow-env src/cli/demo/simplest_agent.ts
 */
import { createBackoff } from "../../lib/backoff.ts";
import { type Clock, sleep, systemClock } from "../../lib/clock.ts";
import { systemRandom } from "../../lib/random.ts";

export interface Agent {
  /** Where iLink is spoken, no trailing slash. */
  readonly baseUrl: string;
  readonly token: string;
  /** What to answer. A message whose answer throws is worked on again. */
  readonly answer: (message: Message) => string | Promise<string>;
  /** Ends the agent; what it was working on comes again at its next start. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** Runs until `signal` aborts; never rejects. */
export async function runAgent(agent: Agent): Promise<void> {
  const backoff = createBackoff({ firstMs: 500, maxMs: 30_000, random: systemRandom });
  let cursor = "";
  while (!agent.signal.aborted) {
    try {
      const updates = await call(agent, "getupdates", { get_updates_buf: cursor });
      for (const message of updates.msgs ?? []) await handle(agent, message);
      // The cursor says "received up to here", so it moves only when everything is answered.
      cursor = updates.get_updates_buf || cursor;
      backoff.reset();
    } catch {
      await sleep(agent.clock, backoff.next(), agent.signal);
    }
  }
  // A goodbye shows the agent as away at once; without it that takes some minutes.
  const { signal } = new AbortController();
  await call({ ...agent, signal }, "msg/notifystop", {}).catch(ignore);
}

async function handle(agent: Agent, message: Message): Promise<void> {
  const person = { ilink_user_id: message.from_user_id, context_token: message.context_token };
  const typing = async (status: 1 | 2) => {
    const { typing_ticket } = await call(agent, "getconfig", person);
    await call(agent, "sendtyping", { ...person, typing_ticket, status });
  };
  await typing(1).catch(ignore);
  const text = await agent.answer(message);
  const msg = {
    to_user_id: message.from_user_id,
    // The same id for the same answer: when it is given twice it is sent once.
    client_id: `answer-to-${message.client_id}`,
    message_type: 2,
    message_state: 2,
    context_token: message.context_token,
    item_list: [{ type: 1, text_item: { text } }],
  };
  await call(agent, "sendmessage", { msg });
  await typing(2).catch(ignore);
}

/** One request. Rejects unless the answer is a yes. */
async function call(agent: Agent, endpoint: string, body: object): Promise<Answer> {
  const limit = new AbortController();
  const cancelLimit = agent.clock.after(CALL_LIMIT_MS, () => limit.abort());
  try {
    const response = await fetch(`${agent.baseUrl}/ilink/bot/${endpoint}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        AuthorizationType: "ilink_bot_token",
        Authorization: `Bearer ${agent.token}`,
        "X-WECHAT-UIN": btoa(String(agent.clock.now() % 2 ** 32)),
      },
      body: JSON.stringify({ ...body, base_info: { channel_version: "1.0.0" } }),
      signal: AbortSignal.any([agent.signal, limit.signal]),
    });
    const text = await response.text();
    const answer: Answer = text === "" ? {} : JSON.parse(text);
    if (!response.ok || answer.ret || answer.errcode) {
      throw new Error(`${endpoint} was answered with ${response.status} ${text.slice(0, 200)}`);
    }
    return answer;
  } finally {
    cancelLimit();
  }
}

/** A poll is answered within 35 s, everything else much sooner. */
const CALL_LIMIT_MS = 40_000;

/** Typing and goodbyes are courtesies: all goes on without them. */
function ignore(): void {}

/** The members of an answer that an agent needs; `ret` and `errcode` are absent or 0 when all is well. */
interface Answer {
  readonly ret?: number;
  readonly errcode?: number;
  readonly msgs?: readonly Message[];
  readonly get_updates_buf?: string;
  readonly typing_ticket?: string;
}

/** The members of a message that an agent needs. */
export interface Message {
  readonly from_user_id: string;
  readonly client_id: string;
  /** WeChat's permission to answer; it goes back with the answer. */
  readonly context_token: string;
  readonly item_list: readonly Item[];
}

export interface Item {
  /** 1 text, 2 picture, 3 voice, 4 file, 5 video. */
  readonly type: number;
  readonly text_item?: { readonly text: string };
  readonly voice_item?: { readonly text?: string };
  readonly file_item?: { readonly file_name: string };
}

/** What was written, or what WeChat understood of a voice message; "" for anything else. */
export function textOf(message: Message): string {
  return message.item_list.map((item) => item.text_item?.text ?? item.voice_item?.text ?? "")
    .filter((text) => text !== "").join("\n");
}

if (import.meta.main) {
  const baseUrl = Deno.env.get("WEIXIN_BASE_URL");
  const token = Deno.env.get("WEIXIN_TOKEN");
  if (!baseUrl || !token) throw new Error("Set WEIXIN_BASE_URL and WEIXIN_TOKEN, see above");
  const answer = (message: Message) => `You said: ${textOf(message)}`;
  await runAgent({
    baseUrl,
    token,
    answer,
    signal: new AbortController().signal,
    clock: systemClock,
  });
}
