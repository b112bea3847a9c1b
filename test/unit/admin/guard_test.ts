import { assertEquals, assertMatch } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { settle } from "../../fake/fake_clock.ts";
import { BASE, createAdminWorld, TOKEN } from "./admin_setup.ts";

Deno.test("everything but /health wants the admin token", async () => {
  await using world = await createAdminWorld();
  const headers = { authorization: "" };
  for (const path of ["/metrics", "/hub/status", "/hub/clients", "/hub/messages/1", "/hub/login"]) {
    const answer = await world.ask("GET", path, { headers });
    assertEquals(answer.status, 401, path);
    assertMatch(answer.text, /ADMIN_TOKEN_WRONG.*Bearer TOKEN.*admin-token/);
  }
  assertEquals((await world.ask("POST", "/hub/register", { headers, body: {} })).status, 401);
  assertEquals((await world.ask("GET", "/health", { headers })).status, 200);
});

Deno.test("a wrong token is refused late, and not at all like a right one", async () => {
  await using world = await createAdminWorld();
  for (const wrong of ["x", `${TOKEN}x`, TOKEN.slice(0, -1), TOKEN.toUpperCase()]) {
    let answered = false;
    const asked = world.ask("GET", "/hub/status", { headers: { authorization: `Bearer ${wrong}` } })
      .finally(() => answered = true);
    await world.clock.advance(LIMITS.refusalDelayMs - 1);
    assertEquals(answered, false, wrong);
    await world.clock.advance(1);
    assertEquals((await asked).status, 401);
  }
  assertEquals(world.clock.pending, 0);
});

Deno.test("the token may be written with any case of the word Bearer and blanks around", async () => {
  await using world = await createAdminWorld();
  const headers = { authorization: `bearer   ${TOKEN} ` };
  assertEquals((await world.ask("GET", "/hub/status", { headers })).status, 200);
});

Deno.test("a rotated admin token is in force at once, the old one is not", async () => {
  await using world = await createAdminWorld();
  const rotated = await world.ask("POST", "/hub/admin-token/rotate");
  assertEquals(rotated.json, { token: "hubadmin_fresh" });
  assertEquals((await world.ask("GET", "/hub/status")).status, 200);
  const old = world.ask("GET", "/hub/status", { headers: { authorization: `Bearer ${TOKEN}` } });
  await settle();
  await world.clock.advance(LIMITS.refusalDelayMs);
  assertEquals((await old).status, 401);
});

Deno.test("a host name that somebody may have pointed here is refused; addresses and local names are not", async () => {
  await using world = await createAdminWorld();
  const statusAt = async (base: string) => (await world.ask("GET", "/hub/status", { base })).status;
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    assertEquals(await statusAt(`http://${host}:8765`), 403, host);
  }
  for (const host of ["localhost", "[::1]", "192.168.1.5", "ilink-hub", "nas.local", "pi.lan"]) {
    assertEquals(await statusAt(`http://${host}:8765`), 200, host);
  }
  world.state.publicUrl = "https://hub.example.org";
  assertEquals(await statusAt("http://hub.example.org"), 200);
});

Deno.test("a page of another site is refused, even with the token; the hub's own is not", async () => {
  await using world = await createAdminWorld();
  const statusWith = async (headers: Record<string, string>) =>
    (await world.ask("POST", "/hub/login", { headers })).status;
  assertEquals(await statusWith({ origin: "https://evil.example" }), 403);
  assertEquals(await statusWith({ origin: "null" }), 403);
  assertEquals(await statusWith({ origin: "http://127.0.0.1:9999" }), 403);
  assertEquals(await statusWith({ "sec-fetch-site": "cross-site" }), 403);
  assertEquals(await statusWith({ origin: BASE }), 200);
});

Deno.test("no answer may be kept by a browser or read by another site's script", async () => {
  await using world = await createAdminWorld();
  for (const path of ["/health", "/hub/status", "/metrics", "/nowhere"]) {
    const { headers } = await world.ask("GET", path, { headers: { origin: BASE } });
    assertEquals(headers.get("cache-control"), "no-store", path);
    assertEquals(headers.get("x-content-type-options"), "nosniff", path);
    assertEquals(headers.get("access-control-allow-origin"), null, path);
  }
});
