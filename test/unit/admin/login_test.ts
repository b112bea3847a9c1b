import { assertEquals, assertMatch } from "@std/assert";
import { createAdminWorld, refusalOf } from "./admin_setup.ts";

Deno.test("POST /hub/login starts a login or joins the one that goes on, and says which", async () => {
  await using world = await createAdminWorld();
  assertEquals((await world.ask("GET", "/hub/login")).json, null);
  const view = { id: 1, step: "starting", qr: null, account: null, reason: "" };
  assertEquals((await world.ask("POST", "/hub/login")).json, { ...view, isNew: true });
  assertEquals((await world.ask("POST", "/hub/login")).json, { ...view, isNew: false });
  assertEquals((await world.ask("GET", "/hub/login")).json, view);
});

Deno.test("POST /hub/login/code passes the digits on when they are wanted", async () => {
  await using world = await createAdminWorld();
  const give = (digits: unknown) => world.ask("POST", "/hub/login/code", { body: { digits } });
  assertEquals((await give("123456")).json, { taken: false });
  world.desk.current = { id: 1, step: "code_wanted", qr: null, account: null, reason: "" };
  assertEquals((await give("123456")).json, { taken: true });
  assertEquals(world.desk.codes, ["123456"]);
  for (const wrong of ["", "12a", 123456, "1".repeat(13)]) {
    const answer = await give(wrong);
    assertEquals(answer.status, 400);
    assertMatch(refusalOf(answer), /"digits": saw .*want 1 to 12 digits/);
  }
});

Deno.test("DELETE /hub/login ends it; a later one starts anew", async () => {
  await using world = await createAdminWorld();
  assertEquals((await world.ask("DELETE", "/hub/login")).json, null);
  await world.ask("POST", "/hub/login");
  const { json } = await world.ask("DELETE", "/hub/login");
  assertEquals(json, { id: 1, step: "cancelled", qr: null, account: null, reason: "" });
  const { json: next } = await world.ask("POST", "/hub/login");
  assertEquals(next, { id: 2, step: "starting", qr: null, account: null, reason: "", isNew: true });
});
