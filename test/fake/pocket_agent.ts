/** A client in this process: calls the hub's app without a socket, survives the hub's death, keeps its cursor. */
import type { Clock } from "../../src/lib/clock.ts";
import { sleep } from "../../src/lib/clock.ts";
import { digitsOf, isObject, type JsonObject, listMember, textMember } from "../../src/lib/json.ts";
import { readInbound } from "../../src/wire/message.ts";
import { callMortalHub } from "./mortal_call.ts";
import type { MortalHub } from "./mortal_hub.ts";

export interface PocketAgent {
  /** Texts in the order received, repeats too. */
  readonly received: readonly string[];
  /** Texts that came again although their acknowledgement had been answered: there must be none. */
  readonly repeated: readonly string[];
  /** Texts of the replies that were answered with `ret:0`. */
  readonly accepted: readonly string[];
  stop(): Promise<void>;
}

const RETRY_MS = 100;

export function startPocketAgent(options: {
  readonly clock: Clock;
  readonly token: string;
  /** The hub that lives now. */
  readonly hub: () => MortalHub;
  readonly answer: (text: string) => string | null;
}): PocketAgent {
  const { clock, token, hub } = options;
  const stopping = new AbortController();
  const received: string[] = [];
  const repeated: string[] = [];
  const accepted: string[] = [];
  const acknowledged = new Set<string>();
  let cursor = "";
  let sends = 0;

  function post(path: string, body: JsonObject): Promise<JsonObject> {
    return callMortalHub(hub(), { path, token, body, stopping: stopping.signal });
  }

  async function reply(message: JsonObject, text: string): Promise<void> {
    const msg = {
      to_user_id: textMember(message, "from_user_id"),
      client_id: `send-${token}-${++sends}`,
      context_token: textMember(message, "context_token"),
      item_list: [{ type: 1, text_item: { text } }],
    };
    while (!stopping.signal.aborted) {
      try {
        const answer = await post("sendmessage", { msg });
        if (digitsOf(answer["ret"]) === "0") accepted.push(text);
        return;
      } catch {
        await sleep(clock, RETRY_MS, stopping.signal);
      }
    }
  }

  async function take(message: JsonObject): Promise<void> {
    const { read } = readInbound(JSON.stringify(message));
    const text = read.kind === "message" ? read.message.text : "";
    if (acknowledged.has(text)) repeated.push(text);
    received.push(text);
    const answer = options.answer(text);
    if (answer !== null) await reply(message, answer);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const covered = cursor === "" ? 0 : received.length;
        const answer = await post("getupdates", { get_updates_buf: cursor });
        for (const text of received.slice(0, covered)) acknowledged.add(text);
        cursor = textMember(answer, "get_updates_buf") || cursor;
        for (const message of listMember(answer, "msgs")) {
          if (isObject(message)) await take(message);
        }
      } catch {
        await sleep(clock, RETRY_MS, stopping.signal);
      }
    }
  }

  const ended = run();
  return {
    received,
    repeated,
    accepted,
    stop() {
      stopping.abort();
      return ended;
    },
  };
}
