/** What of the alerts outlives the process, so that a hub that is restarted again and again does not tell the same again. */
import { ALERT_KINDS, type Occasion } from "../core/alert.ts";
import { isObject, type Json, listMember, numberMember, textMember } from "../lib/json.ts";

/** A file of the data directory. */
export interface AlertMemory {
  /** `undefined` when there is none. Throws when it cannot be read. */
  read(): Json | undefined;
  write(value: Json): Promise<void>;
}

/** Both clocks at one moment. */
export interface Moment {
  readonly nowMs: number;
  readonly monotonicMs: number;
}

/** The occasions of which the owner was told, as they stand in the file: by the wall clock. */
export function writeOccasions(occasions: readonly Occasion[], at: Moment): Json {
  const told = occasions.flatMap(({ trouble: { kind, subject, sinceMs }, toldAtMs, tellings }) =>
    toldAtMs === null
      ? []
      : [{ kind, subject, sinceMs, tellings, toldAtMs: at.nowMs - (at.monotonicMs - toldAtMs) }]
  );
  return { told };
}

/** What cannot be read is forgotten: the owner is told once more than needed. */
export function readOccasions(value: Json | undefined, at: Moment): Occasion[] {
  if (!isObject(value)) return [];
  return listMember(value, "told").flatMap((one) => {
    if (!isObject(one)) return [];
    const kind = ALERT_KINDS.find((known) => known === one["kind"]);
    const toldAtMs = numberMember(one, "toldAtMs");
    const tellings = numberMember(one, "tellings");
    if (kind === undefined || toldAtMs === null || tellings === null) return [];
    const agoMs = Math.max(0, at.nowMs - toldAtMs);
    return [{
      trouble: {
        ...{ ...BLANK, kind, subject: textMember(one, "subject") },
        sinceMs: numberMember(one, "sinceMs"),
      },
      firstSeenMs: at.monotonicMs,
      lastSeenMs: at.monotonicMs,
      toldAtMs: at.monotonicMs - agoMs,
      tellings: Math.max(1, tellings),
    }];
  });
}

/** Details that are not kept; the next look brings them, and the end of a trouble is told without. */
const BLANK = { guess: "not_known", count: 0, untilMs: 0, reason: "", freeBytes: null } as const;
