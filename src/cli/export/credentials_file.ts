/** The one file that the wechatbot SDKs read, and Recursive, which is built on one of them (ILINK.md 7.2). */
import { type Exporter, type ExportFacts, folderOf, ownFile } from "./plan.ts";

/** Node, Python, Go and Rust read the same file. */
export const exportWechatbot: Exporter = (facts, place) => {
  const folder = folderOf(place, { variables: [], byDefault: ".wechatbot" });
  return { files: [ownFile(`${folder}/credentials.json`, credentialsOf(facts))], lines: [] };
};

/** Its own default path holds a name made from the workspace, so the path is given to it. */
export const exportRecursive: Exporter = (facts, place) => {
  const folder = folderOf(place, { variables: [], byDefault: ".recursive" });
  const path = `${folder}/weixin_creds.json`;
  return {
    files: [ownFile(path, credentialsOf(facts))],
    lines: [
      `recursive --weixin --weixin-base-url ${facts.baseUrl} --weixin-cred-path ${quoted(path)}`,
    ],
  };
};

/** Rust writes `saved_at`, the others `savedAt`; each passes over what it does not know. */
function credentialsOf({ token, baseUrl, botId, people, savedAt }: ExportFacts): object {
  return { token, baseUrl, accountId: botId, userId: people[0], savedAt, saved_at: savedAt };
}

/** As a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:~-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
