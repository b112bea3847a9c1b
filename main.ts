/** ilink-hub: one WeChat, many AI agents. The command line is src/cli, the map of everything else src/hub.ts. */

if (import.meta.main) {
  // Hidden: started by the hub itself (src/plugin/spawn.ts), and small because the rest is not loaded.
  if (Deno.args[0] === "plugin-host") await (await import("./src/cli/plugin_host.ts")).run();
  const { main, realWorld } = await import("./src/cli/main.ts");
  Deno.exit(await main(Deno.args, realWorld()));
}
