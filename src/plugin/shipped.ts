/**
 * The shipped plugins, in the order they are asked. They are imported here one by one so that they become part of the
 * executable; nothing else sets them apart from a user's.
 */
import affinity from "../../plugins/affinity.ts";
import commands from "../../plugins/commands.ts";
import keywords from "../../plugins/keywords.ts";
import quote from "../../plugins/quote.ts";
import type { Plugin } from "./api.ts";

/** Asked before the user's plugins. */
export const SHIPPED_FIRST: readonly Plugin<unknown>[] = [commands, quote];

/** Asked after the user's plugins. */
export const SHIPPED_LAST: readonly Plugin<unknown>[] = [keywords, affinity];

export const SHIPPED_IDS: readonly string[] = [...SHIPPED_FIRST, ...SHIPPED_LAST]
  .map(({ manifest }) => manifest.id);
