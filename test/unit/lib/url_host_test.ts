import { assertEquals } from "@std/assert";
import { urlHost } from "../../../src/lib/url_host.ts";

Deno.test("urlHost() gives an address that can be called on this machine", () => {
  assertEquals(urlHost({ hostname: "127.0.0.1", port: 1 }), "127.0.0.1:1");
  assertEquals(urlHost({ hostname: "0.0.0.0", port: 2 }), "127.0.0.1:2");
  assertEquals(urlHost({ hostname: "::", port: 3 }), "[::1]:3");
  assertEquals(urlHost({ hostname: "fe80::1", port: 4 }), "[fe80::1]:4");
  assertEquals(urlHost({ hostname: "hub.lan", port: 5 }), "hub.lan:5");
});
