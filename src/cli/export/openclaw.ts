/** The state of the official OpenClaw plugin, and of weixin-agent-sdk, which keeps the same (ILINK.md 7.1). */
import { isObject, tryParseJson } from "../../lib/json.ts";
import {
  type Exporter,
  type ExportFacts,
  type ExportPlace,
  type ExportPlan,
  folderOf,
  jsonText,
  ownFile,
  type PlannedFile,
} from "./plan.ts";

const STATE_FOLDER = {
  variables: ["OPENCLAW_STATE_DIR", "CLAWDBOT_STATE_DIR"],
  byDefault: ".openclaw",
};

/** Accounts that are there already stay. */
export const exportOpenclaw: Exporter = (facts, place) => {
  const id = accountIdOf(facts);
  const keep = (ids: readonly string[]) => ids.includes(id) ? ids : [...ids, id];
  return planState(facts, { place, id, keep });
};

/** It works with the first account of the list, unless its program names one. */
export const exportWeixinAgentSdk: Exporter = (facts, place) => {
  const id = accountIdOf(facts);
  const keep = (ids: readonly string[]) => [id, ...ids.filter((other) => other !== id)];
  return planState(facts, { place, id, keep });
};

/** As the plugin writes ids in file names: lower case, `@` and `.` as `-`. */
function accountIdOf({ botId }: ExportFacts): string {
  return botId.toLowerCase().replace(/[@.]/g, "-");
}

function planState(
  facts: ExportFacts,
  { place, id, keep }: {
    readonly place: ExportPlace;
    readonly id: string;
    readonly keep: (ids: readonly string[]) => readonly string[];
  },
): ExportPlan {
  const folder = folderOf(place, STATE_FOLDER);
  const { token, baseUrl, people, savedAt } = facts;
  const account = { token, savedAt, baseUrl, userId: people[0] };
  const credentials = place.env("OPENCLAW_OAUTH_DIR")?.trim() ?? "";
  const allowFolder = place.directory === null && credentials !== ""
    ? credentials
    : `${folder}/credentials`;
  return {
    files: [
      // First what the list will name: a gateway that looks in between finds no account without its file.
      ownFile(`${folder}/openclaw-weixin/accounts/${id}.json`, account),
      allowFile(`${allowFolder}/openclaw-weixin-${id}-allowFrom.json`, people),
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

/** It takes the place of the account's `userId`, so it names everybody; whom the gateway's own pairing let in stays. */
function allowFile(path: string, people: readonly string[]): PlannedFile {
  const write = (others: readonly string[], rest: object) =>
    jsonText({ version: 1, ...rest, allowFrom: [...new Set([...others, ...people])] });
  return {
    path,
    shown: write([], {}),
    content(old) {
      if (old === null) return write([], {});
      const kept = tryParseJson(old);
      if (!isObject(kept)) return null;
      const others = textsOf(kept["allowFrom"] ?? []);
      return others === null ? null : write(others, kept);
    },
  };
}

/** `null` for anything but a list of texts. */
function textsOf(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  const texts = value.filter((one) => typeof one === "string");
  return texts.length === value.length ? texts : null;
}
