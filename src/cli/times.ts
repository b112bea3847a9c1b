/** Times and sizes as a person reads them. */
import { AGE, LOOK } from "../text/look.ts";
import { type Lang, say } from "../text/say.ts";

const UNITS = [
  { unit: "days", ms: 86_400_000 },
  { unit: "hours", ms: 3_600_000 },
  { unit: "minutes", ms: 60_000 },
  { unit: "seconds", ms: 1_000 },
] as const;

/** A length of time in its largest whole unit; two of the unit at least, so that 90 minutes are not one hour. */
export function ageText(ms: number, lang: Lang): string {
  const whole = Math.max(0, ms);
  const { unit, ms: unitMs } = UNITS.find((one) => whole >= 2 * one.ms) ??
    { unit: "seconds", ms: 1_000 } as const;
  return say(lang, AGE[unit], { count: Math.floor(whole / unitMs) });
}

/** How long ago something happened, or that it never did. */
export function agoText(atMs: number | null, nowMs: number, lang: Lang): string {
  if (atMs === null) return say(lang, LOOK.never);
  return say(lang, LOOK.ago, { age: ageText(nowMs - atMs, lang) });
}

/** In the time zone of this machine. */
export function timeText(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024;
    at += 1;
  }
  return `${at === 0 ? value : value.toFixed(1)} ${units[at]}`;
}
