/** The iLink server for clients: every call is known by its token, read leniently, and answered with a JSON object. */
import { type Context, Hono } from "@hono/hono";
import type { Client, ClientStates, Dialect } from "../core/client.ts";
import type { ClientId, ReplyId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Live } from "../core/live.ts";
import type { BellBoard } from "../lib/bell_board.ts";
import type { PairingDesk } from "../core/pairing.ts";
import type { Clock } from "../lib/clock.ts";
import { isObject, isRawNumber, type Json, type JsonObject, tryParseJson } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import { remoteAddress } from "../lib/remote_address.ts";
import type { ClientSideSteps, ClientSteps, Store } from "../store/store.ts";
import { RET_FAILED, writeFailure } from "../wire/ret.ts";
import { findCaller } from "./auth.ts";
import type { Answer, Endpoint, Endpoints } from "./call.ts";
import type { CdnRelay } from "./cdn.ts";
import { createCursorCodec } from "./cursor.ts";
import { withLegacyQrcode, withLegacyQrcodeStatus } from "./dialects/legacy_login.ts";
import { createDialects } from "./dialects/table.ts";
import type { Exchange } from "./exchange.ts";
import { createExtensions } from "./extensions.ts";
import { createForeignIds } from "./foreign_ids.ts";
import { createGetUpdates, type QueueLook } from "./getupdates.ts";
import { createNotifyStart, createNotifyStop } from "./notify.ts";
import { createPollMemory } from "./poll_memory.ts";
import { createGetBotQrcode, createGetQrcodeStatus, type OpenEndpoint } from "./pairing.ts";
import { createOpenPolls } from "./polls.ts";
import { createPresence } from "./presence.ts";
import { createRefusals, type Refusals } from "./refusals.ts";
import { createReplyWaits } from "./reply_waits.ts";
import { createSendMessage } from "./sendmessage.ts";
import { createShape } from "./shape.ts";
import { createGetConfig, createSendTyping } from "./typing.ts";
import { createGetUploadUrl } from "./upload.ts";

export interface DownstreamPorts {
  readonly store:
    & Pick<Store, "epoch">
    & Pick<ClientSteps, "clientByToken" | "updateClient" | "recordSeen">
    & ClientSideSteps;
  /** Signs cursors, virtual context tokens and typing tickets. At least 32 bytes, the same over restarts. */
  readonly signKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly live: Live;
  /** Rung by whoever committed something for a client to fetch. */
  readonly clientBells: BellBoard<ClientId>;
  /** Rung by whoever committed a change of a reply's sends. */
  readonly replyBells: BellBoard<ReplyId>;
  /** Called after a reply has been committed. */
  readonly onAccepted: () => void;
  /** Told of each look of a client at its queue. */
  readonly onQueueLook?: (client: ClientId, look: QueueLook) => void;
  /** WeChat's CDN, without a trailing slash. */
  readonly cdnBaseUrl: string;
  /** Media go through it; absent or `null`: they do not. */
  readonly cdn?: Pick<CdnRelay, "urlFor"> | null;
  /** Where programs ask to become clients. */
  readonly pairing: PairingDesk;
  /** The hub's address as its owner says it; `null` takes that under which a client comes. */
  readonly publicUrl: string | null;
  /** How long a reply that ends with a request waits for its answer when the client does not say it. */
  readonly answerMs: number;
  /** The clients there are at the start. */
  readonly clients: readonly Pick<Client, "id" | "lastSeenAtMs">[];
  /** Other bounds than `core/limits.ts` has, for tests. */
  readonly limits?: Partial<DownstreamLimits>;
}

export type DownstreamLimits = Readonly<
  Record<
    | "holdMs"
    | "holdEmptyCursorMs"
    | "emptyAnswerAfterMs"
    | "pollsPerClient"
    | "refusalDelayMs"
    | "delayedRefusalsMax"
    | "emptyPollsBeforeSwitch"
    | "awayAfterMs"
    | "busyForMs"
    | "seenFlushMs"
    | "sendAnswerMs"
    | "sendsInFlightPerClient",
    number
  >
