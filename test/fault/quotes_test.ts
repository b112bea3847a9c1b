/** Quotes of what agents said, played against the whole hub: the message goes to who said it, and the reason is told. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Settings } from "../../src/simulator/settings.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { type DeliveryWorld, withDelivery } from "../fake/delivery_world.ts";

const AGENTS = { agents: ["ann", "bob"] } as const;

const PICTURE: JsonObject = {
  type: 2,
  image_item: { media: { encrypt_query_param: "p", aes_key: "a2V5", encrypt_type: 1 } },
};

/** Bob has sent something, and Ann is the agent in use. */
async function sentByBob({ say, agent }: DeliveryWorld, item: JsonObject): Promise<void> {
  await say("@bob show me");
  await agent("bob").poll();
  await agent("bob").reply({ item_list: [item] });
  await say("/use ann");
}

/** How the quote was understood, as `/why` tells it. */
async function why({ say, shown, clock }: DeliveryWorld): Promise<string> {
  await say("/why");
  await clock.advance(5_000);
  return shown().at(-1) ?? "";
}

/** What the bot showed, with `text` in it, newest last. */
function idOf({ upstream }: DeliveryWorld, text: string): string {
  const entry = upstream.simulator.sent().findLast((one) => one.text.includes(text));
  assert(entry !== undefined, `nothing says ${text}`);
  return entry.wireId;
}

Deno.test("a quote of a picture of another agent's goes to that agent, and /why says by what it was known", async () => {
  await withDelivery(async (world) => {
    const { upstream, say, agent } = world;
    await sentByBob(world, PICTURE);
    const [picture] = upstream.simulator.sent().filter(({ items }) => items.length === 1)
      .filter(({ text }) => text === "");
    assert(picture !== undefined);
    for (const style of ["id", "embedded"] as const) {
      const quote = { wireId: picture.wireId, style };
      await say({ parts: [{ kind: "text", text: `make it larger (${style})` }], quote });
      assertEquals(await agent("bob").poll(), `make it larger (${style})`);
      assertMatch(await why(world), /to bob: quotes an answer of bob \(known by its id\)/);
    }
    assertEquals(await agent("ann").poll(), null);
  }, AGENTS);
});

Deno.test("where WeChat shows no ids a quoted picture is known by its time, and a text by its words", async () => {
  const simulator: Partial<Settings> = { sendAnswer: "ret" };
  await withDelivery(async (world) => {
    const { clock, upstream, say, agent } = world;
    await sentByBob(world, PICTURE);
    const [picture] = upstream.simulator.sent();
    assert(picture !== undefined);
    await clock.advance(300_000);
    const create_time_ms = Math.floor(picture.atMs / 1_000) * 1_000;
    const ref_msg = { message_item: { type: 2, create_time_ms, image_item: {} } };
    const item = { type: 1, text_item: { text: "make it larger" }, ref_msg };
    await say({ parts: [{ kind: "other", item }] });
    assertEquals(await agent("bob").poll(), "make it larger");
    assertMatch(await why(world), /to bob: quotes an answer of bob \(known by its time\)/);

    await agent("bob").reply("it is as large as it gets");
    await clock.advance(300_000);
    const titled = {
      type: 1,
      text_item: { text: "are you sure?" },
      ref_msg: { title: "it is as large…" },
    };
    await say({ parts: [{ kind: "other", item: titled }] });
    assertEquals(await agent("bob").poll(), "are you sure?");
    assertMatch(await why(world), /to bob: quotes an answer of bob \(known by its text\)/);
  }, { ...AGENTS, ...simulator });
});

Deno.test("a part chosen of a digest goes to who wrote that part", async () => {
  await withDelivery(async (world) => {
    const { clock, say, agent } = world;
    for (const name of ["ann", "bob"]) {
      await say(`@${name} report tonight`);
      await agent(name).poll();
      await agent(name).poll();
    }
    await clock.advance(25 * 3_600_000);
    await agent("bob").reply("backup is done");
    await agent("ann").reply("disk at 80 %");
    await say("/list");
    await clock.advance(180_000);
    const wireId = idOf(world, "disk at 80 %");
    assertEquals(wireId, idOf(world, "backup is done"), "not one digest");
    for (const [selected, author] of [["backup is", "bob"], ["disk at", "ann"]] as const) {
      const quote = { wireId, style: "partial", selected } as const;
      await say({ parts: [{ kind: "text", text: `about ${selected}` }], quote });
      assertEquals(await agent(author).poll(), `about ${selected}`);
    }
  }, AGENTS);
});
