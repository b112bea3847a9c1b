/**
 * What the store costs for one full round trip: ingest, decide, settle, hand out, acknowledge, accept, plan, send. A router and a
 * sender look for work as the real ones do, and each person writes again when the answer is out.
 * `deno run -A test/bench/store_bench.ts [ROUND_TRIPS] [PEOPLE]`
 */
import process from "node:process";
import {
  asId,
  type ClientId,
  type ConversationId,
  type DeliverySeq,
  type MessageId,
  type ReplyId,
} from "../../src/core/ids.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { SendJob } from "../../src/store/store.ts";
import { contentOf, deliverTo, openTestStore, said, traceOf } from "../fake/store_life.ts";

const ROUND_TRIPS = Number(Deno.args[0] ?? 20_000);
const PEOPLE = Number(Deno.args[1] ?? 64);
const QUESTION = "How are you today? I have a question about the weather.";
const ANSWER = contentOf("I am fine, thank you. The weather is going to be nice today.");
const DIGEST = "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b";

const directory = await Deno.makeTempDir();
const store = await openTestStore({ path: `${directory}/hub.db` });
const account = await store.saveLogin({
  userId: "u",
  botId: "b",
  token: "t",
  baseUrl: "http://x",
  atMs: systemClock.now(),
});
const inFlight = new Set<ConversationId>();
const sending = new Set<ConversationId>();
/** Called with the message that was routed to the client; with the reply that was sent. */
const routed = new Map<ClientId, (message: MessageId) => void>();
const sent = new Map<ReplyId, () => void>();
const route = createPump(routeHeads);
const send = createPump(sendNext);

const people: { readonly client: ClientId; readonly person: string }[] = [];
for (let at = 0; at < PEOPLE; at++) {
  const given = { name: `c${at}`, label: "", tokenHash: `h${at}`, atMs: systemClock.now() };
  const { id } = await store.registerClient(given);
  people.push({ client: id, person: `p${at}@im.wechat` });
}
const startedMs = systemClock.monotonic();
const before = process.cpuUsage();
await Promise.all(people.map(live));
const tookMs = systemClock.monotonic() - startedMs;
const { user, system } = process.cpuUsage(before);
await store.close();
const bytes = Deno.statSync(`${directory}/hub.db`).size;
await Deno.remove(directory, { recursive: true });
const each = (ms: number) => `${(ms * 1_000 / ROUND_TRIPS).toFixed(1)} us`;
// deno-lint-ignore no-console
console.log(
  `${ROUND_TRIPS} round trips of ${PEOPLE} people: ${each(tookMs)} each, ` +
    `${each((user + system) / 1_000)} of processor, ${Math.round(bytes / ROUND_TRIPS)} bytes`,
);

/** Runs `look` whenever it is called, once more if it was called meanwhile. */
function createPump(look: () => Promise<void>): () => void {
  let state: "idle" | "looking" | "called" = "idle";
  async function run(): Promise<void> {
    do {
      state = "looking";
      await look();
    } while (isCalled());
    state = "idle";
  }
  const isCalled = () => state === "called";
  return () => {
    if (state === "idle") run();
    else state = "called";
  };
}

async function live(
  { client, person }: { readonly client: ClientId; readonly person: string },
): Promise<void> {
  let seq = asId<DeliverySeq>(0);
  for (let trip = 0; trip < ROUND_TRIPS / PEOPLE; trip++) {
    const atMs = systemClock.now();
    const message = said(QUESTION, {
      from: person,
      createTimeMs: atMs,
      digest: DIGEST,
      raw: JSON.stringify({ text: "x".repeat(900) }),
    });
    const arrived = new Promise<MessageId>((resolve) => routed.set(client, resolve));
    const batch = { account: account.id, generation: 1, unreadableBody: null, cursor: `${atMs}` };
    await store.ingest({ ...batch, messages: [message], atMs });
    route();
    await arrived;
    const acknowledged = { kind: "through", seq } as const;
    const poll = { client, acknowledged, written: [], hasRestarted: false, batch: 1, atMs };
    const handed = await store.handOut(poll);
    seq = handed.seq;
    const [delivery] = handed.deliveries;
    if (delivery === undefined) throw new Error("Nothing was handed out");
    await answer(client, delivery);
  }
}

async function answer(
  client: ClientId,
  answers: { readonly conversation: ConversationId; readonly message: MessageId },
): Promise<void> {
  const atMs = systemClock.now();
  const sendId = `${client} ${answers.message}`;
  const given = { client, sendId, digest: DIGEST, content: ANSWER, answers, to: "", atMs };
  const accepted = await store.accept(given);
  if (accepted.kind !== "accepted") throw new Error(accepted.kind);
  const { reply } = accepted;
  const ended = new Promise<void>((resolve) => sent.set(reply, resolve));
  await store.plan({ reply, contents: [ANSWER], steps: [], atMs });
  send();
  await ended;
  await store.replyOutcome(reply);
}

async function routeHeads(): Promise<void> {
  const heads = await store.heads({ skip: inFlight, limit: 64 });
  for (const { conversation, message } of heads) {
    inFlight.add(conversation);
    routeOne(message).finally(() => inFlight.delete(conversation));
  }
}

async function routeOne(message: MessageId): Promise<void> {
  const input = await store.readForDecision(message);
  const person = input?.message.inbound.from;
  const client = people.find((one) => one.person === person)?.client;
  if (client === undefined) throw new Error(`Nobody for ${person}`);
  await store.clients();
  const decision = deliverTo([client]);
  const atMs = systemClock.now();
  await store.settle({ message, decision, trace: traceOf(decision, atMs), memories: {}, atMs });
  routed.get(client)?.(message);
}

async function sendNext(): Promise<void> {
  for (const job of await store.nextSends({ account: account.id, skip: sending, limit: 32 })) {
    sending.add(job.conversation);
    sendOne(job).finally(() => sending.delete(job.conversation));
  }
}

async function sendOne({ send: id, reply }: SendJob): Promise<void> {
  await store.beginSend(id, { upstreamId: `up ${id}`, atMs: systemClock.now() });
  const end = { kind: "sent", wireId: String(7_000_000_000_000_000_000n + BigInt(id)) } as const;
  await store.endSend(id, { ...end, atMs: systemClock.now() });
  if (reply !== null) sent.get(reply)?.();
  send();
}
