import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  baseInfo,
  mintUin,
  openHeaders,
  packVersion,
  postHeaders,
  readBearer,
} from "../../../src/wire/headers.ts";
import { systemRandom } from "../../../src/lib/random.ts";

Deno.test("packVersion() gives the numbers the official client sends", () => {
  assertEquals(
    ["2.4.9", "2.4.6", "2.3.1", "2.2.0", "1.0.11", "0.1.0", "2.4.9-beta.0"].map(packVersion),
    [132105, 132102, 131841, 131584, 65547, 256, 132105],
  );
});

Deno.test("X-WECHAT-UIN is a random uint32 in decimal, in base64, new each time", () => {
  assertMatch(atob(mintUin(systemRandom)), /^\d{1,10}$/);
  assertNotEquals(mintUin(systemRandom), mintUin(systemRandom));
  assertEquals(atob(mintUin({ bytes: (count) => new Uint8Array(count).fill(255) })), "4294967295");
});

Deno.test("a POST says who it is, a call without a token carries no Authorization", () => {
  const headers = postHeaders("tok", systemRandom);
  assertEquals({ ...headers, "X-WECHAT-UIN": "" }, {
    "iLink-App-Id": "bot",
    "iLink-App-ClientVersion": "132105",
    "Content-Type": "application/json",
    AuthorizationType: "ilink_bot_token",
    "X-WECHAT-UIN": "",
    Authorization: "Bearer tok",
  });
  assertEquals("Authorization" in postHeaders(null, systemRandom), false);
  assertEquals(Object.keys(openHeaders()), ["iLink-App-Id", "iLink-App-ClientVersion"]);
  assertEquals(baseInfo("1.2.3").bot_agent, "ilink-hub/1.2.3");
});

Deno.test("readBearer() trims, takes any case of the scheme, and gives nothing for anything else", () => {
  for (const header of ["Bearer tok", "bearer tok", " BEARER   tok ", "Bearer\ttok"]) {
    assertEquals(readBearer(header), "tok");
  }
  for (
    const header of [undefined, null, "", "Bearer", "Bearer ", "Basic tok", "tok", "Bearer a b"]
  ) {
    assertEquals(readBearer(header), "");
  }
});
