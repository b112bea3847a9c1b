/** What plugins answer is checked to the last member: whatever is no verdict is a fault, told by what was seen and wanted. */
import { z } from "zod";
import { LIMITS } from "../core/limits.ts";
import type { ReplyVerdict, Verdict } from "./api.ts";
import { cutText, picture } from "./wording.ts";

export type VerdictRead<V> =
  | { readonly kind: "verdict"; readonly verdict: V }
  | { readonly kind: "junk"; readonly text: string };

const NAME = z.string().min(1);
const TEXT = z.string().max(LIMITS.verdictTextMax);
const REASON = z.string().transform((text) => cutText(text, LIMITS.verdictReasonMax));
const YES = z.literal(true).exactOptional();

const VERDICT: z.ZodType<Verdict> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("pass"),
    text: TEXT.exactOptional(),
    reason: REASON.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("route"),
    to: z.tuple([NAME], NAME),
    mode: z.enum(["all", "first_available"]).exactOptional(),
    text: TEXT.exactOptional(),
    bind: YES,
    moveWaiting: YES,
    say: TEXT.exactOptional(),
    reason: REASON,
  }),
  z.strictObject({
    kind: z.literal("reply"),
    text: TEXT.min(1),
    bind: NAME.nullable().exactOptional(),
    moveWaiting: YES,
    reason: REASON,
  }),
  z.strictObject({ kind: z.literal("drop"), reason: REASON }),
]);

const REPLY_VERDICT: z.ZodType<ReplyVerdict> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("pass") }),
  z.strictObject({ kind: z.literal("edit"), text: TEXT.min(1), reason: REASON }),
  z.strictObject({ kind: z.literal("stop"), reason: REASON }),
  z.strictObject({
    kind: z.literal("pin"),
    forMs: z.number().positive().max(LIMITS.pinMsMax),
    reason: REASON,
  }),
]);

/** What `route` answered; any value may come. Never throws. */
export function readVerdict(value: unknown): VerdictRead<Verdict> {
  return read(VERDICT, value, { hook: "route()", kinds: "pass, route, reply or drop" });
}

/** What `reply` answered; any value may come. Never throws. */
export function readReplyVerdict(value: unknown): VerdictRead<ReplyVerdict> {
  return read(REPLY_VERDICT, value, { hook: "reply()", kinds: "pass, edit, stop or pin" });
}

function read<V>(
  schema: z.ZodType<V>,
  value: unknown,
  names: { readonly hook: string; readonly kinds: string },
): VerdictRead<V> {
  try {
    const result = schema.safeParse(copyGiven(value));
    if (result.success) return { kind: "verdict", verdict: result.data };
    const seen = `${names.hook} answered ${picture(value)}`;
    return { kind: "junk", text: `${seen}, want ${wanted(result.error.issues, names.kinds)}` };
  } catch {
    return { kind: "junk", text: `${names.hook} answered something that cannot be read` };
  }
}

/** The given members, read once: `text: undefined` counts as not given, and a getter has no second say. */
function copyGiven(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([_, member]) => member !== undefined));
}

function wanted(issues: readonly z.core.$ZodIssue[], kinds: string): string {
  const [issue] = issues;
  if (issue === undefined || issue.path.length === 0 && issue.code === "invalid_type") {
    return `an object whose kind is ${kinds}`;
  }
  if (issue.path[0] === "kind") return `kind to be ${kinds}`;
  if (issue.path.length === 0) return `no such member: ${issue.message}`;
  return `another ${issue.path.join(".")}: ${issue.message}`;
}
