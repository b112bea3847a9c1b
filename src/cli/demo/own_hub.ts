/** The demo's own hub: the real one, with throw-away data and nothing of this machine's settings. */
import type { Settings } from "../../config.ts";
import type { HubEvent } from "../../config/launch.ts";
import { readSettings } from "../../config/read.ts";
import type { RunningHub } from "../../hub.ts";
import type { Clock } from "../../lib/clock.ts";
import { isObject, type JsonObject, tryParseJson } from "../../lib/json.ts";
import { silentLog } from "../../lib/log.ts";
import type { Random } from "../../lib/random.ts";
import type { Lang } from "../../text/say.ts";
import { openDataDirectory } from "../data_directory.ts";
import { callHttp } from "../http_call.ts";
import { onPort, type TakenPort } from "./ports.ts";

export interface DemoHub extends RunningHub {
  /** One call of its admin API. Rejects unless the answer is a yes. */
  ask(method: string, path: string, body: object): Promise<JsonObject>;
}

export interface DemoHubOptions {
  /** An empty directory of its own. */
  readonly data: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the port goes when it is taken. */
  readonly taken: TakenPort[];
  readonly simulatorUrl: string;
  readonly onEvent: (event: HubEvent) => void;
  readonly lang: Lang;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** Throws what the hub throws at its start. */
export async function startDemoHub(options: DemoHubOptions): Promise<DemoHub> {
  const { data, clock, random, version, onEvent } = options;
  const settingsAt = (port: number) => readHubSettings({ ...options, port });
  const dataDirectory = openDataDirectory(settingsAt(0), { random, directory: data });
  if (dataDirectory === null) throw new Error(`Cannot use ${data}: somebody else holds its lock`);
  try {
    const { startHub } = await import("../../hub.ts");
    const hub = await onPort((port) =>
      startHub({
        settings: settingsAt(port),
        dataDirectory,
        version,
        clock,
        random,
        log: silentLog,
        env: () => undefined,
        onEvent,
      }), {
      ...options,
      portOf: ({ address }) => address.port,
    });
    dataDirectory.announce({ pid: Deno.pid, url: hub.url });
    return {
      ...hub,
      ask: (method, path, body) =>
        ask({ method, url: hub.url + path, token: dataDirectory.adminToken.current(), body }),
      async stop() {
        await hub.stop();
        dataDirectory.release();
      },
    };
  } catch (error) {
    dataDirectory.release();
    throw error;
  }
}

/** The defaults, whatever this machine's real hub is set to in the environment. */
function readHubSettings(
  { data, port, simulatorUrl, lang }: Pick<
    DemoHubOptions,
    "data" | "port" | "simulatorUrl" | "lang"
  >,
): Settings {
  const read = readSettings({
    flags: {
      data,
      addr: `127.0.0.1:${port}`,
      "ilink-base-url": simulatorUrl,
      "cdn-base-url": `${simulatorUrl}/c2c`,
      plugins: `${data}/plugins`,
      "chat-lang": lang,
    },
    env: () => undefined,
    file: null,
    place: { directory: data, home: null },
  });
  if (read.kind === "read") return read.settings;
  throw new Error(`The demo's own settings are wrong: ${JSON.stringify(read.problem)}`);
}

async function ask(call: {
  readonly method: string;
  readonly url: string;
  readonly token: string;
  readonly body: object;
}): Promise<JsonObject> {
  const { method, url, token, body } = call;
  const { status, text } = await callHttp({
    method,
    url,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = tryParseJson(text);
  if (status >= 200 && status < 300 && isObject(answer)) return answer;
  throw new Error(`${method} ${url} was answered with ${status} ${text}`);
}
