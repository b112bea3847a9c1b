/** Calls that pass from a client straight to WeChat: typing bubbles, and places for uploads. */
import { LIMITS } from "../core/limits.ts";
import type { Live } from "../core/live.ts";
import { withLimit } from "../lib/abort.ts";
import type { UpstreamApi } from "./api.ts";
import { Typing, type TypingPorts } from "./typing.ts";

export interface LivePorts extends TypingPorts {
  readonly api: Pick<UpstreamApi, "getConfig" | "sendTyping" | "getUploadUrl">;
}

export interface UpstreamLive extends Live {
  /** The client has a message of the conversation to work on, or no longer. Best effort, as `typing`. */
  turn: Typing["turn"];
  /** Cancels the bubbles that show, and aborts the rest of what is in flight. */
  stop(): Promise<void>;
}

export function createLive(ports: LivePorts): UpstreamLive {
  return new LiveCalls(ports);
}

class LiveCalls implements UpstreamLive {
  readonly #ports: LivePorts;
  readonly #typing: Typing;
  readonly #aborting = new AbortController();

  constructor(ports: LivePorts) {
    this.#ports = ports;
    this.#typing = new Typing(ports);
  }

  typing(call: Parameters<Live["typing"]>[0]): void {
    this.#typing.say(call);
  }

  turn(call: Parameters<Typing["turn"]>[0]): void {
    this.#typing.turn(call);
  }

  async uploadUrl(call: Parameters<Live["uploadUrl"]>[0]): ReturnType<Live["uploadUrl"]> {
    const { store, api, clock } = this.#ports;
    const credentials = await store.credentials(call.account);
    if (credentials?.state !== "active") return { kind: "failed", text: "logged out of WeChat" };
    const { request } = call;
    const answer = await withLimit(
      (signal) => api.getUploadUrl(credentials, { request, signal }),
      { clock, limitMs: LIMITS.uploadUrlMs, signal: this.#aborting.signal },
    );
    switch (answer.kind) {
      case "ok":
        return { kind: "ok", body: answer.body };
      case "stale_token":
        return { kind: "failed", text: "logged out of WeChat" };
      case "refused":
        return { kind: "failed", text: `WeChat refused: ret ${answer.code} ${answer.text}`.trim() };
      case "http":
        return { kind: "failed", text: `WeChat answered HTTP ${answer.status}` };
      case "unreadable":
        return { kind: "failed", text: "WeChat's answer is not readable" };
      case "unreached":
      case "unanswered":
        return { kind: "failed", text: `no answer from WeChat: ${answer.text}` };
    }
  }

  async stop(): Promise<void> {
    this.#aborting.abort();
    await this.#typing.stop();
  }
}
