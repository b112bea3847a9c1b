/** Requests of the two programs whose dialect is not iLink, with their exact headers, paths and queries. */
import type { ClientSettings } from "../../src/core/client.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createDownstreamWorld, type DownstreamWorld, type Given } from "./downstream_world.ts";

export interface DialectClient {
  readonly world: DownstreamWorld;
  ask(call: string, body: JsonObject): Promise<Given>;
  poll(cursor?: string): Promise<Given>;
}

export async function settledWorld(settings: Partial<ClientSettings>): Promise<DownstreamWorld> {
  const world = await createDownstreamWorld();
  await world.store.port.updateClient(world.client.id, { settings });
  return world;
}

/** EdgeCrab's adapter with a base URL that ends in a slash: its headers in lower case, four raw bytes as `x-wechat-uin`. */
export function edgecrab(world: DownstreamWorld): DialectClient {
  const headers = {
    "authorizationtype": "ilink_bot_token",
    "x-wechat-uin": new Uint8Array([0, 255, 7, 128]).toBase64(),
    "ilink-app-id": "bot",
    "ilink-app-clientversion": "131584",
    "content-type": "application/json",
  };
  const ask = (call: string, body: JsonObject) =>
    world.call(`//ilink/bot/${call}`, body, { headers });
  return {
    world,
    ask,
    poll: (cursor = "") => ask("getupdates?timeout=35", { get_updates_buf: cursor }),
  };
}

/** The channel of the legacy shapes: no header but the token, and no cursor member while it has none. */
export function legacy(world: DownstreamWorld): DialectClient {
  const headers = { "content-type": "application/json" };
  const ask = (call: string, body: JsonObject) =>
    world.call(`/ilink/bot/${call}`, body, { headers });
  return {
    world,
    ask,
    poll: (cursor = "") => ask("getupdates", cursor === "" ? {} : { get_updates_buf: cursor }),
  };
}
