/** The hidden command by which a compiled executable becomes a plugin's process. Loads nothing else of the hub. */
import { hostPlugin } from "../plugin/isolate_main.ts";

/** Runs until the process ends: its standard input and output belong to the hub that started it. */
export function run(): Promise<never> {
  return hostPlugin();
}
