/** One request of a client and its answer, as the endpoints see them: no HTTP library in between. */
import type { Client } from "../core/client.ts";
import type { JsonObject } from "../lib/json.ts";
import { writeFailure } from "../wire/ret.ts";
import type { Exchange } from "./exchange.ts";

export interface Call {
  readonly client: Client;
  readonly body: JsonObject;
  readonly exchange: Exchange;
}

export interface Answer {
  readonly status: 200 | 400 | 401 | 404 | 405 | 500 | 503;
  /** A JSON object. */
  readonly text: string;
}

export type Endpoint = (call: Call) => Promise<Answer>;

/** By the path below `/ilink/bot/`. */
export type Endpoints = Readonly<Record<string, Endpoint>>;

/** A success; exactly 200, because some clients take no other number. */
export function succeed(body: JsonObject): Answer {
  return { status: 200, text: JSON.stringify(body) };
}

/** A failure in WeChat's way: HTTP 200 and the code in both fields. */
export function fail(code: number, text: string): Answer {
  return { status: 200, text: JSON.stringify(writeFailure(code, text)) };
}
