/** QR login: the code, what the phone does with it, and what the caller is told (ILINK.md 9.3). */
import { listMember } from "../lib/json.ts";
import type { QrStatus } from "../wire/login.ts";
import { type Answer, type Call, jsonAnswer } from "./exchange.ts";
import { mintQrcode } from "./ids.ts";
import { bindBot, botOfToken, findPerson } from "./people.ts";
import { type Bot, type Code, later, tell, type World } from "./world.ts";

const WRONG_CODES_MAX = 3;
const CODES_MAX = 100;
/** Statuses that may change: a call is held while its caller knows them already. */
const HELD: ReadonlySet<QrStatus> = new Set(["wait", "scaned", "need_verifycode"]);
/** Statuses that never change again. */
const ENDED: ReadonlySet<QrStatus> = new Set([
  "expired",
  "verify_code_blocked",
  "binded_redirect",
]);

export function answerQrCode(world: World, { exchange, body }: Call): Answer {
  const query = new URLSearchParams(exchange.query);
  if ((query.get("bot_type") ?? "") === "") {
    return jsonAnswer({ ret: 1, err_msg: "missing bot_type" });
  }
  const tokens = listMember(body, "local_token_list");
  const code: Code = {
    qrcode: mintQrcode(world.random),
    madeAtMs: world.clock.now(),
    localTokens: tokens.filter((token) => typeof token === "string"),
    status: "wait",
    told: "wait",
    scannedBy: null,
    verifyCode: "",
    wrongTries: 0,
    redirectHost: "",
    confirmedAtMs: 0,
    credentials: {},
    waiters: new Set(),
  };
  world.codes.set(code.qrcode, code);
  for (const oldest of world.codes.keys()) {
    if (world.codes.size <= CODES_MAX) break;
    world.codes.delete(oldest);
  }
  tell(world, { kind: "qr", qrcode: code.qrcode, status: "wait" });
  const link = `${world.baseUrl}/q/simulated?qrcode=${code.qrcode}&bot_type=3`;
  return jsonAnswer({ qrcode: code.qrcode, qrcode_img_content: link, ret: 0 });
}

export function answerQrStatus(world: World, call: Call): Answer | Promise<Answer> {
  const query = new URLSearchParams(call.exchange.query);
  const code = world.codes.get(query.get("qrcode") ?? "");
  if (code === undefined) return jsonAnswer({ ret: 0, status: "expired" });
  expireWhenDue(world, code);
  const verifyCode = query.get("verify_code") ?? "";
  const isTried = code.status === "need_verifycode" && verifyCode !== "";
  if (isTried) tryVerifyCode(world, { code, verifyCode });
  const status = statusFor(code, call);
  const isNews = isTried || status !== code.told || !HELD.has(status);
  if (isNews && call.holdMs === null) return statusAnswer(code, call);
  return new Promise((resolve) => {
    const finish = () => {
      cancel();
      code.waiters.delete(finish);
      call.exchange.onGone = null;
      expireWhenDue(world, code);
      resolve(statusAnswer(code, call));
    };
    const cancel = later(world, call.holdMs ?? world.settings.qrHoldMs, finish);
    if (call.holdMs === null) code.waiters.add(finish);
    call.exchange.onGone = finish;
  });
}

/** The first host knows no more than that the other one is to be asked. */
function statusFor(code: Code, { exchange }: Call): QrStatus {
  return code.redirectHost !== "" && !exchange.isRedirected ? "scaned_but_redirect" : code.status;
}

function statusAnswer(code: Code, call: Call): Answer {
  const status = statusFor(code, call);
  code.told = status;
  const body = { ret: 0, status };
  if (status === "scaned_but_redirect") {
    return jsonAnswer({ ...body, redirect_host: code.redirectHost });
  }
  return jsonAnswer(status === "confirmed" ? { ...body, ...code.credentials } : body);
}

function tryVerifyCode(
  world: World,
  given: { readonly code: Code; readonly verifyCode: string },
): void {
  const { code, verifyCode } = given;
  if (verifyCode === code.verifyCode) return change(world, { code, status: "scaned" });
  code.wrongTries += 1;
  if (code.wrongTries >= WRONG_CODES_MAX) change(world, { code, status: "verify_code_blocked" });
}

function expireWhenDue(world: World, code: Code): void {
  const nowMs = world.clock.now();
  const isDue = code.status === "confirmed"
    ? nowMs - code.confirmedAtMs > world.settings.qrConfirmedMs
    : !ENDED.has(code.status) && nowMs - code.madeAtMs > world.settings.qrTtlMs;
  if (isDue) change(world, { code, status: "expired" });
}

function change(
  world: World,
  given: { readonly code: Code; readonly status: QrStatus },
): void {
  const { code, status } = given;
  code.status = status;
  tell(world, { kind: "qr", qrcode: code.qrcode, status });
  for (const wake of [...code.waiters]) wake();
}

/** The code that a phone still can act on; throws a `RangeError` for any other. */
function openCode(world: World, qrcode: string): Code {
  const code = world.codes.get(qrcode);
  if (code === undefined) throw new RangeError(`No QR code "${qrcode}"`);
  expireWhenDue(world, code);
  if (ENDED.has(code.status) || code.status === "confirmed") {
    throw new RangeError(`Cannot act on QR code "${qrcode}": it is ${code.status}`);
  }
  return code;
}

/** The person holds the phone over the code. */
export function scanCode(
  world: World,
  given: { readonly qrcode: string; readonly person: string },
): void {
  const code = openCode(world, given.qrcode);
  const person = findPerson(world, given.person);
  code.scannedBy = person;
  const isBound = code.localTokens.some((token) => botOfToken(world, token)?.owner === person);
  change(world, { code, status: isBound ? "binded_redirect" : "scaned" });
}

/** The phone shows digits that the caller has to give. */
export function askVerifyCode(
  world: World,
  given: { readonly qrcode: string; readonly verifyCode: string },
): void {
  const code = openCode(world, given.qrcode);
  code.verifyCode = given.verifyCode;
  change(world, { code, status: "need_verifycode" });
}

/** From now on the first host only says where to ask: at the second listener, which knows the true status. */
export async function redirectCode(world: World, qrcode: string): Promise<string> {
  const code = openCode(world, qrcode);
  code.redirectHost = await world.openRedirect();
  change(world, { code, status: code.status });
  return code.redirectHost;
}

/** The person who scanned says yes: their bot gets a new id and token, the old token is dead at once. */
export function confirmCode(world: World, qrcode: string): Bot {
  const code = openCode(world, qrcode);
  if (code.scannedBy === null || code.status !== "scaned") {
    throw new RangeError(`Cannot confirm QR code "${qrcode}": it is ${code.status}, want scaned`);
  }
  const bot = bindBot(world, { owner: code.scannedBy.id });
  code.confirmedAtMs = world.clock.now();
  code.credentials = {
    bot_token: bot.token,
    ilink_bot_id: bot.id,
    baseurl: world.baseUrl,
    ilink_user_id: bot.owner.id,
  };
  change(world, { code, status: "confirmed" });
  return bot;
}

export function expireCode(world: World, qrcode: string): void {
  change(world, { code: openCode(world, qrcode), status: "expired" });
}
