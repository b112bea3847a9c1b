import { assert, assertEquals } from "@std/assert";
import questions from "../../../plugins/examples/questions.ts";
import { textContent } from "../../../src/core/content.ts";
import type { MessageId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createRehearsal } from "../../../src/router/rehearsal.ts";
import { type Replies, startReplies } from "../../../src/router/reply.ts";
import { type Router, startRouter } from "../../../src/router/router.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { answering, hostOf } from "../../fake/plugins.ts";
import { openRoutedWorld, type RoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

const MINUTES = 10;

interface Hub {
  readonly router: Router;
  readonly replies: Replies;
  settled: number;
  /** How often the sender was rung. */
  planned: number;
}

/** Of a hub that sends every message to claude and hermes, and pins what they ask. */
function portsOf({ store, clock }: RoutedWorld) {
  return {
    ...{ store, clock, random: createFakeRandom(), log: silentLog, states: statesOf() },
    host: hostOf(clock, {
      mirror: answering({ kind: "route", to: ["claude", "hermes"], reason: "a mirror" }),
      questions: {
        reply: (reply, ctx) =>
          questions.reply?.(reply, { ...ctx, config: MINUTES }) ?? { kind: "pass" },
      },
    }),
    policy: { senders: { kind: "open", ids: [] }, groups: { kind: "none", ids: [] } } as const,
    limits: SEND_LIMITS,
    ...{ lang: "en" as const, version: "0.1.0", startedAtMs: 0 },
  };
}

function startHub(world: RoutedWorld): Hub {
  const counts = { settled: 0, planned: 0 };
  const ports = {
    ...portsOf(world),
    onDelivered() {},
    onSends: () => void counts.planned++,
    onSettled: () => void counts.settled++,
    files: { upload: () => Promise.resolve(null) },
    showTyping() {},
    onStopped() {},
  };
  return Object.assign(counts, { router: startRouter(ports), replies: startReplies(ports) });
}

/** One conversation; the hub is started anew before each step, so that only what is stored counts. */
async function withConversation(
  use: (talk: {
    readonly world: RoutedWorld;
    /** The person writes; gives who got it, with which text, or what the hub answered. */
    say(text: string): Promise<readonly string[]>;
    /** An agent answers the message before, and the answer is sent. */
    answer(name: string, text: string): Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const world = await openRoutedWorld();
  const { store, clock, account } = world;
  const clients = {
    claude: await world.addClient("claude"),
    hermes: await world.addClient("hermes"),
  };
  let answered = 0;

  async function running(work: (hub: Hub) => Promise<void>): Promise<void> {
    const hub = startHub(world);
    await work(hub);
    await hub.router.stop();
    await hub.replies.stop();
    await clock.advance(1_000);
  }

  async function sendAll(): Promise<void> {
    for (const job of await store.nextSends({ account: account.id, skip: new Set(), limit: 10 })) {
      await store.beginSend(job.send, { upstreamId: `up-${job.send}`, atMs: clock.now() });
      const ended = { kind: "sent", wireId: `${job.send}`, atMs: clock.now() } as const;
      await store.endSend(job.send, ended);
    }
  }

  const newest = async () => {
    const [summary] = await store.lastMessages({ limit: 1, before: null });
    const trace = summary === undefined ? null : await store.trace(summary.id as MessageId);
    assert(trace !== null);
    return trace;
  };

  try {
    await use({
      world,
      async say(text) {
        await running(async (hub) => {
          await world.receive(["ann", text]);
          hub.router.bell.ring();
          await until(() => hub.settled > 0);
        });
        const { deliveries, hubSends, trace } = await newest();
        await sendAll();
        const { text: replaced = text } = trace?.decision as { text?: string };
        return [
          ...deliveries.map(({ client }) => `${client}: ${replaced}`),
          ...hubSends.map((send) => `hub: ${send.text}`),
        ];
      },
      async answer(name, text) {
        const client = clients[name as keyof typeof clients];
        await running(async (hub) => {
          const { id } = await newest();
          const { deliveries } = await store.handOut({
            ...{ client: client.id, acknowledged: { kind: "none" }, written: [], batch: 9 },
            ...{ hasRestarted: false, atMs: clock.now() },
          });
          const got = deliveries.find(({ message }) => message === id) ?? deliveries.at(-1);
          assert(got !== undefined);
          await store.accept({
            ...{ client: client.id, sendId: "", digest: `${answered++}` },
            content: JSON.stringify(textContent(text)),
            answers: { conversation: got.conversation, message: got.message },
            ...{ to: "", atMs: clock.now() },
          });
          hub.replies.bell.ring();
          await until(() => hub.planned > 0);
        });
        await sendAll();
      },
    });
  } finally {
    await world.close();
  }
}

Deno.test("who asks gets the next short answer, once", async () => {
  await withConversation(async ({ say, answer }) => {
    assertEquals(await say("deploy"), ["claude: deploy", "hermes: deploy"]);
    await answer("hermes", "This restarts the server. Shall I?");
    assertEquals(await say("yes"), ["hermes: yes"]);
    assertEquals(await say("thanks"), ["claude: thanks", "hermes: thanks"]);
  });
});

Deno.test("what is no question waits for nothing", async () => {
  await withConversation(async ({ say, answer }) => {
    await say("deploy");
    await answer("hermes", "Done.");
    assertEquals(await say("fine"), ["claude: fine", "hermes: fine"]);
  });
});

Deno.test("of two that ask the hub asks which is meant; each gets its own answer", async () => {
  await withConversation(async ({ say, answer, world }) => {
    await say("deploy");
    await answer("claude", "May I delete the old build?");
    await answer("hermes", "Allow restart (y/n)");
    const which = "hub: Who is this answer for? Reply with a name: claude, hermes";
    assertEquals(await say("y"), [which]);
    assertEquals(await say("hermes"), ["hermes: y"]);
    assertEquals(await say("no"), ["claude: no"]);
    assertEquals(await say("hermes"), ["claude: hermes", "hermes: hermes"]);
    // Decided once more on what the traces say, each message goes where it went.
    const ports = portsOf(world);
    const rehearsal = createRehearsal(ports);
    const given = { sinceMs: 0, limit: 100, candidate: null };
    const { messages, changed } = await rehearsal.replay(given, ports.host);
    assertEquals([messages, changed], [5, []]);
  });
});

Deno.test("a question is forgotten when its time is over, or its agent is removed", async () => {
  await withConversation(async ({ say, answer, world }) => {
    await say("deploy");
    await answer("hermes", "Shall I?");
    await world.clock.advance(MINUTES * 60_000);
    assertEquals(await say("yes"), ["claude: yes", "hermes: yes"]);
    await answer("hermes", "Shall I now?");
    const [_claude, hermes] = await world.store.clients();
    assert(hermes !== undefined);
    await world.store.removeClient(hermes.id, world.clock.now());
    assertEquals(await say("yes"), ["claude: yes"]); // as the only one left
  });
});
