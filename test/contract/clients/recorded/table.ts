/** The clients that are not on npm, and those on it whose other habits matter, each by its name in ILINK.md 0.1. */
import { concatenated, decimalUin, type Habits, joined, type PollHabits } from "./habits.ts";
import {
  GO,
  judgeBoth,
  judgeErrcode,
  judgeKnown,
  judgeNever,
  judgeOfficial,
  judgeRet,
  judgeSdk,
  LENIENT,
  PYTHON,
  RUST,
} from "./parsers.ts";

const uuid = () => crypto.randomUUID();
const hex = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes)).toHex();

/** 1 s, doubled up to 10 s. */
const growing = (failures: number) => Math.min(10_000, 1_000 * 2 ** (failures - 1));
/** 2 s, each third time 30 s. */
const inThrees = (failures: number) => failures % 3 === 0 ? 30_000 : 2_000;

type GivenHeaders = Parameters<Habits["headers"]>[0];

/** The usual names in the usual case; `app` are the client's own. */
function usual(app: Readonly<Record<string, string>>) {
  return ({ token, uin }: GivenHeaders) =>
    [
      ["Content-Type", "application/json"],
      ["AuthorizationType", "ilink_bot_token"],
      ["Authorization", `Bearer ${token}`],
      ["X-WECHAT-UIN", decimalUin(uin)],
      ...Object.entries(app),
    ] as const;
}

const SDK_POLL: Omit<PollHabits, "read" | "limitMs"> = {
  takesServersLimit: false,
  ownLimitIs: "failure",
  judge: judgeSdk,
  pauseMs: growing,
  wantsTypeOne: true,
};

const OFFICIAL_POLL: PollHabits = {
  limitMs: 35_000,
  takesServersLimit: true,
  ownLimitIs: "empty_answer",
  read: LENIENT,
  judge: judgeOfficial,
  pauseMs: inThrees,
  wantsTypeOne: false,
};

const FULL_URL = {
  uploadsTo: "upload_full_url",
  downloadsFrom: "full_url",
  keyIs: "hex_text",
} as const;
const PARAM = {
  uploadsTo: "upload_param",
  downloadsFrom: "encrypt_query_param",
  keyIs: "hex_text",
} as const;

const NODE: Habits = {
  name: "NODE",
  target: joined,
  headers: usual({ "iLink-App-Id": "bot", "iLink-App-ClientVersion": "131072" }),
  framing: "length",
  baseInfo: { channel_version: "2.0.0" },
  poll: { ...SDK_POLL, limitMs: 40_000, read: LENIENT },
  send: {
    limitMs: 15_000,
    mintId: uuid,
    needsJson: false,
    judge: judgeBoth,
    repeats: { after: "limit", times: 2, pauseMs: 1_000 },
    textMax: 4_000,
    needsContextToken: true,
  },
  media: { ...FULL_URL, caption: "same_request" },
  cursorSaved: "before",
  dropsOlderMs: null,
};

const PY: Habits = {
  ...NODE,
  name: "PY",
  headers: usual({ "iLink-App-Id": "bot", "iLink-App-ClientVersion": "256" }),
  baseInfo: { channel_version: "0.1.0" },
  poll: { ...SDK_POLL, limitMs: 45_000, read: PYTHON },
  send: { ...NODE.send, repeats: null },
  media: { ...PARAM, caption: "same_request" },
  cursorSaved: "never",
};

/** Its HTTP library writes header names in a case of its own, and sorts them. */
const GO_SDK: Habits = {
  ...PY,
  name: "GO",
  target: concatenated,
  headers: ({ token, uin }) => [
    ["User-Agent", "Go-http-client/1.1"],
    ["Authorization", `Bearer ${token}`],
    ["Authorizationtype", "ilink_bot_token"],
    ["Content-Type", "application/json"],
    ["Ilink-App-Clientversion", "256"],
    ["Ilink-App-Id", "bot"],
    ["X-Wechat-Uin", decimalUin(uin)],
    ["Accept-Encoding", "gzip"],
  ],
  poll: { ...SDK_POLL, limitMs: 45_000, read: GO },
};

/** Its HTTP library writes header names in lower case. It looks at `errcode` alone when it sends. */
const RS: Habits = {
  ...PY,
  name: "RS",
  target: concatenated,
  headers: ({ token, uin }) => [
    ["content-type", "application/json"],
    ["authorizationtype", "ilink_bot_token"],
    ["authorization", `Bearer ${token}`],
    ["x-wechat-uin", decimalUin(uin)],
    ["ilink-app-id", "bot"],
    ["ilink-app-clientversion", "512"],
    ["accept", "*/*"],
  ],
  baseInfo: { channel_version: "0.2.0" },
  poll: { ...SDK_POLL, limitMs: 45_000, read: RUST },
  send: { ...PY.send, judge: judgeErrcode },
};