>;

export interface Downstream {
  /** Serves `/ilink/bot/...`; give it the exchange in the bindings, or it cannot see clients leave. */
  readonly app: Hono<DownstreamEnv>;
  readonly states: ClientStates;
  /** Its open polls end as empty answers; its next call is refused, since its token is gone. */
  clientRemoved(client: ClientId): void;
  /**
   * Ends what waits: parked polls become empty answers with their present cursor, sends are answered with the hub's ids.
   * Later polls get no messages and are held for a second only. Resolves when the last calls are written down.
   */
  drain(): Promise<void>;
}

export interface DownstreamEnv {
  Bindings: { readonly exchange?: Exchange };
}

const PREFIX = "/ilink/bot/";

const JSON_HEADERS = { "content-type": "application/json; charset=utf-8" };

const NO_SUCH_CALL = deny(404, "there is no such call");

/** Of a request that was not made over a connection. */
const NEVER_ENDS: Exchange = { onEnd() {} };

export function createDownstream(ports: DownstreamPorts): Downstream {
  const { store, signKey, clock, log, cdn = null } = ports;
  const limits: DownstreamLimits = { ...LIMITS, ...ports.limits };
  let isDraining = false;
  const refusals = createRefusals({
    clock,
    delayMs: limits.refusalDelayMs,
    waitingMax: limits.delayedRefusalsMax,
  });
  const polls = createOpenPolls({ clock, bells: ports.clientBells, ...limits });
  const waits = createReplyWaits({
    clock,
    bells: ports.replyBells,
    waitMs: limits.sendAnswerMs,
    waitsPerClient: limits.sendsInFlightPerClient,
  });
  const presence = createPresence({
    store,
    clock,
    log,
    openPolls: polls.countOf,
    known: ports.clients,
    limits,
  });
  const cursors = createCursorCodec(signKey, () => store.epoch);
  const extensions = createExtensions({ store, log });
  const foreignIds = createForeignIds(ports);
  const memory = createPollMemory(limits.emptyPollsBeforeSwitch);
  const endpoints: Endpoints = {
    getupdates: createGetUpdates({
      ...{ store, clock, log, cursors, memory, polls, presence, refusals, limits },
      shape: createShape(signKey, cdn),
      extensions,
      isDraining: () => isDraining,
      ...(ports.onQueueLook === undefined ? {} : { onQueueLook: ports.onQueueLook }),
    }),
    sendmessage: createSendMessage({ ...ports, waits, extensions }),
    getconfig: createGetConfig(ports),
    sendtyping: createSendTyping(ports),
    getuploadurl: createGetUploadUrl({ ...ports, cdn }),
    "msg/notifystart": createNotifyStart(memory),
    "msg/notifystop": createNotifyStop(presence),
  };

  const pairing = { ...ports, refusals, desk: ports.pairing };
  const openEndpoints: OpenEndpoints = [
    {
      name: "get_bot_qrcode",
      methods: ["GET", "POST"],
      serve: withLegacyQrcode(createGetBotQrcode(pairing)),
    },
    {
      name: "get_qrcode_status",
      methods: ["GET", "POST"],
      serve: withLegacyQrcodeStatus(createGetQrcodeStatus(pairing), ports),
    },
  ];

  return {
    app: createApp(createDialects(foreignIds.watch(endpoints)), openEndpoints, {
      ...ports,
      presence,
      refusals,
    }),
    states: { ...presence.states, foreignIds: foreignIds.countOf },
    clientRemoved(client) {
      polls.hasten(client);
      cursors.forget(client);
      memory.forget(client);
      extensions.forget(client);
      presence.forget(client);
      foreignIds.forget(client);
      ports.onQueueLook?.(client, { hasEnded: true, given: [] });
    },
    async drain() {
      isDraining = true;
      polls.drain();
      waits.drain();
      await presence.stop();
    },
  };
}

