/**
 * The way from a command to the hub's admin API: over HTTP to a hub that runs, else in this process on the data directory.
 * Whether a hub runs is decided by the directory's lock alone.
 */
import type { ClosedHub } from "../config/launch.ts";
import { HubError, type HubErrorCode } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { sleep } from "../lib/clock.ts";
import { isObject, type Json, textMember, tryParseJson } from "../lib/json.ts";
import { silentLog } from "../lib/log.ts";
import { ERROR_TITLE } from "../text/errors.ts";
import { type Call, textOption } from "./command.ts";
import {
  hasDataDirectory,
  openDataDirectory,
  type OpenedDirectory,
  readAdminToken,
  readRunningHub,
} from "./data_directory.ts";
import { askHealth, callHttp, type HttpAnswer, type HttpCall } from "./http_call.ts";

export interface AdminApi {
  /** The answer's JSON. Throws the hub's refusal as a `HubError`, and `HUB_UNREACHABLE`. */
  ask(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object): Promise<Json>;
  /** Posts what the hub may have to work on for a while. */
  askPatiently(path: string, body: object): Promise<Json>;
  /** Whether a hub is running, so that what was changed is in force already. */
  readonly isRunning: boolean;
}

/** How long another command may hold the data directory, or a hub may start and stop, before we give up. */
const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 100;
/** For what takes time; a little less than the hub lets a silent connection live. */
const LONG_MS = LIMITS.silentConnectionMs - 5_000;

/**
 * Lets `use` ask the hub. With `mayCreate` a data directory is made where there is none. Throws `HUB_UNREACHABLE` and what
 * opening the data directory throws.
 */
export async function withHub<T>(
  call: Call,
  use: (api: AdminApi) => Promise<T>,
  { mayCreate = false }: { readonly mayCreate?: boolean } = {},
): Promise<T> {
  const remote = textOption(call, "hub-url");
  if (remote !== null) return await use(remoteApi(call, remote));
  const { data } = call.settings;
  if (!mayCreate && !hasDataDirectory(data)) {
    throw new HubError("DATA_DIRECTORY_UNUSABLE", `Cannot find a data directory at ${data}`, {
      hint: "Start a hub with ilink-hub serve, or say where the data is with --data",
    });
  }
  const deadlineMs = call.clock.monotonic() + PATIENCE_MS;
  for (;;) {
    // A token given for some other hub is none of this directory's business.
    const opened = openDataDirectory({ ...call.settings, adminToken: null }, {
      random: call.random,
      directory: call.terminal.directory,
    });
    if (opened !== null) return await useClosed(call, opened, use);
    // A hub that crashed may have left its address behind, while another command holds the lock for a moment.
    const running = readRunningHub(data);
    if (running !== null && await askHealth(running.url) !== null) {
      return await use(runningApi(call, running.url));
    }
    if (call.clock.monotonic() > deadlineMs) throw unreachable(data);
    await sleep(call.clock, LOOK_AGAIN_MS);
  }
}

async function useClosed<T>(
  call: Call,
  opened: OpenedDirectory,
  use: (api: AdminApi) => Promise<T>,
): Promise<T> {
  try {
    const { openHub } = await call.loadHub();
    const hub = await openHub({
      settings: call.settings,
      dataDirectory: opened,
      version: call.version,
      clock: call.clock,
      random: call.random,
      log: silentLog,
      env: (name) => call.terminal.env(name),
      onEvent: () => {},
    });
    try {
      const token = opened.adminToken.current();
      return await use(
        createApi(token, { isRunning: false, send: (made) => inProcess(hub, made) }),
      );
    } finally {
      await hub.stop();
    }
  } finally {
    opened.release();
  }
}

async function inProcess(hub: ClosedHub, { method, url, headers, body }: HttpCall) {
  const init = { method, headers, ...(body === "" ? {} : { body }) };
  const response = await hub.fetch(new Request(`http://127.0.0.1${url}`, init));
  return { status: response.status, text: await response.text() };
}

/** The token of this machine's hub is for this machine's hub: another place gets the one that was given. */
function remoteApi(call: Call, url: string): AdminApi {
  const base = url.replace(/\/+$/, "");
  const parsed = /^https?:\/\//.test(base) ? URL.parse(base) : null;
  if (parsed === null) {
    throw new HubError("USAGE", `Cannot use --hub-url ${url}: want http(s)://HOST[:PORT]`);
  }
  const isHere = /^(localhost|127\..*|\[::1\])$/.test(parsed.hostname);
  const own = isHere ? readAdminToken(call.settings.data) : null;
  return httpApi(call.settings.adminToken ?? own, base);
}

function runningApi(call: Call, url: string): AdminApi {
  return httpApi(readAdminToken(call.settings.data) ?? call.settings.adminToken, url);
}

function httpApi(token: string | null, base: string): AdminApi {
  if (token === null) {
    throw new HubError(
      "ADMIN_TOKEN_WRONG",
      `Cannot ask the hub at ${base}: there is no admin token`,
      {
        hint:
          "Give it with --admin-token or ILINK_ADMIN_TOKEN, or name its data directory with --data",
      },
    );
  }
  return createApi(token, {
    isRunning: true,
    send: (made) => callHttp({ ...made, url: base + made.url }),
  });
}

function createApi(
  token: string,
  way: { readonly isRunning: boolean; readonly send: (call: HttpCall) => Promise<HttpAnswer> },
): AdminApi {
  async function send(made: Pick<HttpCall, "method" | "url" | "limitMs">, body?: object) {
    const answer = await way.send({
      ...made,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? "" : JSON.stringify(body),
    });
    const value = tryParseJson(answer.text);
    if (answer.status >= 200 && answer.status < 300 && value !== undefined) return value;
    throw refusal(answer, value);
  }

  return {
    isRunning: way.isRunning,
    ask: (method, url, body) => send({ method, url }, body),
    askPatiently: (url, body) => send({ method: "POST", url, limitMs: LONG_MS }, body),
  };
}

/** The hub's own words where it gave some. */
function refusal(answer: HttpAnswer, value: Json | undefined): HubError {
  const error = isObject(value) ? value["error"] : undefined;
  if (!isObject(error)) {
    return new HubError(
      "HUB_UNREACHABLE",
      `Cannot understand the answer: HTTP ${answer.status}, want JSON of a hub's admin API`,
      { hint: "Check that the address is that of ilink-hub" },
    );
  }
  const code = textMember(error, "code");
  const hint = textMember(error, "hint");
  return new HubError(
    isCode(code) ? code : "HUB_UNREACHABLE",
    textMember(error, "message"),
    hint === "" ? {} : { hint },
  );
}

function isCode(code: string): code is HubErrorCode {
  return code in ERROR_TITLE;
}

function unreachable(data: string): HubError {
  return new HubError(
    "HUB_UNREACHABLE",
    `Cannot reach the hub that uses ${data}: it holds the lock and does not answer`,
    { hint: "It may be starting or stopping: try again in a moment" },
  );
}
