/** WeChat's side under a fake clock: the upstream port over the simulator, without sockets. */
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Cdn, CdnAnswer, CdnTransfer } from "../../src/core/cdn.ts";
import type { Clock } from "../../src/lib/clock.ts";
import { errorText } from "../../src/lib/log.ts";
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from "../../src/simulator/simulator.ts";
import type { Bot, UpstreamApi } from "../../src/upstream/api.ts";
import { createHttpApi } from "../../src/upstream/http_api.ts";
import type { HttpClient, HttpRequest } from "../../src/upstream/http_client.ts";
import { createFakeRandom } from "./fake_random.ts";

export interface FakeUpstream {
  readonly simulator: Simulator;
  readonly api: UpstreamApi;
  /** WeChat's CDN, as reachable as the rest. */
  readonly cdn: Cdn;
  /** The bot of `owner`, with its present token. */
  bot(owner?: string): Bot;
  /** While false no call reaches WeChat. */
  isReachable: boolean;
  /** How many calls are open now, and how many were at most. */
  readonly open: { now: number; most: number };
}

export const OWNER = "o9owner@im.wechat";

/** Starts with one bot, `OWNER`'s, unless `bots` says otherwise. */
export async function createFakeUpstream(
  options: { readonly clock: Clock } & Partial<SimulatorOptions>,
): Promise<FakeUpstream> {
  const random = createFakeRandom(7);
  const bots = options.bots ?? [{ owner: OWNER }];
  const simulator = await startSimulator({ port: null, random, ...options, bots });
  const open = { now: 0, most: 0 };

  async function call(request: HttpRequest): ReturnType<HttpClient["call"]> {
    if (!fake.isReachable) return { kind: "unreached", text: "connection refused" };
    if (request.signal.aborted) return { kind: "unreached", text: "aborted" };
    open.now += 1;
    open.most = Math.max(open.most, open.now);
    const calling = new AbortController();
    const abort = () => calling.abort(new Error("aborted"));
    request.signal.addEventListener("abort", abort);
    const cancelLimit = options.clock.after(
      request.limitMs,
      () => calling.abort(new Error(`no answer within ${request.limitMs} ms`)),
    );
    try {
      const { method, headers, body } = request;
      const response = await simulator.fetch(request.url, {
        method,
        headers,
        signal: calling.signal,
        ...(body === "" ? {} : { body }),
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      return { kind: "answer", status: response.status, bytes };
    } catch (error) {
      return { kind: "unanswered", text: errorText(error) };
    } finally {
      open.now -= 1;
      cancelLimit();
      request.signal.removeEventListener("abort", abort);
    }
  }

  async function transfer(asked: CdnTransfer): Promise<CdnAnswer> {
    if (!fake.isReachable) return { kind: "failed", text: "connection refused" };
    const { method, url, headers, body, signal } = asked;
    try {
      const sent = body === null ? {} : { body: new Uint8Array(await buffer(body)) };
      const response = await simulator.fetch(url, { method, headers, signal, ...sent });
      const { status } = response;
      const answer = Readable.from([new Uint8Array(await response.arrayBuffer())]);
      return {
        kind: "answer",
        status,
        headers: Object.fromEntries(response.headers),
        body: answer,
      };
    } catch (error) {
      return { kind: "failed", text: errorText(error) };
    }
  }

  const fake: FakeUpstream = {
    simulator,
    cdn: { transfer },
    api: createHttpApi({ http: { call }, random, version: "0.0.0" }),
    bot(owner = OWNER) {
      const found = simulator.bots().find((bot) => bot.owner === owner);
      if (found === undefined) throw new RangeError(`No bot of ${owner}`);
      return { baseUrl: simulator.baseUrl, token: found.token };
    },
    isReachable: true,
    open,
  };
  return fake;
}