/** Calls that need no token. */
type OpenEndpoints = readonly {
  readonly name: string;
  readonly methods: readonly ("GET" | "POST")[];
  readonly serve: OpenEndpoint;
}[];

type Doors = Pick<DownstreamPorts, "store" | "clock" | "log"> & {
  readonly presence: { noteCall(client: ClientId): void };
  readonly refusals: Refusals;
};

function createApp(
  dialects: Readonly<Record<Dialect, Endpoints>>,
  openEndpoints: OpenEndpoints,
  doors: Doors,
): Hono<DownstreamEnv> {
  const app = new Hono<DownstreamEnv>({ getPath: (request) => readPath(request.url) });
  for (const { name, methods, serve } of openEndpoints) {
    app.on([...methods], PREFIX + name, async (c) =>
      respond(
        await serve({
          request: c.req.raw,
          address: remoteAddress(c.env),
          exchange: c.env?.exchange ?? NEVER_ENDS,
        }),
      ));
    app.all(
      PREFIX + name,
      () => respond(deny(405, `use ${methods.join(" or ")} for ${PREFIX}${name}`)),
    );
  }
  for (const name of new Set(Object.values(dialects).flatMap(Object.keys))) {
    const endpointFor = ({ settings }: Client) => dialects[settings.dialect][name] ?? null;
    app.post(PREFIX + name, (c) => serve(c, endpointFor, doors).then(respond));
    app.all(PREFIX + name, () => respond(deny(405, `use POST for ${PREFIX}${name}`)));
  }
  app.notFound(() => respond(NO_SUCH_CALL));
  app.onError((error) => {
    doors.log.error("client_call_failed", { error: errorText(error) });
    return respond(deny(500, "the hub failed at this call; its log says more"));
  });
  return app;
}

/** As clients mean it: some double the slash after the host, some end with one. */
function readPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const [path = ""] = url.slice(start).split(/[?#]/, 1);
  return path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1").toLowerCase();
}

async function serve(
  c: Context<DownstreamEnv>,
  endpointFor: (client: Client) => Endpoint | null,
  { store, clock, log, presence, refusals }: Doors,
): Promise<Answer> {
  const exchange = c.env?.exchange ?? NEVER_ENDS;
  let client: Client | null;
  try {
    client = await findCaller({ store, clock }, c.req.header("authorization"));
  } catch (error) {
    log.error("client_not_looked_up", { error: errorText(error) });
    const text = "the hub cannot look up the token now, try again";
    return await refusals.refuse(exchange, { status: 503, text });
  }
  if (client === null) {
    return await refusals.refuse(exchange, { status: 401, text: "unknown token" });
  }
  presence.noteCall(client.id);
  const endpoint = endpointFor(client);
  if (endpoint === null) return NO_SUCH_CALL;
  const body = readObject(await c.req.text().catch(() => "cut off: nobody reads the answer"));
  if (body === null) {
    const text =
      `the body cannot be read, want a JSON object nested at most ${LIMITS.bodyNestingMax} deep`;
    return await refusals.refuse(exchange, { status: 400, text });
  }
  return await endpoint({ client, body, exchange });
}

/** Nothing at all counts as an object without members. */
function readObject(text: string): JsonObject | null {
  const body = text.trim() === "" ? {} : tryParseJson(text);
  return isObject(body) && nestsWithin(body, LIMITS.bodyNestingMax) ? body : null;
}

function nestsWithin(value: Json, levels: number): boolean {
  if (typeof value !== "object" || value === null || isRawNumber(value)) return true;
  return levels > 0 && Object.values(value).every((member) => nestsWithin(member, levels - 1));
}

function deny(status: Answer["status"], text: string): Answer {
  return { status, text: JSON.stringify(writeFailure(RET_FAILED, text)) };
}

function respond({ status, text }: Answer): Response {
  return new Response(text, { status, headers: JSON_HEADERS });
}
