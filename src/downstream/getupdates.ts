/** The long poll. The cursor a client presents is the only thing that takes a delivery away. */
import type { Client } from "../core/client.ts";
import type { ClientId, ConversationId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import type {
  ClientSideSteps,
  ClientSteps,
  HandedOut,
  HandedOutDelivery,
  HandOutCall,
} from "../store/store.ts";
import { readUpdatesRequest, writeUpdatesAnswer } from "../wire/updates.ts";
import type { Answer, Call, Endpoint } from "./call.ts";
import type { Cursor, CursorCodec } from "./cursor.ts";
import type { Extensions } from "./extensions.ts";
import type { PollMemory } from "./poll_memory.ts";
import type { OpenPoll, OpenPolls } from "./polls.ts";
import type { Presence } from "./presence.ts";
import type { Refusals } from "./refusals.ts";
import type { Shape } from "./shape.ts";

export interface GetUpdatesPorts {
  readonly store: Pick<ClientSideSteps & ClientSteps, "handOut" | "updateClient">;
  readonly clock: Clock;
  readonly log: Log;
  readonly cursors: CursorCodec;
  readonly memory: PollMemory;
  readonly polls: OpenPolls;
  readonly presence: Presence;
  readonly refusals: Refusals;
  readonly shape: Shape;
  readonly extensions: Pick<Extensions, "ofDelivery">;
  /** Told of each look at the queue. */
  readonly onQueueLook?: (client: ClientId, look: QueueLook) => void;
  /** Whether nothing is handed out any more. */
  readonly isDraining: () => boolean;
  readonly limits: { readonly holdMs: number; readonly holdEmptyCursorMs: number };
}

/** What a client's look at its queue came to. */
export interface QueueLook {
  /** Whether something that it had taken has ended: it was acknowledged, or parked. */
  readonly hasEnded: boolean;
  /** The conversations of what it was given, one for each message; none: the queue is empty. `null`: nothing was asked for. */
  readonly given: readonly ConversationId[] | null;
}

export function createGetUpdates(ports: GetUpdatesPorts): Endpoint {
  const { log, polls, presence, refusals, limits } = ports;

  return async (call) => {
    const { client, body, exchange } = call;
    const cursor = ports.cursors.read(client.id, readUpdatesRequest(body).cursor);
    presence.notePoll(client.id);
    const poll = polls.open({
      client: client.id,
      holdMs: cursor.kind === "empty" ? limits.holdEmptyCursorMs : limits.holdMs,
      exchange,
    });
    if (poll === null) {
      const text = "too many polls are open with this token, want one at a time";
      return await refusals.refuse(exchange, { status: 503, text });
    }
    try {
      return await holdPoll(ports, { call, cursor, poll });
    } catch (error) {
      log.error("poll_failed", { client: client.id, error: errorText(error) });
      const text = "the hub cannot read its queue now, try again";
      return await refusals.refuse(exchange, { status: 503, text });
    } finally {
      poll.end();
    }
  };
}

async function holdPoll(
  ports: GetUpdatesPorts,
  { call, cursor, poll }: { readonly call: Call; readonly cursor: Cursor; readonly poll: OpenPoll },
): Promise<Answer> {
  const client = await settleAcknowledging(ports, { client: call.client, cursor });
  // A client that has gone may still acknowledge, but takes nothing out.
  const batch = () => poll.isClosed() || ports.isDraining() ? 0 : client.settings.batch;
  const acknowledged = acknowledgedBy(client, cursor);
  let handed = await handOut(ports, client, { acknowledged, batch: batch() });
  while (handed.deliveries.length === 0 && await poll.next() === "rung") {
    handed = await handOut(ports, client, { acknowledged: { kind: "none" }, batch: batch() });
  }
  if (handed.deliveries.length > 0) noteWhenWritten(ports, { call, handed });
  return {
    status: 200,
    text: writeUpdatesAnswer({
      messages: await dress(ports, client, handed.deliveries),
      cursor: ports.cursors.write(client.id, handed.seq),
      longPollMs: LIMITS.advertisedPollMs,
    }),
  };
}

function dress(
  { shape, extensions }: GetUpdatesPorts,
  client: Client,
  deliveries: readonly HandedOutDelivery[],
): Promise<string[]> {
  return Promise.all(deliveries.map(async (delivery) => {
    const extension = client.settings.extensions === "on"
      ? await extensions.ofDelivery(client.id, delivery)
      : {};
    return shape(client.id, delivery, extension);
  }));
}

/** Takes a client that never gives a cursor back by its polls, from this poll on. */
async function settleAcknowledging(
  ports: GetUpdatesPorts,
  { client, cursor }: { readonly client: Client; readonly cursor: Cursor },
): Promise<Client> {
  const looks = ports.memory.noteCursor(client.id, cursor);
  if (looks === "fine" || client.settings.acknowledgeBy === "next_poll") return client;
  const { seq } = await handOut(ports, client, { acknowledged: { kind: "none" }, batch: 0 });
  // Whoever acknowledged anything before the hub started does give cursors back, and is only crashing.
  if (seq > 0) return client;
  ports.log.warn("client_acknowledges_by_next_poll", { client: client.id, name: client.name });
  return await ports.store.updateClient(client.id, { settings: { acknowledgeBy: "next_poll" } });
}

function acknowledgedBy(client: Client, cursor: Cursor): HandOutCall["acknowledged"] {
  if (cursor.kind === "through") return cursor;
  return { kind: client.settings.acknowledgeBy === "next_poll" ? "written" : "none" };
}

async function handOut(
  { store, memory, clock, log, onQueueLook }: GetUpdatesPorts,
  client: Client,
  call: Pick<HandOutCall, "acknowledged" | "batch">,
): Promise<HandedOut> {
  const news = memory.take(client.id);
  const batch = Math.min(call.batch, LIMITS.batchMax);
  try {
    const handed = await store.handOut({
      ...news,
      client: client.id,
      acknowledged: call.acknowledged,
      batch,
      atMs: clock.now(),
    });
    if (handed.parked > 0) {
      log.warn("deliveries_parked", { client: client.id, parked: handed.parked });
    }
    onQueueLook?.(client.id, {
      hasEnded: handed.acknowledged + handed.parked > 0,
      given: batch === 0 ? null : handed.deliveries.map(({ conversation }) => conversation),
    });
    return handed;
  } catch (error) {
    memory.restore(client.id, news);
    throw error;
  }
}

function noteWhenWritten(
  { memory, presence }: GetUpdatesPorts,
  { call, handed }: { readonly call: Call; readonly handed: HandedOut },
): void {
  const client: ClientId = call.client.id;
  call.exchange.onEnd((end) => {
    if (end !== "written") return; // it will be handed out again
    memory.noteWritten(client, handed.deliveries.map(({ seq }) => seq));
    presence.noteTook(client);
  });
}
