/**
 * The books of a simulated day: what the hub has written down, beside what people, agents and WeChat have seen. They balance
 * when both tell the same.
 */
import { asId, type MessageId } from "../../src/core/ids.ts";
import { ITEM_FILE } from "../../src/core/content.ts";
import { Database } from "../../src/store/sqlite/database.ts";
import { isObject } from "../../src/lib/json.ts";
import type { BotEntry, PersonEntry } from "../../src/simulator/world.ts";
import type { MessageTrace, ReplyTrace, SendTrace } from "../../src/store/trace.ts";
import type { DayAgent } from "./day_agent.ts";
import type { CallSeen, DayWorld, NoticeSeen, PushSeen } from "./day_world.ts";

/** One upstream call, or what left as part of another. */
export interface SendRow
  extends Pick<SendTrace, "id" | "state" | "reason" | "wireId" | "endedAtMs"> {
  /** JSON. */
  readonly content: string;
}

export interface Books {
  /** Oldest first. */
  readonly messages: readonly MessageTrace[];
  readonly written: readonly PersonEntry[];
  /** What people saw of the bots, oldest first. */
  readonly shown: readonly BotEntry[];
  /** All of the database, also those that belong to no message. */
  readonly sends: readonly SendRow[];
  readonly pushes: readonly PushSeen[];
  readonly agents: readonly DayAgent[];
  readonly calls: readonly CallSeen[];
  readonly notices: readonly NoticeSeen[];
}

export async function readBooks(world: DayWorld): Promise<Books> {
  const { store } = world.hub();
  const messages: MessageTrace[] = [];
  for (let before: MessageId | null = null;;) {
    const page = await store.lastMessages({ limit: 100, before });
    for (const { id } of page) {
      const trace = await store.trace(asId<MessageId>(id));
      if (trace !== null) messages.push(trace);
    }
    const oldest = page.at(-1);
    if (oldest === undefined) break;
    before = asId<MessageId>(oldest.id);
  }
  return {
    messages: messages.toSorted((a, b) => a.id - b.id),
    written: world.written,
    shown: world.upstream.simulator.sent().filter(({ outcome }) => outcome === "shown"),
    sends: readSends(world.databasePath),
    pushes: world.pushes,
    agents: world.agents,
    calls: world.calls,
    notices: world.notices,
  };
}

const SELECT_SENDS = `
  SELECT id, state, reason, content, wire_id AS wireId, ended_at_ms AS endedAtMs
  FROM sends ORDER BY id`;

function readSends(path: string): readonly SendRow[] {
  const db = new Database(path, { busyMs: 1_000 });
  try {
    return db.all<SendRow>(SELECT_SENDS);
  } finally {
    db.close();
  }
}

export function repliesOf({ messages }: Books): readonly ReplyTrace[] {
  return messages.flatMap(({ replies }) => replies);
}

/** The send with which this one left: itself, unless it was merged. */
export function carrierOf(
  send: Pick<SendRow, "id">,
  sends: ReadonlyMap<number, SendRow>,
): SendRow | undefined {
  let carrier = sends.get(send.id);
  // Merged text may be merged once more, never in a circle.
  for (let steps = 0; carrier?.state === "merged" && steps < sends.size; steps++) {
    carrier = sends.get(Number(/^into: (\d+)$/.exec(carrier.reason)?.[1]));
  }
  return carrier;
}

/** One sentence for each entry of one side that the other lacks or contradicts. */
export function findImbalances(books: Books): string[] {
  return [
    ...ofMessages(books),
    ...ofAgents(books),
    ...ofReplies(books),
    ...ofPushes(books),
    ...ofScreens(books),
    ...ofCalls(books),
  ];
}

function ofMessages({ messages, written }: Books): string[] {
  const stored = Map.groupBy(
    messages.filter(({ duplicateOf }) => duplicateOf === null),
    ({ text }) => text,
  );
  const wrote = Map.groupBy(written, textOf);
  return [
    ...written.filter(({ handedOutAtMs }) => handedOutAtMs === null)
      .map(({ text }) => `"${text}" was never fetched`),
    ...[...wrote].filter(([text, { length }]) => stored.get(text)?.length !== length)
      .map(([text, { length }]) =>
        `"${text}" was written ${length} times and stored ${stored.get(text)?.length ?? 0} times`
      ),
    ...messages.flatMap((message) => openEnd(message) ?? []),
    ...messages.flatMap(({ text, deliveries, replies }) =>
      deliveries.filter(({ state }) => state === "acknowledged")
        .filter((one) => replies.every(({ client }) => client !== one.client))
        .map(({ client }) => `"${text}" was received by ${client} and not answered`)
    ),
  ];
}

/** As the hub understands it: a file's name is no text. */
function textOf({ text, items }: PersonEntry): string {
  const isFile = items.some((item) => isObject(item) && item["type"] === ITEM_FILE);
  return isFile ? "" : text;
}

