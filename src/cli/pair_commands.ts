/** The commands `pair ...`, as the table of `commands.ts` holds them. */
import { COMMAND_SUMMARY as SUMMARY, FLAG_HELP } from "../text/commands.ts";
import { ASKS_HUB } from "./asks_hub.ts";
import type { Command } from "./command.ts";

export const PAIR_COMMANDS: readonly Command[] = [
  {
    words: "pair open",
    params: "",
    summary: SUMMARY.pairOpen,
    examples: ["pair open", "pair open --minutes 30"],
    options: { minutes: { placeholder: "N", help: FLAG_HELP.minutes }, ...ASKS_HUB.options },
    settings: ASKS_HUB.settings,
    load: async () => (await import("./pair.ts")).open,
  },
  {
    ...ASKS_HUB,
    words: "pair close",
    params: "",
    summary: SUMMARY.pairClose,
    examples: ["pair close"],
    load: async () => (await import("./pair.ts")).close,
  },
  {
    ...ASKS_HUB,
    words: "pair list",
    params: "",
    summary: SUMMARY.pairList,
    examples: ["pair list", "pair list --json"],
    load: async () => (await import("./pair.ts")).list,
  },
  {
    words: "pair approve",
    params: "CODE",
    summary: SUMMARY.pairApprove,
    examples: ["pair approve K7QF-2M9P", "pair approve K7QF-2M9P --name claude"],
    options: { name: { placeholder: "NAME", help: FLAG_HELP.pairName }, ...ASKS_HUB.options },
    settings: ASKS_HUB.settings,
    load: async () => (await import("./pair.ts")).approve,
  },
  {
    ...ASKS_HUB,
    words: "pair refuse",
    params: "CODE",
    summary: SUMMARY.pairRefuse,
    examples: ["pair refuse K7QF-2M9P"],
    load: async () => (await import("./pair.ts")).refuse,
  },
];
