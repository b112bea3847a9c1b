import { assertEquals } from "@std/assert";
import { type Change, changesOf } from "../../../../src/cli/demo/changes.ts";
import type { Life, Scene } from "../../../../src/cli/demo/scene.ts";
import { createFakeClock, settle } from "../../../fake/fake_clock.ts";

interface StagedLife extends Life {
  readonly state: string;
}

function createStage() {
  const stage = {
    isTyping: false,
    lives: [] as StagedLife[],
    watchers: new Set<() => void>(),
  };
  const scene: Scene = {
    phone: () => ({ bubbles: [], isTyping: stage.isTyping }),
    agents: () => Promise.resolve([]),
    lives: () => Promise.resolve(stage.lives),
    watch(action) {
      stage.watchers.add(action);
      return () => stage.watchers.delete(action);
    },
    say() {},
    switchAgent: () => Promise.resolve(false),
  };
  return { stage, scene };
}

async function follow(scene: Scene) {
  const clock = createFakeClock();
  const leaving = new AbortController();
  const changes: Change[] = [];
  const ended = (async () => {
    for await (const change of changesOf(scene, { clock, signal: leaving.signal })) {
      changes.push(change);
    }
  })();
  await settle();
  return {
    clock,
    take: () => changes.splice(0).map(({ event, data }) => `${event} ${data}`),
    async leave() {
      leaving.abort();
      await ended;
    },
  };
}

Deno.test("changesOf() gives everything first, the oldest life first, then only what has changed", async () => {
  const { stage, scene } = createStage();
  stage.lives = [{ id: 2, state: "received" }, { id: 1, state: "routed" }];
  const page = await follow(scene);
  assertEquals(page.take(), [
    'phone {"bubbles":[],"isTyping":false}',
    "agents []",
    'life {"id":1,"state":"routed"}',
    'life {"id":2,"state":"received"}',
  ]);
  await page.clock.advance(1_000);
  assertEquals(page.take(), []);
  stage.lives = [{ id: 2, state: "routed" }, { id: 1, state: "routed" }];
  await page.clock.advance(150);
  assertEquals(page.take(), ['life {"id":2,"state":"routed"}']);
  await page.leave();
});

Deno.test("changesOf() shows what happens on the phone at once, and leaves nothing behind", async () => {
  const { stage, scene } = createStage();
  const page = await follow(scene);
  page.take();
  stage.isTyping = true;
  for (const watcher of stage.watchers) watcher();
  await settle();
  assertEquals(page.take(), ['phone {"bubbles":[],"isTyping":true}']);
  await page.leave();
  assertEquals(stage.watchers.size, 0);
  assertEquals(page.clock.pending, 0);
});
