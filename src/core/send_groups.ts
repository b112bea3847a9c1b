/** Puts texts that wait together, so that they cost one send. Pure. */
import type { SendId } from "./ids.ts";
import { ITEM_TEXT, itemsOf, textContent, textOfItems } from "./content.ts";
import type { Turn, WaitingSend } from "./turn.ts";
import { isObject, tryParseJson } from "../lib/json.ts";

/** One send that leaves for several. */
export interface Group {
  readonly carrier: SendId;
  /** JSON text that replaces the carrier's; `null` leaves it. */
  readonly content: string | null;
  /** What leaves with it, oldest first. */
  readonly merged: readonly SendId[];
}

/**
 * Puts what waits together into as few sends as there may be. Where that is too many the newest leaves, since it is the answer,
 * then the oldest first, notices and progress last; the rest goes on waiting. What was given before this turn (`sinceMs`,
 * milliseconds since 1970) answers nothing any more and keeps its order.
 */
export function groupWaiting(
  waiting: readonly WaitingSend[],
  { textMax, slots, sinceMs }: {
    readonly textMax: number;
    readonly slots: number;
    readonly sinceMs: number;
  },
): { readonly groups: readonly Group[]; readonly rest: readonly SendId[] } {
  const joined = runsOf(waiting, { textMax, isBorder: () => false });
  const sendsOf = Map.groupBy(waiting, ({ reply }) => reply);
  const isPart = ({ reply }: WaitingSend) => (sendsOf.get(reply)?.length ?? 0) > 1;
  const isOld = ({ plannedAtMs }: WaitingSend) => plannedAtMs < sinceMs;
  // Where something stays, an answer takes nothing along that would pass what stands before it.
  const inOrder = joined.length <= slots ? joined : runsOf(waiting, {
    textMax,
    isBorder: (one, next) =>
      isOld(one) !== isOld(next) || (one.reply !== next.reply && (isPart(one) || isPart(next))),
  });
  const isMinorRun = ({ members }: Run) => members.every(isMinor);
  const answers = inOrder.filter((run) => !isMinorRun(run));
  const last = waiting.findLast((one) => !isMinor(one));
  const newest = last === undefined || isOld(last)
    ? []
    : answers.filter(({ members }) => members.some(({ reply }) => reply === last.reply));
  const byNeed = [...newest, ...answers, ...inOrder.filter(isMinorRun)];
  const chosen = new Set([...new Set(byNeed)].slice(0, slots));
  const leaving = inOrder.filter((run) => chosen.has(run));
  return {
    groups: leaving.flatMap(({ members }) => {
      const [carrier, ...merged] = members;
      return carrier === undefined ? [] : [toGroup({ members, carrier: carrier.send, merged })];
    }),
    rest: inOrder.filter((run) => !chosen.has(run))
      .flatMap(({ members }) => members.map(({ send }) => send)),
  };
}

/** Texts that stand behind each other together, as long as they fit; the newest run is the fullest. */
function runsOf(
  waiting: readonly WaitingSend[],
  { textMax, isBorder }: {
    readonly textMax: number;
    readonly isBorder: (one: WaitingSend, next: WaitingSend) => boolean;
  },
): readonly Run[] {
  const runs: Run[] = [];
  for (const one of waiting.toReversed()) {
    const text = one.isFixed ? null : soleText(one.content);
    const run = runs.at(-1);
    const member = { ...one, text: text ?? "" };
    const [next] = run?.members ?? [];
    const joined = [member, ...run?.members ?? []];
    const fits = text !== null && run?.isText === true && next !== undefined &&
      !isBorder(one, next) && textOf(joined).length <= textMax;
    if (fits) runs[runs.length - 1] = { isText: true, members: joined };
    else runs.push({ isText: text !== null, members: [member] });
  }
  return runs.toReversed();
}

/**
 * What leaves with `head`, the conversation's next send, of the same client: before an answer what it said of its work, and
 * where sends have to keep their distance (`isPaced`) the short texts behind it. `null`: nothing.
 */
