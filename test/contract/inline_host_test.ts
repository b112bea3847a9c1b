import { assert } from "@std/assert";
import type { Plugin } from "../../src/plugin/api.ts";
import type { ReadyPlugin } from "../../src/plugin/catalog.ts";
import { createInlineHost } from "../../src/plugin/inline_host.ts";
import { readPlugin } from "../../src/plugin/manifest.ts";
import { createFakeClock } from "../fake/fake_clock.ts";
import { testPluginHost } from "./plugin_host_suite.ts";

const FOLDER = new URL("../fixture/plugins/", import.meta.url);

testPluginHost("inline host", async () => {
  const clock = createFakeClock();
  const plugins: ReadyPlugin[] = [];
  for (const { name: file } of Deno.readDirSync(FOLDER)) {
    const module: { default?: unknown } = await import(new URL(file, FOLDER).href);
    const plugin = readPlugin(module.default, file);
    assert(plugin.configure === undefined);
    plugins.push(ready(plugin, file));
  }
  return { host: createInlineHost({ plugins, clock }), pass: (ms) => clock.advance(ms) };
});

function ready(plugin: Plugin<unknown>, file: string): ReadyPlugin {
  const { id, version, onFault = "next", deadlineMs = 250 } = plugin.manifest;
  const { route, reply } = plugin;
  return {
    info: {
      ...{ id, version, onFault, source: "user" },
      ...{ hasRoute: route !== undefined, hasReply: reply !== undefined },
    },
    ...{ file, plugin, deadlineMs, unavailable: null },
    config: id === "good" ? { volume: 3 } : null,
  };
}
