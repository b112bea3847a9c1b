/** The operator's log: LogTape to standard error, with everything secret taken out. */
import { configure, getLogger, type LogRecord } from "@logtape/logtape";
import type { Settings } from "../config.ts";
import type { Log, LogFields } from "../lib/log.ts";
import type { Terminal } from "./terminal.ts";

/** Builds the log that stations write to. */
export async function createLog(
  settings: Pick<Settings, "logLevel" | "logFormat" | "logContent">,
  terminal: Terminal,
): Promise<Log> {
  const format = settings.logFormat === "json" ? jsonLine : textLine;
  const lowestLevel = settings.logLevel === "warn" ? "warning" : settings.logLevel;
  await configure({
    reset: true,
    sinks: { terminal: (record) => terminal.note(format(record)) },
    loggers: [
      { category: "hub", lowestLevel, sinks: ["terminal"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["terminal"] },
    ],
  });
  const logger = getLogger("hub");
  const clean = (fields: LogFields = {}) => redact(fields, settings);
  return {
    debug: (event, fields) => logger.debug(event, clean(fields)),
    info: (event, fields) => logger.info(event, clean(fields)),
    warn: (event, fields) => logger.warn(event, clean(fields)),
    error: (event, fields) => logger.error(event, clean(fields)),
  };
}

/**
 * Takes out what no log line may hold, should a station ever give it: tokens, cursors and login links by their shape, and,
 * unless it was asked for, whatever may be a message's text by the field's name.
 */
export function redact(
  fields: LogFields,
  { logContent }: { readonly logContent: boolean },
): Record<string, string | number | boolean | null> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value !== "string") return [name, value];
      if (CONTENT_FIELDS.includes(name) && !logContent) {
        return [name, `[${value.length} characters]`];
      }
      return [name, value.replace(SECRETS, "[secret]")];
    }),
  );
}

const CONTENT_FIELDS: readonly string[] = ["content", "body", "message_text"];

const SECRETS = new RegExp(
  [
    /vhub_[0-9a-f]{8,}/, // a client's token
    /hubadmin_[0-9a-f]{8,}/, // the admin token
    /@im\.bot:[0-9A-Za-z+/=_-]+/, // the secret part of a bot token
    /AARz[0-9A-Za-z+/=_-]{16,}/, // WeChat's context token
    /hub[cxt]\.[\w.-]+\.[\w-]{22}/, // what the hub signs
    /liteapp\.weixin\.qq\.com\/q\/\S+/, // a login link
    /\bqrcode=[0-9a-f]+/,
    /[0-9A-Za-z+/=_-]{64,}/, // whatever is long and random: cursors, tickets, keys
  ].map(({ source }) => source).join("|"),
  "g",
);

function textLine({ timestamp, level, rawMessage, properties }: LogRecord): string {
  const fields = Object.entries(properties).map(([name, value]) => ` ${name}=${valueText(value)}`);
  const time = new Date(timestamp).toISOString();
  return `${time} ${level.toUpperCase().padEnd(7)} ${rawMessage}${fields.join("")}`;
}

/** Quoted where blanks or line feeds would make two fields or two lines of one. */
function valueText(value: unknown): string {
  const text = String(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function jsonLine({ timestamp, level, rawMessage, properties }: LogRecord): string {
  const time = new Date(timestamp).toISOString();
  return JSON.stringify({ time, level, event: rawMessage, ...properties });
}
