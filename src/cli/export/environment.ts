/** Clients that read variables or a settings file of their own (ILINK.md 7.2). */
import { type Exporter, type ExportFacts, folderOf, type PlannedFile } from "./plan.ts";

/** For scripts, containers and service units. */
export const exportEnv: Exporter = (facts) => ({ files: [], lines: addressLines(facts) });

/** The variables stand in the file that Hermes reads at its start. */
export const exportHermes: Exporter = (facts, place) => {
  const folder = folderOf(place, { variables: ["HERMES_HOME"], byDefault: ".hermes" });
  const lines = [...addressLines(facts), ...accessLines(facts)];
  return { files: [environmentFile(`${folder}/.env`, lines)], lines: [] };
};

/** EdgeCrab reads its process's environment. */
export const exportEdgecrab: Exporter = (facts) => ({
  files: [],
  lines: [...addressLines(facts), ...accessLines(facts)],
});

/** Its configuration holds more than this client and comments of its author: the part to put there is printed. */
export const exportCcConnect: Exporter = ({ token, baseUrl, cdnBaseUrl, people }) => ({
  files: [],
  lines: [
    "[[projects.platforms]]",
    `type = "weixin"`,
    "",
    "[projects.platforms.options]",
    `token = "${token}"`,
    `base_url = "${baseUrl}"`,
    ...(cdnBaseUrl === null ? [] : [`cdn_base_url = "${cdnBaseUrl}"`]),
    `allow_from = "${people.join(",")}"`,
  ],
});

function addressLines({ baseUrl, token, botId, cdnBaseUrl }: ExportFacts): string[] {
  return [
    `WEIXIN_BASE_URL=${baseUrl}`,
    `WEIXIN_TOKEN=${token}`,
    `WEIXIN_ACCOUNT_ID=${botId}`,
    ...(cdnBaseUrl === null ? [] : [`WEIXIN_CDN_BASE_URL=${cdnBaseUrl}`]),
  ];
}

/** The hub has checked who may write; without these the client would ask each person to pair with it. */
function accessLines({ people }: ExportFacts): string[] {
  return ["WEIXIN_DM_POLICY=allowlist", `WEIXIN_ALLOWED_USERS=${people.join(",")}`];
}

/** The lines take the place of those that set the same variables; everything else stays. */
function environmentFile(path: string, lines: readonly string[]): PlannedFile {
  const names = new Set(lines.map(nameOf));
  const shown = lines.map((line) => `${line}\n`).join("");
  return {
    path,
    shown,
    content(old) {
      if (old === null || old.trim() === "") return shown;
      const kept = old.trimEnd().split(/\r?\n/).filter((line) => !names.has(nameOf(line)));
      return [...kept, ""].join("\n") + shown;
    },
  };
}

function nameOf(line: string): string | null {
  return /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1] ?? null;
}
