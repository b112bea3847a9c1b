/** Reads what the control API is given; anything else than the documented shapes is refused with the place and the reason. */
import { z } from "zod";
import { isObject, type Json, type JsonObject } from "../lib/json.ts";
import { ENDPOINTS } from "./exchange.ts";
import type { Fault } from "./faults.ts";
import type { SayPart } from "./items.ts";
import type { Settings } from "./settings.ts";
import type { BotGiven, SayGiven } from "./simulator.ts";

const maybe = z.exactOptional;
const count = z.int().min(0);
const text = z.string();
const object = z.custom<JsonObject>(isObject, "want an object");
const base64 = z.base64().transform((encoded) => Uint8Array.fromBase64(encoded));

const settings: z.ZodType<Partial<Settings>> = z.strictObject({
  mode: maybe(z.enum(["tencent", "ack", "dup"])),
  holdMs: maybe(count),
  batchMax: maybe(z.int().min(1)),
  longPollMs: maybe(count.nullable()),
  abandonedPoll: maybe(z.enum(["released", "swallows"])),
  repeatMinMs: maybe(count),
  repeatMaxMs: maybe(count),
  repeatContextToken: maybe(z.enum(["same", "new"])),
  repeatMessageId: maybe(z.enum(["same", "new"])),
  budget: maybe(count),
  coolDownMs: maybe(count),
  burstSends: maybe(count),
  burstWithinMs: maybe(count),
  burstPenaltyMs: maybe(count),
  windowMs: maybe(count),
  windowAnswer: maybe(z.enum(["lost", "prepare_failed"])),
  contextTokenMs: maybe(count.nullable()),
  contextTokenAnswer: maybe(z.enum(["unknown_error", "empty"])),
  hidesSends: maybe(z.boolean()),
  textShownMax: maybe(count.nullable()),
  progressItems: maybe(z.enum(["hidden", "shown"])),
  sendAnswer: maybe(z.enum(["message_id", "ret", "object", "empty"])),
  repeatedClientId: maybe(z.enum(["second_message", "ignored"])),
  contextToken: maybe(z.enum(["unchecked", "required"])),
  authorizationType: maybe(z.enum(["unchecked", "required"])),
  staleAnswer: maybe(z.enum(["ret_and_errcode", "errcode"])),
  uploadAnswer: maybe(z.enum(["full_only", "param_only", "both"])),
  voiceUpload: maybe(z.enum(["refused", "accepted"])),
  contentType: maybe(z.enum(["application/json", "application/octet-stream"])),
  typingShownMs: maybe(count),
  ticketMs: maybe(count),
  qrHoldMs: maybe(count),
  qrTtlMs: maybe(count),
  qrConfirmedMs: maybe(count),
});

const processed = z.boolean();
const code = maybe(z.int().nullable());

const fault: z.ZodType<Fault> = z.strictObject({
  endpoint: z.enum([...ENDPOINTS, "any"]),
  act: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("delay") }),
    z.strictObject({ kind: z.literal("hold"), ms: count }),
    z.strictObject({ kind: z.literal("reset"), processed }),
    z.strictObject({ kind: z.literal("silence"), processed }),
    z.strictObject({ kind: z.literal("half_body") }),
    z.strictObject({
      kind: z.literal("replace"),
      processed,
      status: maybe(z.int().min(200).max(599)),
      body: z.union([z.enum(["html", "empty", "invalid_json"]), z.strictObject({ text })]),
    }),
    z.strictObject({
      kind: z.literal("ret"),
      processed,
      ret: code,
      errcode: code,
      errmsg: maybe(text.nullable()),
    }),
    z.strictObject({
      kind: z.literal("duplicate_batch"),
      contextToken: z.enum(["same", "new"]),
    }),
    z.strictObject({ kind: z.literal("reorder_batch") }),
    z.strictObject({ kind: z.literal("missing_cursor") }),
    z.strictObject({ kind: z.literal("clock_skew"), ms: z.int() }),
    z.strictObject({ kind: z.literal("oversized_batch") }),
    z.strictObject({ kind: z.literal("supersede") }),
    z.strictObject({ kind: z.literal("missing_header") }),
  ]),
  times: maybe(z.int().min(1)),
  forMs: maybe(count),
  afterMs: maybe(count),
  skip: maybe(count),
  bot: maybe(text),
  person: maybe(text),
});

const part: z.ZodType<SayPart> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("text"), text }),
  z.strictObject({ kind: z.literal("image"), bytes: maybe(base64) }),
  z.strictObject({ kind: z.literal("voice"), bytes: maybe(base64), transcript: maybe(text) }),
  z.strictObject({ kind: z.literal("file"), name: text, bytes: maybe(base64) }),
  z.strictObject({ kind: z.literal("video"), bytes: maybe(base64) }),
  z.strictObject({ kind: z.literal("other"), item: object }),
]);

const say = z.strictObject({
  parts: z.array(part),
  quote: maybe(z.strictObject({
    wireId: text,
    style: z.enum(["embedded", "id", "partial"]),
    selected: maybe(text),
  })),
  extra: maybe(object),
});

const message = z.strictObject({
  person: maybe(text),
  bot: maybe(text),
  // A text is made a message of one part first, so that an error names the place in the part it means.
  what: z.preprocess(
    (given) => typeof given === "string" ? { parts: [{ kind: "text", text: given }] } : given,
    say,
  ),
});
const messages: z.ZodType<readonly SayGiven[]> = z.array(message);

const person = z.strictObject({ id: maybe(text), name: maybe(text) });
const bot: z.ZodType<BotGiven> = z.strictObject({
  owner: maybe(text),
  id: maybe(text),
  token: maybe(text),
});

/** Input that does not have the wanted shape; the message says where and why. */
export class InputError extends Error {
  override readonly name = "InputError";
}

function read<T>(schema: z.ZodType<T>, given: Json): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new InputError(z.prettifyError(result.error));
}

export function readSettings(given: Json): Partial<Settings> {
  return read(settings, given);
}

export function readFault(given: Json): Fault {
  return read(fault, given);
}

export function readPerson(given: Json): { readonly id?: string; readonly name?: string } {
  return read(person, given);
}

export function readBot(given: Json): BotGiven {
  return read(bot, given);
}

/** One message or a list of them. */
export function readMessages(given: Json): readonly SayGiven[] {
  return read(messages, Array.isArray(given) ? given : [given]);
}

/** What the phone does with a QR code. */
export function readPhone(given: Json): { readonly person?: string; readonly verifyCode?: string } {
  return read(z.strictObject({ person: maybe(text), verifyCode: maybe(text) }), given);
}
