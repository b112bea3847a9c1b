/** What goes over a channel: a trouble, or its end, in words. */
import type { AlertAct, AlertKind, Trouble } from "../core/alert.ts";
import { ALERT, alertOverWords, alertTitle, alertWords } from "../text/alerts.ts";
import { type Lang, say } from "../text/say.ts";

export interface Notice {
  /** The same at each try, so that who receives it can tell a repeat. */
  readonly id: string;
  readonly act: AlertAct | "test";
  /** `null` for a test. */
  readonly kind: AlertKind | null;
  /** The account, client or plugin; "" for the hub itself. */
  readonly subject: string;
  readonly title: string;
  /** Lines for a person, without the link. */
  readonly text: string;
  /** A one-time link that is not to be kept anywhere; `null` for most notices. */
  readonly link: string | null;
  /** Milliseconds since 1970. */
  readonly sinceMs: number | null;
  readonly atMs: number;
}

export function writeNotice(
  lang: Lang,
  about: {
    readonly id: string;
    readonly act: AlertAct;
    readonly trouble: Trouble;
    readonly link: string | null;
    readonly atMs: number;
  },
): Notice {
  const { id, act, trouble, link, atMs } = about;
  const { kind, subject, sinceMs } = trouble;
  const title = alertTitle(lang, trouble);
  const words = { raise: null, repeat: ALERT.still, recover: ALERT.over }[act];
  const lines = act === "recover"
    ? [alertOverWords(lang, trouble)]
    : alertWords(lang, trouble, { hasLink: link !== null });
  return {
    ...{ id, act, kind, subject, link, sinceMs, atMs },
    title: words === null ? title : say(lang, words, { title }),
    text: lines.join("\n"),
  };
}

export function writeTestNotice(
  lang: Lang,
  { id, atMs }: { readonly id: string; readonly atMs: number },
): Notice {
  return {
    ...{ id, atMs, act: "test", kind: null, subject: "", link: null, sinceMs: null },
    title: say(lang, ALERT.testTitle),
    text: say(lang, ALERT.test),
  };
}

/** The text with the link below it, for channels that have no place of their own for links. */
export function textWithLink({ text, link }: Notice): string {
  return link === null ? text : `${text}\n${link}`;
}

/** Said first on a phone's screen. */
export function fullTitle({ title }: Notice): string {
  return `ilink-hub: ${title}`;
}
