import { assertEquals } from "@std/assert";
import { succeed } from "../../../src/downstream/call.ts";
import {
  withLegacyQrcode,
  withLegacyQrcodeStatus,
} from "../../../src/downstream/dialects/legacy_login.ts";
import { createExchange } from "../../../src/downstream/exchange.ts";
import type { OpenCall, OpenEndpoint } from "../../../src/downstream/pairing.ts";
import type { JsonObject } from "../../../src/lib/json.ts";
import { createDownstreamWorld } from "../../fake/downstream_world.ts";

function callOf(path: string, init: RequestInit = {}): OpenCall {
  const request = new Request(`http://hub${path}`, init);
  return { request, address: "127.0.0.1", exchange: createExchange() };
}

function says(body: JsonObject): OpenEndpoint {
  return () => Promise.resolve(succeed(body));
}

Deno.test("the legacy QR code has the dialect's names for a GET that announces JSON, and for nobody else", async () => {
  const made = { ret: 0, qrcode: "k1", qrcode_img_content: "http://hub/hub/pair/ABC" };
  const ask = withLegacyQrcode(says(made));
  const path = "/ilink/bot/get_bot_qrcode?bot_type=3";
  const headers = { "content-type": "application/json" };
  const legacy = await ask(callOf(path, { headers }));
  assertEquals(JSON.parse(legacy.text), {
    ...made,
    uuid: "k1",
    qrcode_url: "http://hub/hub/pair/ABC",
  });
  assertEquals(JSON.parse((await ask(callOf(path))).text), made);
  const post = await ask(callOf(path, { headers, method: "POST", body: "{}" }));
  assertEquals(JSON.parse(post.text), made);
});

Deno.test("the legacy QR status asks by uuid and spells its words as that program reads them", async () => {
  await using world = await createDownstreamWorld();
  let asked = "";
  let told: JsonObject = { ret: 0, status: "scaned" };
  const ask = withLegacyQrcodeStatus(({ request }) => {
    asked = `${request.method} ${new URL(request.url).search}`;
    return says(told)({ ...callOf("/"), request });
  }, { store: world.store.port, clock: world.clock });
  const post = (body: string) =>
    ask(callOf("/ilink/bot/get_qrcode_status", { method: "POST", body }));
  assertEquals(JSON.parse((await post('{"uuid":"k1"}')).text), {
    status: "scanned",
    error_code: 0,
  });
  assertEquals(asked, "GET ?qrcode=k1");
  told = { ret: 0, status: "expired" };
  assertEquals(JSON.parse((await post("not json")).text).status, "expired");
  assertEquals(asked, "GET ?qrcode=");
});

Deno.test("whoever takes its token by the legacy call speaks legacy from then on", async () => {
  await using world = await createDownstreamWorld();
  const told = { ret: 0, status: "confirmed", bot_token: world.token, ilink_user_id: "u" };
  const ask = withLegacyQrcodeStatus(says(told), { store: world.store.port, clock: world.clock });
  const body = '{"uuid":"k1"}';
  const { text } = await ask(callOf("/ilink/bot/get_qrcode_status", { method: "POST", body }));
  assertEquals(JSON.parse(text), { status: "confirmed", token: world.token, error_code: 0 });
  assertEquals((await world.store.clientNow(world.client.id)).settings.dialect, "legacy");
});
