/** The state of the official OpenClaw plugin, and of weixin-agent-sdk, which keeps the same (ILINK.md 7.1). */
import { tryParseJson } from "../../lib/json.ts";
import {
  type Exporter,
  type ExportFacts,
  type ExportPlace,
  type ExportPlan,
  folderOf,
  jsonText,
  ownFile,
} from "./plan.ts";

const STATE_FOLDER = {
  variables: ["OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR"],
  byDefault: ".openclaw",
};

/**
 * Accounts that are there already stay. Only one person is named: the plugin listens to the account's `userId`, or to
 * everybody when there is none. A list of people would be a file of its own, with which a gateway of 2026.8 refuses to
 * start; it only ever hears whom the hub lets in.
 */
export const exportOpenclaw: Exporter = (facts, place) => {
  const id = accountIdOf(facts);
  const keep = (ids: readonly string[]) => ids.includes(id) ? ids : [...ids, id];
  const [first, ...others] = facts.people;
  return planState(facts, { place, id, keep, userId: others.length === 0 ? first : null });
};

/** It works with the first account of the list, unless its program names one. */
export const exportWeixinAgentSdk: Exporter = (facts, place) => {
  const id = accountIdOf(facts);
  const keep = (ids: readonly string[]) => [id, ...ids.filter((other) => other !== id)];
  return planState(facts, { place, id, keep, userId: facts.people[0] });
};

/** As the plugin writes ids in file names: lower case, `@` and `.` as `-`. */
function accountIdOf({ botId }: ExportFacts): string {
  return botId.toLowerCase().replace(/[@.]/g, "-");
}

function planState(
  facts: ExportFacts,
  { place, id, keep, userId }: {
    readonly place: ExportPlace;
    readonly id: string;
    readonly keep: (ids: readonly string[]) => readonly string[];
    /** `null` names nobody. */
    readonly userId: string | null;
  },
): ExportPlan {
  const folder = folderOf(place, STATE_FOLDER);
  const { token, baseUrl, savedAt } = facts;
  const account = { token, savedAt, baseUrl, ...(userId === null ? {} : { userId }) };
  return {
    files: [
      // First what the list will name: a gateway that looks in between finds no account without its file.
      ownFile(`${folder}/openclaw-weixin/accounts/${id}.json`, account),
      {
        path: `${folder}/openclaw-weixin/accounts.json`,
        shown: jsonText([id]),
        content(old) {
          const ids = old === null ? [] : textsOf(tryParseJson(old));
          return ids === null ? null : jsonText(keep(ids));
        },
      },
    ],
    lines: [],
  };
}

/** `null` for anything but a list of texts. */
function textsOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.filter((one) => typeof one === "string");
  return texts.length === value.length ? texts : null;
}
