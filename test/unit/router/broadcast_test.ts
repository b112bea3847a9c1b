import { assert, assertEquals } from "@std/assert";
import type { Decision } from "../../../src/core/decision.ts";
import { asId, type ClientId } from "../../../src/core/ids.ts";
import { refuseTooMany } from "../../../src/router/broadcast.ts";
import { deliverTo } from "../../fake/store_life.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

function toMany(count: number): Decision {
  const [first, ...others] = Array.from({ length: count }, (_, at) => asId<ClientId>(at + 1));
  assert(first !== undefined);
  return deliverTo([first, ...others], { binding: { kind: "bind", client: first } });
}

Deno.test("a message for more agents than it gets answers is answered by the hub with the sum, and binds nobody", () => {
  const around = { limits: SEND_LIMITS, lang: "zh" } as const;
  for (const count of [1, 2, 8]) assertEquals(refuseTooMany(toMany(count), around), toMany(count));
  assertEquals(refuseTooMany(toMany(12), around), {
    kind: "answer",
    text:
      "群发给 12 个智能体至少要回 12 条，而一条消息只能回 8 条。没有发出，请用「@名字 内容」分别发给要找的。",
    binding: { kind: "keep" },
    moveWaiting: false,
    reason: "群发给 12 个智能体，而一条消息只能回 8 条",
  });
});

Deno.test("the sum follows the settings, one agent is always asked, and a name twice is one agent", () => {
  const around = { limits: { ...SEND_LIMITS, sendsPerInbound: 1 }, lang: "en" } as const;
  assertEquals(refuseTooMany(toMany(1), around), toMany(1));
  const client = asId<ClientId>(1);
  assertEquals(refuseTooMany(deliverTo([client, client]), around).kind, "deliver");
  assertEquals(refuseTooMany(toMany(2), around).kind, "answer");
});
