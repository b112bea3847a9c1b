/** The commands `push-key ...`, as the table of `commands.ts` holds them. */
import { COMMAND_SUMMARY as SUMMARY } from "../text/commands.ts";
import { ASKS_HUB } from "./asks_hub.ts";
import type { Command } from "./command.ts";

export const PUSH_COMMANDS: readonly Command[] = [
  {
    words: "push-key add",
    params: "NAME",
    summary: SUMMARY.pushKeyAdd,
    examples: ["push-key add nas", "push-key add nas --json"],
    options: ASKS_HUB.options,
    settings: ["adminToken", "addr", "publicUrl"],
    load: async () => (await import("./push_key.ts")).add,
  },
  {
    ...ASKS_HUB,
    words: "push-key list",
    params: "",
    summary: SUMMARY.pushKeyList,
    examples: ["push-key list", "push-key list --json"],
    load: async () => (await import("./push_key.ts")).list,
  },
  {
    ...ASKS_HUB,
    words: "push-key remove",
    params: "NAME",
    summary: SUMMARY.pushKeyRemove,
    examples: ["push-key remove nas"],
    load: async () => (await import("./push_key.ts")).remove,
  },
];