export function joinToNext(
  { waiting, lastInboundAtMs }: Pick<Turn, "waiting" | "lastInboundAtMs">,
  head: WaitingSend,
  { textMax, isPaced }: { readonly textMax: number; readonly isPaced: boolean },
): Group | null {
  const own = asMember(head);
  if (own === null) return null;
  const ofClient = waiting.filter(({ client }) => client === head.client);
  const startMs = lastInboundAtMs ?? 0;
  const progress = head.rank !== "reply" ? [] : ofClient
    .filter((one) => one.rank === "progress" && one.send < head.send && one.plannedAtMs >= startMs)
    .map(asMember)
    .filter((member) => member !== null);
  const fits = (members: readonly Member[]) => textOf(members).length <= textMax;
  let members = fits([...progress, own]) ? [...progress, own] : [own];
  const behind = ofClient.filter(({ rank, send }) => rank === head.rank && send > head.send);
  for (const one of isPaced ? behind : []) {
    const member = one.isHeld ? null : asMember(one);
    if (member === null || !fits([...members, member])) break;
    members = [...members, member];
  }
  const merged = members.filter((member) => member !== own);
  return merged.length === 0 ? null : toGroup({ members, carrier: head.send, merged });
}

/**
 * The groups, with a word behind the last text of them about the replies whose `rest` stays behind. It costs nothing there;
 * where it does not fit it is not said.
 */
export function withNote(
  { groups, rest }: { readonly groups: readonly Group[]; readonly rest: readonly SendId[] },
  { waiting, textMax, noteOf }: {
    readonly waiting: readonly WaitingSend[];
    readonly textMax: number;
    readonly noteOf: (replies: number) => string;
  },
): readonly Group[] {
  const behind = waiting.filter((one) => rest.includes(one.send) && !isMinor(one));
  const replies = new Set(behind.map(({ reply }) => reply)).size;
  if (replies === 0) return groups;
  const last = groups.at(-1);
  const carrier = waiting.find(({ send }) => send === last?.carrier);
  if (last === undefined || carrier === undefined || carrier.isFixed) return groups;
  const text = soleText(last.content ?? carrier.content);
  if (text === null || carrier.content.includes('"ref_msg"')) return groups;
  const noted = `${text}\n\n${noteOf(replies)}`;
  if (noted.length > textMax) return groups;
  return [...groups.slice(0, -1), { ...last, content: JSON.stringify(textContent(noted)) }];
}

function isMinor({ rank }: WaitingSend): boolean {
  return rank === "push" || rank === "progress";
}

/** Whether it is nothing but text, which leaves together with more. */
export function isText({ content }: WaitingSend): boolean {
  return soleText(content) !== null;
}

type Member = WaitingSend & { readonly text: string };

interface Run {
  readonly isText: boolean;
  readonly members: readonly Member[];
}

/** `null` where it cannot be joined without a loss: it is more than text, quotes something, or must stay as it is. */
function asMember(one: WaitingSend): Member | null {
  const text = one.isFixed || one.content.includes('"ref_msg"') ? null : soleText(one.content);
  return text === null ? null : { ...one, text };
}

function toGroup({ members, carrier, merged }: {
  readonly members: readonly Member[];
  readonly carrier: SendId;
  readonly merged: readonly Member[];
}): Group {
  return {
    carrier,
    content: merged.length === 0 ? null : JSON.stringify(textContent(textOf(members))),
    merged: merged.map(({ send }) => send),
  };
}

/** Who wrote what is said where several did. What one says of its work stands line by line. */
function textOf(members: readonly Member[]): string {
  const isOfSeveral = new Set(members.map(({ client }) => client)).size > 1;
  return members.map(({ client, clientName, rank, text }, at) => {
    const before = members[at - 1];
    const isNext = before?.rank === "progress" && rank === "progress" && before.client === client;
    const gap = before === undefined ? "" : isNext ? "\n" : "\n\n";
    const name = isOfSeveral && !isNext ? `[${clientName}]\n` : "";
    return gap + name + text;
  }).join("");
}

/** `null` where there is more than text. */
function soleText(content: string): string | null {
  const read = tryParseJson(content);
  if (!isObject(read)) return null;
  const items = itemsOf(read);
  const isText = items.length > 0 && items.every(({ type }) => type === ITEM_TEXT);
  return isText ? textOfItems(items) : null;
}
