/**
 * Every setting of the hub, once. This table makes the flags, the names in the environment, the configuration file's keys
 * and schema, and the table in docs/OPERATIONS.md. The sentence that explains a setting stands in src/text/settings.ts
 * under the same name.
 *
 * Precedence: flag, environment, file, default.
 */
import {
  ADDRESS,
  choice,
  type Kind,
  NAMES,
  number,
  OBJECT,
  OBJECTS,
  PATH,
  policy,
  TEXT,
  URL_BASE,
  YES_NO,
} from "./config/kinds.ts";
import type { Json } from "./lib/json.ts";

export interface Setting<T> {
  readonly kind: Kind<T>;
  /** Where it stands in the file, parts joined by a dot; `null`: it cannot stand there. */
  readonly key: string | null;
  /** Without the dashes; `null`: there is none. */
  readonly flag: string | null;
  readonly env: string;
  /** As it would be written in the file; `null`: not set. */
  readonly byDefault: Json;
  readonly unit: string | null;
  /** Never printed. */
  readonly isSecret: boolean;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;
const MIB = 1024 * 1024;

/** Where WeChat's service stands. */
const ILINK_BASE_URL = "https://ilinkai.weixin.qq.com";
const CDN_BASE_URL = "https://novac2c.cdn.weixin.qq.com/c2c";

export const SETTINGS = {
  // ── where
  data: setting(PATH, "data", "~/.ilink-hub"),
  addr: setting(ADDRESS, "addr", "127.0.0.1:8765"),
  publicUrl: optional(URL_BASE, "public-url"),
  databaseUrl: { ...optional(TEXT, "database-url"), env: "DATABASE_URL" },

  // ── who
  ilinkBaseUrl: {
    ...setting(URL_BASE, "ilink-base-url", ILINK_BASE_URL),
    env: "ILINK_BASE_URL",
  },
  cdnBaseUrl: setting(URL_BASE, "cdn-base-url", CDN_BASE_URL),
  cdnProxy: setting(YES_NO, "cdn-proxy", false),
  token: { ...optional(TEXT, "token"), env: "ILINK_TOKEN", isSecret: true },
  adminToken: { ...optional(TEXT, "admin-token"), env: "ILINK_ADMIN_TOKEN", isSecret: true },
  masterKey: {
    ...optional(TEXT, "master-key"),
    key: null,
    flag: null,
    env: "ILINK_HUB_MASTER_KEY",
    isSecret: true,
  },
  allowSenders: setting(policy(["owner", "open"]), "allow-senders", "owner"),
  allowGroups: setting(policy(["none", "open"]), "allow-groups", "none"),

  // ── what WeChat takes
  sendsPerInbound: setting(number({ min: 1, max: 1_000, isWhole: true }), "sends-per-inbound", 10),
  windowMs: {
    ...setting(number({ min: 0.1, max: 8_760 }, HOUR_MS), "window-hours", 24),
    unit: "h",
  },
  safeWindowMs: {
    ...setting(number({ min: 0.1, max: 8_760 }, HOUR_MS), "safe-window-hours", 11),
    unit: "h",
  },
  keptForAnswer: setting(number({ min: 0, max: 100, isWhole: true }), "kept-for-answer", 1),
  keptForHub: setting(number({ min: 0, max: 100, isWhole: true }), "kept-for-hub", 1),
  turnQuietMs: {
    ...setting(number({ min: 5, max: 3_600 }, SECOND_MS), "turn-quiet-seconds", 120),
    unit: "s",
  },
  turnMaxMs: {
    ...setting(number({ min: 5, max: 86_400 }, SECOND_MS), "turn-max-seconds", 600),
    unit: "s",
  },
  burstSends: setting(number({ min: 1, max: 1_000, isWhole: true }), "burst-sends", 3),
  coolDownMs: {
    ...setting(number({ min: 1, max: 86_400 }, SECOND_MS), "cool-down-seconds", 60),
    unit: "s",
  },
  coolDownMaxMs: {
    ...setting(number({ min: 1, max: 86_400 }, SECOND_MS), "cool-down-max-seconds", 3_600),
    unit: "s",
  },
  spacingMs: {
    ...setting(number({ min: 0, max: 60 }, SECOND_MS), "spacing-seconds", 1.5),
    unit: "s",
  },
  suspectStreak: setting(number({ min: 1, max: 1_000, isWhole: true }), "suspect-streak", 3),
  deferredMs: {
    ...setting(number({ min: 1, max: 8_760 }, HOUR_MS), "deferred-hours", 168),
    unit: "h",
  },
  unknownSends: setting(choice(["show", "repeat"]), "unknown-sends", "show"),

  answerMs: {
    ...setting(number({ min: 1, max: 1_440 }, MINUTE_MS), "answer-minutes", 10),
    unit: "min",
  },

  // ── what people see of an agent at work
  typing: setting(choice(["hub", "client"]), "typing", "hub"),
  awayWords: setting(YES_NO, "away-words", true),
  busyWordsMs: {
    ...setting(number({ min: 0, max: 3_600 }, SECOND_MS), "busy-words-seconds", 20),
    unit: "s",
  },

  // ── what is kept
  retentionMs: {
    ...setting(number({ min: 1, max: 36_500 }, DAY_MS), "retention-days", 30),
    unit: "d",
  },
  databaseBytesMax: {
    ...setting(number({ min: 64, max: 1_048_576, isWhole: true }, MIB), "database-mib-max", 4_096),
    unit: "MiB",
  },

  // ── plugins
  pluginsDirectory: {
    ...setting(PATH, "plugins", "./plugins"),
    key: "plugins.directory",
  },
  pluginsOrder: inFile(NAMES, "plugins.order", []),
  pluginsDisabled: inFile(NAMES, "plugins.disabled", []),
  pluginsShadow: inFile(NAMES, "plugins.shadow", []),
  pluginsConfig: inFile(OBJECT, "plugins.config", {}),
  safe: { ...setting(YES_NO, "safe", false), key: null },

  // ── alerts
  alertChannels: { ...inFile(OBJECTS, "alerts.channels", []), isSecret: true },
  alertRepeatMs: {
    ...inFile(number({ min: 1, max: 24 }, HOUR_MS), "alerts.repeat-hours", 6),
    unit: "h",
  },
  alertBacklog: inFile(number({ min: 1, max: 10_000, isWhole: true }), "alerts.backlog", 200),

  // ── what is said
  lang: optional(choice(["zh", "en"]), "lang"),
  chatLang: optional(choice(["zh", "en"]), "chat-lang"),
  logLevel: setting(choice(["debug", "info", "warn", "error"]), "log-level", "info"),
  logFormat: setting(choice(["text", "json"]), "log-format", "text"),
  logContent: setting(YES_NO, "log-content", false),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof SETTINGS;

/** The values in force. Times are milliseconds and sizes bytes, whatever unit they are written in; paths are absolute. */
export type Settings = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name] extends Setting<infer T> ? T : never;
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

function setting<T>(kind: Kind<T>, name: string, byDefault: Json): Setting<T> {
  return {
    kind,
    key: name,
    flag: name,
    env: `ILINK_HUB_${name.toUpperCase().replaceAll("-", "_")}`,
    byDefault,
    unit: null,
    isSecret: false,
  };
}

function optional<T>(kind: Kind<T>, name: string): Setting<T | null> {
  return setting<T | null>(kind, name, null);
}

function inFile<T>(kind: Kind<T>, key: string, byDefault: Json): Setting<T> {
  const env = `ILINK_HUB_${key.toUpperCase().replaceAll(/[.-]/g, "_")}`;
  return { ...setting(kind, key, byDefault), flag: null, env };
}

/** The language of the hub's own words in WeChat. */
export function chatLanguage(settings: Settings): "zh" | "en" {
  return settings.chatLang ?? settings.lang ?? "zh";
}
