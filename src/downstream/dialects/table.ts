/**
 * What each dialect answers to. The setting of the token's client picks the dialect, never the path or the body of a call; a
 * dialect turns its calls into iLink's and the answers back, so that nothing behind it knows of it.
 */
import type { Dialect } from "../../core/client.ts";
import type { Endpoints } from "../call.ts";
import { createEdgecrab } from "./edgecrab.ts";
import { createLegacy } from "./legacy.ts";

/** The calls of each dialect, by their path below `/ilink/bot/`. */
export function createDialects(ilink: Endpoints): Readonly<Record<Dialect, Endpoints>> {
  return { ilink, edgecrab: createEdgecrab(ilink), legacy: createLegacy(ilink) };
}