/** Why a message has not ended; `null` when it has. */
function openEnd({ state, reason, text, deliveries, hubSends }: MessageTrace): string | null {
  if (state === "received") return `"${text}" is not decided`;
  if (state !== "routed") return reason === "" ? `"${text}" is ${state} without a reason` : null;
  const open = deliveries.find((delivery) => delivery.state !== "acknowledged");
  if (open !== undefined && (open.state !== "parked" || open.reason === "")) {
    return `"${text}" is ${open.state} for ${open.client}`;
  }
  return deliveries.length + hubSends.length === 0 ? `"${text}" went nowhere` : null;
}

function ofAgents({ messages, agents }: Books): string[] {
  return agents.flatMap(({ name, received, told, codes }) => {
    const mine = messages.flatMap(({ deliveries }) => deliveries)
      .filter(({ client }) => client === name);
    const least = mine.filter(({ state }) => state === "acknowledged").length;
    const most = mine.reduce((sum, { handOuts }) => sum + handOuts, 0);
    const isRight = least <= received.length && received.length <= most;
    return [
      ...(isRight ? [] : [`${name} received ${received.length}, not ${least} to ${most}`]),
      ...told.filter(({ ret }) => ret !== "0").map(({ mark, ret }) =>
        `${mark} was answered ${ret}`
      ),
      ...[...codes].map((code) => `${name} was shown the code ${code}`),
    ];
  });
}

const ENDS: readonly string[] = ["sent", "merged", "suspect", "refused", "expired", "unknown"];
/** These say themselves what became of it. */
const SPEAK: readonly string[] = ["sent", "suspect"];

function ofReplies(books: Books): string[] {
  const replies = repliesOf(books);
  const marks = books.agents.flatMap(({ told }) => told.map(({ mark }) => mark));
  return [
    ...marks.flatMap((mark) => {
      const { length } = replies.filter(({ text }) => text.startsWith(`${mark} `));
      return length === 1 ? [] : [`${mark} was given once and is kept ${length} times`];
    }),
    ...replies.flatMap(({ text, state, steps, sends }) => {
      const mark = text.slice(0, 5);
      if (state === "stopped") {
        return Array.isArray(steps) && steps.length > 0 ? [] : [`"${text}" is stopped, why`];
      }
      if (!ENDS.includes(state)) return [`${mark} has not ended: ${state}`];
      return sends.filter((send) => !SPEAK.includes(send.state) && send.reason === "")
        .map((send) => `${mark} is ${send.state} without a reason`);
    }),
  ];
}

/** Each notice of the script's was taken, and was seen once. */
function ofPushes({ pushes, shown }: Books): string[] {
  const all = shown.map(({ text }) => text).join("\n");
  return pushes.flatMap(({ mark, state }) => {
    const seen = all.split(`${mark}z`).length - 1;
    const isTaken = ["sent", "deferred", "planned"].includes(state);
    return isTaken && seen === 1 ? [] : [`the notice ${mark} was ${state} and seen ${seen} times`];
  });
}

/** What people saw is what the hub says was sent, each text of an agent once. */
function ofScreens(books: Books): string[] {
  const { sends } = books;
  const byId = new Map(sends.map((send) => [send.id, send]));
  const shown = new Map(books.shown.map((entry) => [entry.wireId, entry]));
  const claimed = new Map(
    sends.filter(({ state }) => state === "sent").map((send) => [send.wireId, send]),
  );
  const all = books.shown.map(({ text }) => text).join("\n");
  const countOf = (part: string) => all.split(part).length - 1;
  return [
    ...[...shown].filter(([wireId]) => !claimed.has(wireId))
      .map(([_, { text }]) => `a person saw what the hub does not know: "${text.slice(0, 40)}"`),
    ...[...claimed].filter(([wireId]) => !shown.has(wireId ?? ""))
      .map(([_, { id }]) => `send ${id} is sent, and nobody saw it`),
    ...repliesOf(books).filter(({ text }) => text !== "").flatMap((reply) => {
      const mark = reply.text.slice(0, 5);
      const arrived = reply.sends.map((send) => carrierOf(send, byId)?.state === "sent");
      const first = arrived[0] ? 1 : 0;
      const last = arrived.at(-1) ? 1 : 0;
      const seen = [countOf(`${mark} `), countOf(`${mark}z`)];
      return seen[0] === first && seen[1] === last
        ? []
        : [`${mark} is ${reply.state} and was seen ${seen.join(" and ")} times`];
    }),
  ];
}

const COOL_DOWN_MS = 60_000;

/** WeChat never had to refuse by itself, and a penalty was met by one call for each wait, each twice as long. */
function ofCalls({ calls }: Books): string[] {
  const tooMany = calls.filter(({ isFault, ret }) => !isFault && ret !== "");
  const refused = calls.filter(({ isFault, ret }) => isFault && ret === "-2");
  return [
    ...tooMany.map(({ person, ret }) => `WeChat refused a send to ${person} with ${ret}`),
    ...refused.slice(1).flatMap(({ atMs }, at) => {
      const waitedMs = atMs - (refused[at]?.atMs ?? 0);
      const wantedMs = COOL_DOWN_MS * 2 ** at;
      return waitedMs >= wantedMs
        ? []
        : [`call ${at + 2} into the penalty came after ${waitedMs} ms, not ${wantedMs}`];
    }),
  ];
}
