/** The real OpenClaw gateway between the hub and a scripted model: a text of a person is answered by the model. */
import { assert, assertEquals } from "@std/assert";
import { answersTo, newcomer, received, withClientWorld } from "./client_world.ts";
import { MODEL_ANSWER, OPENCLAW_GATEWAY } from "./openclaw_gateway.ts";

Deno.test(`${OPENCLAW_GATEWAY.name} answers the first exported person through the hub`, async () => {
  await withClientWorld(OPENCLAW_GATEWAY, async (world) => {
    const person = newcomer(world);
    const text = "你好, gateway 👋";
    world.simulator.say({ person, what: text });
    const answers = await answersTo(person, { world, count: 1 });
    assertEquals(answers.map((answer) => answer.text), [MODEL_ANSWER]);
    assert(received(world).some((asked) => asked.text.includes(text)), "the model was not asked");
  });
});
