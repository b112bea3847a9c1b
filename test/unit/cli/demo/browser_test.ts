import { assertEquals } from "@std/assert";
import { openerFor } from "../../../../src/cli/demo/browser.ts";

Deno.test("openerFor() finds a program only where there is a desktop", () => {
  const env = (values: Record<string, string>) => (name: string) => values[name];
  assertEquals(openerFor("linux", env({ DISPLAY: ":0" })), ["xdg-open"]);
  assertEquals(openerFor("linux", env({ WAYLAND_DISPLAY: "wayland-0" })), ["xdg-open"]);
  assertEquals(openerFor("linux", env({})), null);
  assertEquals(openerFor("darwin", env({})), ["open"]);
  assertEquals(openerFor("windows", env({}))?.[0], "rundll32");
});

Deno.test("openerFor() opens nothing for whoever is logged in from afar, nor in automation", () => {
  for (const name of ["SSH_CONNECTION", "CI"]) {
    const env = (asked: string) => ({ DISPLAY: ":0", [name]: "1" })[asked];
    assertEquals(openerFor("linux", env), null);
    assertEquals(openerFor("darwin", env), null);
  }
});