/** Goes on at once after every code but two: any other failure would make it spin. */
const WBS: Habits = {
  name: "WBS",
  target: joined,
  headers: usual({}),
  framing: "chunked",
  baseInfo: { channel_version: "1.0.0" },
  poll: {
    limitMs: 35_000,
    takesServersLimit: false,
    ownLimitIs: "empty_answer",
    read: LENIENT,
    judge: judgeKnown(-14, -13),
    pauseMs: (failures) => Math.min(60_000, 3_000 * 2 ** (failures - 1)),
    wantsTypeOne: true,
  },
  send: {
    limitMs: 15_000,
    mintId: () => `wx-bot-${hex(8)}`,
    needsJson: false,
    judge: judgeNever,
    repeats: null,
    textMax: 4_000,
    needsContextToken: true,
  },
  media: { ...PARAM, keyIs: "raw_bytes", caption: "own_request" },
  cursorSaved: "never",
  dropsOlderMs: null,
};

const WAS: Habits = {
  name: "WAS",
  target: joined,
  headers: usual({ SKRouteTag: "7" }),
  framing: "length",
  baseInfo: { channel_version: "unknown" },
  poll: OFFICIAL_POLL,
  send: {
    ...WBS.send,
    mintId: () => `openclaw-weixin:${Date.now()}-${hex(4)}`,
  },
  media: { ...FULL_URL, caption: "own_request" },
  cursorSaved: "before",
  dropsOlderMs: null,
};

const NS: Habits = {
  ...WAS,
  name: "NS",
  headers: usual({ "iLink-App-Id": "bot", "iLink-App-ClientVersion": "131329" }),
  baseInfo: { channel_version: "2.1.1" },
  send: { ...WAS.send, needsContextToken: false },
};

const HER: Habits = {
  ...WAS,
  name: "HER",
  headers: usual({ "iLink-App-Id": "bot", "iLink-App-ClientVersion": "131584" }),
  baseInfo: { channel_version: "2.2.0" },
  poll: { ...OFFICIAL_POLL, pauseMs: inThrees },
  send: {
    limitMs: 15_000,
    mintId: () => `hermes-weixin-${hex(16)}`,
    needsJson: true,
    judge: judgeBoth,
    repeats: { after: "refusal", times: 4, pauseMs: 3_000 },
    textMax: 2_000,
    needsContextToken: false,
  },
  media: { ...FULL_URL, downloadsFrom: "encrypt_query_param", caption: "own_request" },
};

const CC: Habits = {
  ...GO_SDK,
  name: "CC",
  target: joined,
  headers: ({ token, uin }) => [
    ["User-Agent", "Go-http-client/1.1"],
    ["Authorization", `Bearer ${token}`],
    ["Authorizationtype", "ilink_bot_token"],
    ["Content-Type", "application/json"],
    ["Skroutetag", "7"],
    ["X-Wechat-Uin", decimalUin(uin)],
    ["Accept-Encoding", "gzip"],
  ],
  baseInfo: { channel_version: "cc-connect-weixin/1.0" },
  poll: {
    limitMs: 40_000,
    takesServersLimit: false,
    ownLimitIs: "empty_answer",
    read: GO,
    judge: judgeKnown(-14),
    pauseMs: (failures) => Math.min(30_000, 1_000 * 2 ** (failures - 1)),
    wantsTypeOne: true,
  },
  send: {
    ...PY.send,
    mintId: () => `cc-${hex(6)}`,
    judge: judgeRet,
    textMax: 3_800,
  },
  media: { ...FULL_URL, downloadsFrom: "encrypt_query_param", caption: "own_request" },
  cursorSaved: "after",
  dropsOlderMs: 2_000,
};

/** Its way of calling alone; its bodies are a dialect of their own (ILINK.md 1.16). */
const EDGE: Habits = {
  ...RS,
  name: "EDGE",
  target: (endpoint) =>
    endpoint === "getupdates" ? `${concatenated(endpoint)}?timeout=35` : concatenated(endpoint),
  headers: ({ token, uin }) => [
    ["content-type", "application/json"],
    ["authorizationtype", "ilink_bot_token"],
    ["authorization", `Bearer ${token}`],
    ["x-wechat-uin", uin.toBase64()],
    ["ilink-app-id", "bot"],
    ["ilink-app-clientversion", "131584"],
  ],
  baseInfo: null,
  poll: {
    limitMs: 45_000,
    takesServersLimit: false,
    ownLimitIs: "empty_answer",
    read: LENIENT,
    judge: judgeKnown(-14),
    pauseMs: () => 2_000,
    wantsTypeOne: true,
  },
  send: { ...RS.send, limitMs: 15_000, textMax: 4_096, needsContextToken: false },
  media: { ...PARAM, uploadsTo: "upload_full_url", keyIs: "raw_bytes", caption: "own_request" },
  cursorSaved: "after",
};

/** REC runs on RS, weixin-acp on WAS: what holds for those holds for these. */
export const RECORDED: readonly Habits[] = [NODE, PY, GO_SDK, RS, WBS, WAS, NS, HER, CC, EDGE];

export const CC_CONNECT = CC;
export const RUST_SDK = RS;
export const NODE_SDK = NODE;
export const HERMES = HER;
