import { assert, assertEquals } from "@std/assert";
import { textContent } from "../../../src/core/content.ts";
import { silentLog } from "../../../src/lib/log.ts";
import type { ReplyView } from "../../../src/plugin/api.ts";
import { startReplies } from "../../../src/router/reply.ts";
import { statesOf } from "../../fake/decision_input.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";
import { hostOf } from "../../fake/plugins.ts";
import { openRoutedWorld, until } from "../../fake/routed_world.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

Deno.test("plugins that look at replies see a script's notice before it leaves, and it leaves as one", async () => {
  const world = await openRoutedWorld();
  const { store, clock } = world;
  await world.receive(["p1", "hi"]);
  const [head] = await store.heads({ skip: new Set(), limit: 1 });
  assert(head !== undefined);
  const from = (await store.readForDecision(head.message))?.message.inbound.from ?? "";
  const atMs = clock.now();
  const script = await store.registerScript({ name: "nas", keyHash: "k", atMs });
  const pushed = await store.push({
    ...{ script: script.id, sendId: "", digest: "d", person: from, account: "", atMs },
    content: JSON.stringify(textContent("the password is 1234")),
  });
  assert(pushed.kind === "accepted");
  let hasSends = false;
  const seen: string[] = [];
  const redact = ({ client, text }: ReplyView) => {
    seen.push(client);
    const hidden = text.replace(/\d+/, "****");
    return { kind: "edit", text: hidden, reason: "digits" } as const;
  };
  const replies = startReplies({
    ...{ store, clock, log: silentLog, random: createFakeRandom(), states: statesOf() },
    host: hostOf(clock, { redact: { reply: redact } }),
    ...{ limits: SEND_LIMITS, lang: "en", version: "0.1.0", startedAtMs: 0 },
    onSends: () => void (hasSends = true),
    files: { upload: () => Promise.resolve(null) },
    showTyping() {},
    onStopped() {},
  });
  try {
    await until(() => hasSends);
    const account = (await store.accounts())[0];
    assert(account !== undefined);
    const jobs = await store.nextSends({ account: account.id, skip: new Set(), limit: 9 });
    const shown = jobs.map(({ rank, content }) => [rank, JSON.parse(content)]);
    assertEquals(shown, [["push", textContent("the password is ****")]]);
    assertEquals(seen, ["nas"]);
  } finally {
    await replies.stop();
    await world.close();
  }
});
