/** Calls the simulator's endpoints as a bot does. */
import { isObject, type JsonObject, listMember, parseJson } from "../../../src/lib/json.ts";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../../src/simulator/simulator.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

export const TOKEN = "abc@im.bot:06ff";
export const OWNER = "o9cq80owner@im.wechat";

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** Empty when the body is no JSON object. */
  readonly body: JsonObject;
  readonly headers: Headers;
}

export interface Setup {
  readonly clock: FakeClock;
  readonly simulator: Simulator;
  /** POSTs to an endpoint under the bot's token. */
  readonly post: (endpoint: string, body: JsonObject, token?: string) => Promise<Reply>;
  readonly get: (pathAndQuery: string) => Promise<Reply>;
}

/** A simulator without sockets under a fake clock, with one bot: `TOKEN` of `OWNER`. */
export async function setUp(
  options: Omit<SimulatorOptions, "clock" | "random"> = {},
): Promise<Setup> {
  const clock = createFakeClock();
  const simulator = await startSimulator({
    clock,
    random: createFakeRandom(),
    port: null,
    bots: [{ token: TOKEN, owner: OWNER }],
    ...options,
  });
  return {
    clock,
    simulator,
    post: async (endpoint, body, token = TOKEN) =>
      await readReply(
        await simulator.fetch(`${simulator.baseUrl}/ilink/bot/${endpoint}`, {
          method: "POST",
          headers: { AuthorizationType: "ilink_bot_token", Authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        }),
      ),
    get: async (path) => await readReply(await simulator.fetch(`${simulator.baseUrl}${path}`)),
  };
}

export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  let body: JsonObject = {};
  try {
    const parsed = parseJson(text);
    if (isObject(parsed)) body = parsed;
  } catch {
    // Some answers are not JSON on purpose; the test looks at `text` then.
  }
  return { status: response.status, text, body, headers: response.headers };
}

/** The first message of a `getupdates` answer. */
export function firstMessage(reply: Reply): JsonObject {
  const [message] = listMember(reply.body, "msgs");
  if (!isObject(message)) throw new Error(`Expected a message in ${reply.text}`);
  return message;
}

/** The first item of the first message. */
export function firstItem(reply: Reply): JsonObject {
  const [item] = listMember(firstMessage(reply), "item_list");
  if (!isObject(item)) throw new Error(`Expected an item in ${reply.text}`);
  return item;
}
