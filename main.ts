/** ilink-hub: one WeChat, many AI agents. The command line is src/cli, the map of everything else src/hub.ts. */
import { main, realWorld } from "./src/cli/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args, realWorld()));
