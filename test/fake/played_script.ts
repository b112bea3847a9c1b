/** A script that sends notices to a whole hub under a fake clock, over the routes that a hub serves. */
import { createHash } from "node:crypto";
import { assert } from "@std/assert";
import { pushRoutes } from "../../src/admin/push.ts";
import { isObject, type JsonObject, parseJson } from "../../src/lib/json.ts";
import type { DeliveryWorld } from "./delivery_world.ts";

export interface PlayedScript {
  /** Gives a notice for the account's owner; what the hub answers. */
  push(text: string): Promise<JsonObject>;
  /** What has become of one. */
  outcome(id: unknown): Promise<JsonObject>;
}

export async function playScript(
  name: string,
  { hub, clock }: Pick<DeliveryWorld, "hub" | "clock">,
): Promise<PlayedScript> {
  const { store, stations } = hub;
  const key = `vpush_${name}`;
  const keyHash = createHash("sha256").update(key).digest("hex");
  await store.registerScript({ name, keyHash, atMs: clock.now() });
  const app = pushRoutes({
    ...{ store, clock, lang: "en", health: () => ({ state: "ok" }) },
    onReplyEnd: (reply, action) => stations.replyBells.listen(reply, action),
    actions: { wakeReplies: () => stations.replies.bell.ring() },
  });

  async function ask(path: string, init: RequestInit): Promise<JsonObject> {
    const headers = { authorization: `Bearer ${key}` };
    let answer: JsonObject | null = null;
    const asked = Promise.resolve(app.fetch(new Request(`http://hub${path}`, { ...init, headers })))
      .then(async (response) => {
        const read = parseJson(await response.text());
        assert(isObject(read));
        answer = read;
      });
    for (let second = 0; second < 20 && answer === null; second++) await clock.advance(1_000);
    await asked;
    return answer ?? {};
  }

  return {
    push: (text) => ask("/", { method: "POST", body: text }),
    outcome: (id) => ask(`/${String(id)}`, { method: "GET" }),
  };
}
