/**
 * An agent that asks gets the answer: the person's next short message goes to it, whoever else they are talking to.
 *
 * Configuration: `{ "minutes": 10 }`
 */
import type { Json, Plugin } from "ilink-hub/plugin";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** A question mark at the end, or a choice such as (y/n) there. */
const ASKS = /[?？]["”』」)）]?\s*$|[[(（](y|yes|是|1)\/[^\])）]{1,20}[\])）][:：]?\s*$/i;

function configure(raw: Json): number {
  const { minutes = 10 } = raw !== null && typeof raw === "object" && !Array.isArray(raw)
    ? raw
    : {};
  if (typeof minutes === "number" && minutes > 0 && minutes <= DAY_MINUTES) return minutes;
  throw new Error(`minutes is ${JSON.stringify(minutes)}, want up to ${DAY_MINUTES}`);
}

const plugin: Plugin<number> = {
  manifest: { id: "questions", api: 1, version: "1.0.0" },
  configure,
  reply({ text }, { config }) {
    // Only the end is looked at, so that a long answer costs no more than a short one.
    if (!ASKS.test(text.trimEnd().slice(-60))) return { kind: "pass" };
    return { kind: "pin", forMs: config * MINUTE_MS, reason: "it asks something" };
  },
};
export default plugin;
