/** The reply station over a real store, between an agent and two people who have written to it. */
import { assert } from "@std/assert";
import type { TextFiles } from "../../src/core/text_files.ts";
import type { Client, ClientSettings } from "../../src/core/client.ts";
import type { ConversationId, MessageId, ReplyId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import type { PluginHost } from "../../src/plugin/host.ts";
import { type Replies, type ReplyPorts, startReplies } from "../../src/router/reply.ts";
import type { SendJob } from "../../src/store/store.ts";
import { statesOf } from "./decision_input.ts";
import { createFakeRandom } from "./fake_random.ts";
import { hostOf } from "./plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "./routed_world.ts";
import { SEND_LIMITS } from "./send_limits.ts";

/** What the test plays with. */
export interface Running {
  readonly world: RoutedWorld;
  readonly replies: Replies;
  readonly client: Client;
  /** Person -> their conversation and the message to answer. */
  readonly people: ReadonlyMap<string, { conversation: ConversationId; message: MessageId }>;
  sends: number;
  readonly uploads: Parameters<TextFiles["upload"]>[0][];
  readonly typings: Parameters<ReplyPorts["showTyping"]>[0][];
  readonly stopped: ReplyId[];
}

/** What every upload gives. */
export const FILE = { type: 4, file_item: { file_name: "answer.md", len: "9" } };

/** Two people have written, and `claude` got their messages. */
export async function withReplies(
  options: {
    readonly host?: (world: RoutedWorld) => PluginHost;
    readonly store?: (world: RoutedWorld) => ReplyPorts["store"];
    readonly settings?: Partial<ClientSettings>;
    readonly isUploadFailing?: boolean;
  },
  use: (running: Running) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  const { store, clock } = world;
  const client = await world.addClient("claude");
  await store.updateClient(client.id, { settings: options.settings ?? {} });
  await world.receive(["p1", "hi"], ["p2", "hi"]);
  const people = new Map<string, { conversation: ConversationId; message: MessageId }>();
  for (const { message, conversation } of await store.heads({ skip: new Set(), limit: 10 })) {
    const input = await store.readForDecision(message);
    assert(input !== null);
    people.set(input.message.inbound.from.slice(0, 2), { conversation, message });
    await store.settle({
      message,
      decision: {
        kind: "deliver",
        to: [client.id],
        text: null,
        say: null,
        binding: { kind: "bind", client: client.id },
        moveWaiting: false,
        reason: "",
      },
      trace: { decidedAtMs: 0, steps: [], seen: { binding: null, clients: [] }, decision: null },
      memories: { hook: { remembered: true } },
      atMs: clock.now(),
    });
  }
  const running: Omit<Running, "replies"> = {
    world,
    client,
    people,
    sends: 0,
    uploads: [],
    typings: [],
    stopped: [],
  };
  const replies = startReplies({
    store: options.store?.(world) ?? store,
    host: options.host?.(world) ?? hostOf(clock, {}),
    states: statesOf(),
    limits: SEND_LIMITS,
    lang: "en",
    version: "0.1.0",
    startedAtMs: 0,
    clock,
    random: createFakeRandom(),
    log: silentLog,
    onSends: () => void running.sends++,
    files: {
      upload(file) {
        running.uploads.push(file);
        return Promise.resolve(options.isUploadFailing === true ? null : FILE);
      },
    },
    onStopped: (reply) => void running.stopped.push(reply),
    showTyping: (call) => void running.typings.push(call),
  });
  try {
    await use(Object.assign(running, { replies }));
  } finally {
    await replies.stop();
    await world.close();
  }
}

let given = 0;

/** The client answers a person; returns the reply's id. */
export async function answer(
  running: Running,
  person: string,
  content: string,
  pinnedForMs: number | null = null,
): Promise<ReplyId> {
  const { world: { store, clock }, client, people } = running;
  const accepted = await store.accept({
    client: client.id,
    sendId: "",
    digest: `digest ${++given}`,
    content,
    answers: people.get(person) ?? null,
    to: "",
    pinnedForMs,
    atMs: clock.now(),
  });
  assert(accepted.kind === "accepted", accepted.kind);
  running.replies.bell.ring();
  return accepted.reply;
}

export function text(words: string): string {
  return JSON.stringify({ item_list: [{ type: 1, text_item: { text: words } }] });
}

/** Everything planned, in the order in which it would be sent; the ledger is not asked. */
export async function sendAll({ world: { store, account, clock } }: Running): Promise<SendJob[]> {
  const sent: SendJob[] = [];
  for (let round = 0; round < 100; round++) {
    const jobs = await store.nextSends({ account: account.id, skip: new Set(), limit: 10 });
    if (jobs.length === 0) return sent;
    for (const job of jobs) {
      await store.beginSend(job.send, { upstreamId: `up-${job.send}`, atMs: clock.now() });
      await store.endSend(job.send, { kind: "sent", wireId: `${job.send}`, atMs: clock.now() });
      sent.push(job);
    }
  }
  throw new Error("sends without end");
}

/** Whether its sends are planned. */
export async function isShaped({ world: { store } }: Running, reply: ReplyId): Promise<boolean> {
  return (await store.replyOutcome(reply)).state !== "accepted";
}

export async function untilShaped(running: Running, reply: ReplyId): Promise<void> {
  let isDone = false;
  await until(() => {
    void isShaped(running, reply).then((shaped) => isDone ||= shaped);
    return isDone;
  });
}

export function textsOf(jobs: readonly SendJob[]): string[] {
  return jobs.map(({ content }) => JSON.parse(content).item_list[0].text_item.text);
}

/** The newest reply to a person, as the owner sees it. */
export async function lastReply({ world: { store }, people }: Running, person: string) {
  const message = people.get(person)?.message;
  assert(message !== undefined);
  const reply = (await store.trace(message))?.replies.at(-1);
  assert(reply !== undefined);
  return reply;
}
