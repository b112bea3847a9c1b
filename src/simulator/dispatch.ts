/** From a request to its answer: which endpoint, whose token, which fault; every request is recorded. */
import { isObject, type JsonObject, objectMember, textMember, tryParseJson } from "../lib/json.ts";
import { readBearer } from "../wire/headers.ts";
import { writeOk } from "../wire/ret.ts";
import {
  type Answer,
  type BotCall,
  type Call,
  type Endpoint,
  type Exchange,
  invalidArguments,
  jsonAnswer,
  type RequestRecord,
} from "./exchange.ts";
import { type Fault, type FaultAct, takeFault } from "./faults.ts";
import { answerQrCode, answerQrStatus } from "./login.ts";
import { answerDownload, answerUpload, answerUploadUrl } from "./media.ts";
import { botOfToken, supersede } from "./people.ts";
import { answerSend } from "./send.ts";
import { answerConfig, answerTyping } from "./typing.ts";
import { answerUpdates, staleAnswer } from "./updates.ts";
import { type Bot, later, tell, type World } from "./world.ts";

const API = "/ilink/bot/";
/** Longer JSON bodies are cut in the request log. */
const LOGGED_TEXT_MAX = 64 * 1024;

const ROUTES: Readonly<Record<string, Endpoint>> = {
  [`POST ${API}get_bot_qrcode`]: "get_bot_qrcode",
  [`GET ${API}get_bot_qrcode`]: "get_bot_qrcode",
  [`GET ${API}get_qrcode_status`]: "get_qrcode_status",
  [`POST ${API}getupdates`]: "getupdates",
  [`POST ${API}sendmessage`]: "sendmessage",
  [`POST ${API}getconfig`]: "getconfig",
  [`POST ${API}sendtyping`]: "sendtyping",
  [`POST ${API}getuploadurl`]: "getuploadurl",
  [`POST ${API}msg/notifystart`]: "notifystart",
  [`POST ${API}msg/notifystop`]: "notifystop",
  "POST /c2c/upload": "upload",
  "GET /c2c/download": "download",
};

type Handler =
  /** Needs no token. */
  | {
    readonly kind: "open";
    readonly answer: (world: World, call: Call) => Answer | Promise<Answer>;
  }
  | {
    readonly kind: "bot";
    readonly answer: (world: World, call: BotCall) => Answer | Promise<Answer>;
  };

const HANDLERS: Readonly<Record<Endpoint, Handler>> = {
  get_bot_qrcode: { kind: "open", answer: answerQrCode },
  get_qrcode_status: { kind: "open", answer: answerQrStatus },
  getupdates: { kind: "bot", answer: answerUpdates },
  sendmessage: { kind: "bot", answer: answerSend },
  getconfig: { kind: "bot", answer: answerConfig },
  sendtyping: { kind: "bot", answer: answerTyping },
  getuploadurl: { kind: "bot", answer: answerUploadUrl },
  notifystart: { kind: "bot", answer: (_world, { bot }) => answerNotice(bot, "start") },
  notifystop: { kind: "bot", answer: (_world, { bot }) => answerNotice(bot, "stop") },
  upload: { kind: "open", answer: answerUpload },
  download: { kind: "open", answer: answerDownload },
};

function answerNotice(bot: Bot, what: "start" | "stop"): Answer {
  bot.notices.push(what);
  return jsonAnswer(writeOk());
}

type Outcome =
  | { readonly kind: "answered" | "half"; readonly answer: Answer }
  | { readonly kind: "reset" | "silent" };

/** Answers one request and records it; `exchange` is told what to write. */
export async function dispatch(world: World, exchange: Exchange): Promise<void> {
  const endpoint = ROUTES[`${exchange.method} ${exchange.path}`] ?? null;
  const isMedia = endpoint === "upload" || endpoint === "download";
  const text = isMedia ? "" : new TextDecoder().decode(exchange.body);
  const record: RequestRecord = {
    order: ++world.requestCount,
    atMs: world.clock.now(),
    endpoint,
    method: exchange.method,
    path: exchange.path,
    query: exchange.query,
    headers: exchange.headers,
    body: text.slice(0, LOGGED_TEXT_MAX),
    bodyBytes: exchange.body.length,
    fault: "",
    outcome: "pending",
    status: 0,
    answer: "",
    answeredAtMs: null,
  };
  world.requests.push(record);
  const outcome: Outcome = endpoint === null
    ? { kind: "answered", answer: { status: 404, body: "" } }
    : await answerEndpoint(world, { endpoint, exchange, text, record });
  perform(world, { outcome, exchange, record });
}

