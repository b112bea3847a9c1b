/**
 * An iLink client of its own: polls with a cursor, answers each message, keeps the cursor over the hub's restarts. Speaks
 * node:http with connections of its own, so that it costs a load test little.
 */
import http from "node:http";
import { digitsOf, isObject, type JsonObject, listMember, parseJson } from "../../src/lib/json.ts";
import { textMember } from "../../src/lib/json.ts";
import { readInbound } from "../../src/wire/message.ts";

export interface Received {
  readonly wireId: string;
  readonly from: string;
  readonly text: string;
  readonly message: JsonObject;
}

export interface PlainAgent {
  readonly received: readonly Received[];
  /** Ids that came again although the hub had answered a poll that acknowledged them: there must be none. */
  readonly repeated: readonly string[];
  /** Every reply the hub answered with `ret:0`, by its `client_id`. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Resolves when the poll in flight has ended. */
  stop(): Promise<void>;
}

export interface PlainAgentOptions {
  readonly url: string;
  readonly token: string;
  /** Goes into each `client_id`. */
  readonly name: string;
  /** The text to answer with; `null` answers nothing. */
  readonly answer: (received: Received) => string | null;
  readonly onReceived?: (received: Received) => void;
  /** Pause after a failed call, milliseconds. */
  readonly retryMs?: number;
}

export function startPlainAgent(options: PlainAgentOptions): PlainAgent {
  const connections = new http.Agent({ keepAlive: true });
  const received: Received[] = [];
  const accepted = new Map<string, string>();
  const repeated: string[] = [];
  const acknowledged = new Set<string>();
  let isStopping = false;
  let abortPoll: (() => void) | null = null;
  let cursor = "";
  let sends = 0;

  function post(path: string, body: string): Promise<JsonObject> {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    const request = http.request(`${options.url}/ilink/bot/${path}`, {
      method: "POST",
      agent: connections,
      timeout: 40_000,
      headers: {
        "content-type": "application/json",
        authorizationtype: "ilink_bot_token",
        authorization: `Bearer ${options.token}`,
        "content-length": new TextEncoder().encode(body).length,
      },
    }, (response) => {
      const chunks: string[] = [];
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        try {
          const answer = parseJson(chunks.join(""));
          if (response.statusCode === 200 && isObject(answer)) resolve(answer);
          else reject(new Error(`HTTP ${response.statusCode}`));
        } catch (error) {
          reject(error);
        }
      });
    });
    request.on("timeout", () => request.destroy(new Error("timed out")));
    request.on("error", reject);
    request.end(body);
    if (path === "getupdates") abortPoll = () => request.destroy(new Error("stopped"));
    return promise;
  }

  async function pause(): Promise<void> {
    if (!isStopping) await new Promise((resolve) => setTimeout(resolve, options.retryMs ?? 50));
  }

  /** Repeats the call with the same `client_id` until the hub has taken it, as clients with retries do. */
  async function reply(to: Received, text: string): Promise<void> {
    const sendId = `${options.name}-${++sends}`;
    const body = JSON.stringify({
      msg: {
        to_user_id: to.from,
        client_id: sendId,
        message_type: 2,
        message_state: 2,
        context_token: textMember(to.message, "context_token"),
        item_list: [{ type: 1, text_item: { text } }],
      },
    });
    while (!isStopping) {
      try {
        const answer = await post("sendmessage", body);
        if (digitsOf(answer["ret"]) === "0") accepted.set(sendId, text);
        return;
      } catch {
        await pause(); // the hub is away; it comes back or the test ends
      }
    }
  }

  async function take(message: JsonObject): Promise<void> {
    const { read } = readInbound(JSON.stringify(message));
    if (read.kind !== "message") throw new Error(`Unreadable: ${read.reason}`);
    const one: Received = {
      wireId: read.message.wireId ?? "",
      from: read.message.from,
      text: read.message.text,
      message,
    };
    if (acknowledged.has(one.wireId)) repeated.push(one.wireId);
    received.push(one);
    options.onReceived?.(one);
    const text = options.answer(one);
    if (text !== null) await reply(one, text);
  }

  async function run(): Promise<void> {
    while (!isStopping) {
      try {
        const covered = cursor === "" ? 0 : received.length;
        const answer = await post("getupdates", JSON.stringify({ get_updates_buf: cursor }));
        if (digitsOf(answer["ret"]) !== "0") throw new Error("refused");
        for (const one of received.slice(0, covered)) acknowledged.add(one.wireId);
        const next = textMember(answer, "get_updates_buf");
        for (const message of listMember(answer, "msgs")) {
          if (isObject(message)) await take(message);
        }
        if (next !== "") cursor = next;
      } catch {
        await pause();
      }
    }
  }

  const ended = run();
  return {
    received,
    repeated,
    accepted,
    async stop() {
      isStopping = true;
      abortPoll?.();
      await ended;
      connections.destroy();
    },
  };
}
