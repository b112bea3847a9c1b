/** What alerts look at, of a hub in this process: the real stations, no plugin troubles, and a disk with room. */
import type { gatherFacts } from "../../src/hub/alerts.ts";
import type { Disk } from "../../src/store/disk.ts";
import { createFakePluginDesk } from "./fake_plugin_desk.ts";
import type { MortalHub } from "./mortal_hub.ts";

const ROOMY_DISK: Disk = {
  hasRoom: () => true,
  look() {},
  freeBallast: () => false,
  facts: () => Promise.resolve({ databaseBytes: 0, freeBytes: null }),
};

export function sightsOf(
  { store, stations }: Pick<MortalHub, "store" | "stations">,
): Parameters<typeof gatherFacts>[0] {
  const { downstream, upstream } = stations;
  return {
    ...{ store, lang: "en", states: downstream.states, disk: ROOMY_DISK },
    pluginDesk: createFakePluginDesk([]),
    accountFacts: upstream.facts.bind(upstream),
  };
}