function perform(
  world: World,
  given: {
    readonly outcome: Outcome;
    readonly exchange: Exchange;
    readonly record: RequestRecord;
  },
): void {
  const { outcome, exchange, record } = given;
  record.outcome = exchange.isGone ? "gone" : outcome.kind;
  record.answeredAtMs = world.clock.now();
  switch (outcome.kind) {
    case "reset":
      exchange.reset();
      break;
    case "silent":
      break;
    case "answered":
    case "half": {
      const { answer } = outcome;
      record.status = answer.status;
      record.answer = typeof answer.body === "string" ? answer.body : "";
      const headers = { "content-type": world.settings.contentType, ...answer.headers };
      const whole = { ...answer, headers };
      if (outcome.kind === "half") exchange.writeHalf(whole);
      else exchange.write(whole);
    }
  }
  tell(world, { kind: "request", endpoint: record.endpoint, order: record.order });
}

async function answerEndpoint(
  world: World,
  given: {
    readonly endpoint: Endpoint;
    readonly exchange: Exchange;
    readonly text: string;
    readonly record: RequestRecord;
  },
): Promise<Outcome> {
  const { endpoint, exchange, record } = given;
  const parsed = given.text === "" ? {} : tryParseJson(given.text);
  const body = isObject(parsed) ? parsed : null;
  const token = readBearer(headerText(exchange, "authorization"));
  const about = { endpoint, token, person: personOf(body ?? {}) };

  const arrival = takeFault(world, { ...about, stage: "arrival" });
  if (arrival !== null) {
    record.fault = arrival.act.kind;
    if (arrival.act.kind === "supersede") supersedeLater(world, { token, fault: arrival });
    else await wait(world, arrival.afterMs);
    const early = spoiled(arrival.act, null);
    if (early !== null) return early;
  }

  const holdMs = arrival?.act.kind === "hold" ? arrival.act.ms : null;
  const answer = body === null
    ? invalidArguments()
    : await answerCall(world, { endpoint, call: { exchange, body, holdMs }, token });
  if (answer.isIdle === true) return { kind: "answered", answer };
  const late = takeFault(world, { ...about, stage: "answer" });
  if (late === null) return { kind: "answered", answer };
  record.fault = late.act.kind;
  await wait(world, late.afterMs);
  return spoiled(late.act, answer) ?? { kind: "answered", answer };
}

function wait(world: World, ms = 0): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => later(world, ms, resolve));
}

function supersedeLater(
  world: World,
  given: { readonly token: string; readonly fault: Fault },
): void {
  const bot = botOfToken(world, given.token);
  if (bot !== null) later(world, given.fault.afterMs ?? 0, () => supersede(bot));
}

/** What comes instead of `answer`, which is `null` when the call is not handled; `null` when nothing is spoilt. */
function spoiled(fault: FaultAct, answer: Answer | null): Outcome | null {
  switch (fault.kind) {
    case "reset":
      return { kind: "reset" };
    case "silence":
      return { kind: "silent" };
    case "half_body":
      return answer === null ? null : { kind: "half", answer };
    case "ret": {
      const { kind: _kind, processed: _processed, ...members } = fault;
      return { kind: "answered", answer: jsonAnswer(members) };
    }
    case "replace":
      return { kind: "answered", answer: { status: fault.status ?? 200, ...replacement(fault) } };
    default:
      return null;
  }
}

function replacement(fault: Extract<FaultAct, { kind: "replace" }>): Omit<Answer, "status"> {
  switch (fault.body) {
    case "empty":
      return { body: "" };
    case "invalid_json":
      return { body: '{"msgs":[{"seq":1,' };
    case "html":
      return {
        body: "<html><body><h1>Something went wrong</h1></body></html>",
        headers: { "content-type": "text/html" },
      };
    default:
      return { body: fault.body.text };
  }
}

function answerCall(
  world: World,
  given: { readonly endpoint: Endpoint; readonly call: Call; readonly token: string },
): Answer | Promise<Answer> {
  const { call, token } = given;
  const handler = HANDLERS[given.endpoint];
  if (handler.kind === "open") return handler.answer(world, call);
  const bot = botOfToken(world, token);
  const isMarked = headerText(call.exchange, "authorizationtype") === "ilink_bot_token";
  if (bot === null || (world.settings.authorizationType === "required" && !isMarked)) {
    return staleAnswer(world);
  }
  return handler.answer(world, { ...call, bot });
}

/** The person a request is about, for faults that strike one person only. */
function personOf(body: JsonObject): string {
  return textMember(body, "ilink_user_id") || textMember(body, "to_user_id") ||
    textMember(objectMember(body, "msg") ?? {}, "to_user_id");
}

function headerText(exchange: Exchange, name: string): string {
  const value = exchange.headers[name];
  return typeof value === "string" ? value : "";
}
