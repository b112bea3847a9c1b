/** Mints the ids and opaque texts of the simulated WeChat in the forms the real one uses (ILINK.md 2.5). */
import { Buffer } from "node:buffer";
import { type Random, randomHex } from "../lib/random.ts";

const WIRE_ID_FIRST = 7_000_000_000_000_000_000n;
const WIRE_ID_COUNT = 900_000_000_000_000_000n;

const CONTEXT_TOKEN_BYTES = 102;
const CONTEXT_TOKEN_PREFIX = [0x00, 0x04, 0x73, 0x25, 0x60, 0x05];
const CONTEXT_TOKEN_TIME_AT = 24;
const TICKET_BYTES = 336;
/** Seven bytes of a varint hold any number below 2^49. */
const POSITION_END_MAX = 3 + 7;

/** The digits of a message id: a uint64 far beyond 2^53. */
export function mintWireId(random: Random): string {
  const [value = 0n] = new BigUint64Array(random.bytes(8).buffer);
  return String(WIRE_ID_FIRST + value % WIRE_ID_COUNT);
}

export function mintPersonId(random: Random): string {
  return `o9cq80${randomHex(random, 11)}@im.wechat`;
}

export function mintBotId(random: Random): string {
  return `${randomHex(random, 6)}@im.bot`;
}

export function mintBotToken(botId: string, random: Random): string {
  return `${botId}:06${randomHex(random, 31)}`;
}

export function mintQrcode(random: Random): string {
  return randomHex(random, 16);
}

/** 136 characters of base64; bytes 24 to 27 hold the second of issue, little-endian. */
export function mintContextToken(nowMs: number, random: Random): string {
  const bytes = random.bytes(CONTEXT_TOKEN_BYTES);
  bytes.set(CONTEXT_TOKEN_PREFIX, 0);
  new DataView(bytes.buffer).setUint32(CONTEXT_TOKEN_TIME_AT, Math.floor(nowMs / 1000), true);
  return bytes.toBase64();
}

export function mintTicket(random: Random): string {
  return random.bytes(TICKET_BYTES).toBase64();
}

/** A CDN parameter: base64 with the characters that a careless client forgets to escape. */
export function mintMediaParam(random: Random): string {
  return `${random.bytes(46).toBase64()}+/==`;
}

/** What a cursor says: the number of the answer it came with. */
export interface Cursor {
  readonly text: string;
  readonly syncText: string;
}

/**
 * A cursor as WeChat makes them: a protobuf whose field 1 is the position and whose field 2 is the bot token in clear, so
 * that a test can tell whether a hub leaks one.
 */
export function writeCursor(answer: number, token: string): Cursor {
  const position = Buffer.from([0x08, ...varint(answer)]);
  const name = Buffer.from(token);
  const bytes = Buffer.concat([
    Buffer.from([0x0a, ...varint(position.length)]),
    position,
    Buffer.from([0x12, ...varint(name.length)]),
    name,
  ]);
  return { text: bytes.toString("base64"), syncText: position.toString("base64") };
}

/** The answer number of a cursor made for `token`; 0 for an empty, foreign or unreadable one. */
export function readCursor(text: string, token: string): number {
  const bytes = Buffer.from(text, "base64");
  let answer = 0;
  // The position is the whole of field 1: its length, then tag 0x08, then the number.
  const end = Math.min(2 + (bytes[1] ?? 0), POSITION_END_MAX);
  for (let at = 3, shift = 0; at < end; at++, shift += 7) {
    answer += ((bytes[at] ?? 0) & 0x7f) * 2 ** shift;
  }
  return writeCursor(answer, token).text === text ? answer : 0;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
