/** `health`: for whatever watches over a process, such as a container's health check. Needs no token and no key. */
import { HubError } from "../core/error.ts";
import type { Health } from "../core/status.ts";
import { isObject, textMember, tryParseJson } from "../lib/json.ts";
import { HEALTH, LOOK } from "../text/look.ts";
import { say } from "../text/say.ts";
import { type Call, FAILED, OK, show, textOption } from "./command.ts";
import { readRunningHub } from "./data_directory.ts";
import { callHttp } from "./http_call.ts";

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const { data } = call.settings;
  const url = textOption(call, "hub-url") ?? readRunningHub(data)?.url ?? null;
  if (url === null) {
    throw new HubError("HUB_UNREACHABLE", `Cannot find a running hub on the data in ${data}`, {
      hint: "Start one with ilink-hub serve, or give its address with --hub-url",
    });
  }
  const base = url.replace(/\/+$/, "");
  const answer = await callHttp({ method: "GET", url: `${base}/health`, headers: {}, body: "" });
  const health = readHealth(answer.text);
  if (health === null) {
    throw new HubError(
      "HUB_UNREACHABLE",
      `Cannot understand ${base}/health: HTTP ${answer.status}`,
    );
  }
  const word = HEALTH[health.state === "ok" ? "ok" : health.reason][call.lang];
  show(call, health, [say(call.lang, LOOK.health, { health: word })]);
  return answer.status === 200 ? OK : FAILED;
}

function readHealth(text: string): Health | null {
  const value = tryParseJson(text);
  if (!isObject(value)) return null;
  const word = value["state"] === "ok" ? "ok" : textMember(value, "reason");
  return word in HEALTH ? value as unknown as Health : null;
}
