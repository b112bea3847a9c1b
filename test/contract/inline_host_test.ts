import { fileURLToPath } from "node:url";
import { assertEquals } from "@std/assert";
import { loadCatalog } from "../../src/plugin/catalog.ts";
import { createInlineHost } from "../../src/plugin/inline_host.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import { testPluginHost } from "./plugin_host_suite.ts";

const DIRECTORY = fileURLToPath(new URL("../fixture/plugins", import.meta.url));

testPluginHost("inline host", async () => {
  const clock = createFakeClock();
  const settings = { order: [], disabled: [], config: { good: { volume: 3 } } };
  const { plugins, problems } = await loadCatalog({ directory: DIRECTORY, settings, clock });
  assertEquals(problems, []);
  return { host: createInlineHost({ plugins, clock }), pass: (ms) => clock.advance(ms) };
});
