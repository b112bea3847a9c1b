/** `accounts list|rename|remove|default-client`. */
import type { AccountView } from "../core/status.ts";
import { DONE } from "../text/done.ts";
import { ACCOUNT_STATE, LOOK } from "../text/look.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, OK, show } from "./command.ts";
import { withHub } from "./reach.ts";
import { columns } from "./table.ts";
import { ageText, agoText } from "./times.ts";

/** `accounts list` */
export async function list(call: Call): Promise<number> {
  const answer = await withHub(call, (api) => api.ask("GET", "/hub/accounts"));
  const { accounts } = answer as unknown as { readonly accounts: readonly AccountView[] };
  const lines = accounts.length === 0
    ? [DONE.noAccounts[call.lang]]
    : accountLines(accounts, call.clock.now(), call.lang);
  show(call, answer ?? {}, lines);
  return OK;
}

/** `accounts rename NAME NEW_NAME` */
export async function rename(call: Call): Promise<number> {
  const [name = "", newName = ""] = call.params;
  const answer = await withHub(call, (api) => api.ask("PATCH", pathOf(name), { name: newName }));
  show(call, answer ?? {}, [say(call.lang, DONE.renamed, { name, newName })]);
  return OK;
}

/** `accounts remove NAME` */
export async function remove(call: Call): Promise<number> {
  const [name = ""] = call.params;
  const answer = await withHub(call, (api) => api.ask("DELETE", pathOf(name)));
  show(call, answer ?? {}, [say(call.lang, DONE.accountRemoved, { name })]);
  return OK;
}

/** `accounts default-client NAME [CLIENT]`: without a client there is none any more. */
export async function setDefaultClient(call: Call): Promise<number> {
  const [name = "", client] = call.params;
  const change = { defaultClient: client ?? null };
  const answer = await withHub(call, (api) => api.ask("PATCH", pathOf(name), change));
  const line = client === undefined
    ? say(call.lang, DONE.defaultUnset, { name })
    : say(call.lang, DONE.defaultSet, { name, client });
  show(call, answer ?? {}, [line]);
  return OK;
}

/** A line for each, and below it what the owner should know. */
export function accountLines(
  accounts: readonly AccountView[],
  nowMs: number,
  lang: Lang,
): string[] {
  const rows = columns(accounts.map((account) => accountRow(account, nowMs, lang)));
  return accounts.flatMap((account, at) => [
    ...rows.slice(at, at + 1),
    ...sendingNotes(account, nowMs, lang).map((note) => `  ! ${note}`),
  ]);
}

function accountRow(account: AccountView, nowMs: number, lang: Lang): string[] {
  const { name, state, reason, defaultClient, userId } = account;
  const { lastPollAtMs } = account;
  // Without a running hub nobody knows of the last poll.
  const isKnown = state !== "stopped" || lastPollAtMs !== null;
  const notes = [
    ...(isKnown ? [say(lang, LOOK.lastPoll, { when: agoText(lastPollAtMs, nowMs, lang) })] : []),
    say(lang, LOOK.lastInbound, { when: agoText(account.lastInboundAtMs, nowMs, lang) }),
    say(lang, LOOK.unsettled, { count: account.unsettled }),
    deferredNote(account, nowMs, lang),
    ...windowNotes(account, nowMs, lang),
    ...(defaultClient === null ? [] : [say(lang, LOOK.defaultClient, { client: defaultClient })]),
    ...(userId === null ? [say(lang, LOOK.ownerUnknown)] : []),
  ];
  return [
    name,
    ACCOUNT_STATE[state][lang] + (reason === "" ? "" : ` (${reason})`),
    notes.join(", "),
  ];
}

function deferredNote(
  { deferred: count, oldestDeferredAtMs: oldestMs }: AccountView,
  nowMs: number,
  lang: Lang,
): string {
  return oldestMs === null
    ? say(lang, LOOK.deferred, { count })
    : say(lang, LOOK.deferredSince, { count, age: ageText(nowMs - oldestMs, lang) });
}

/** What the person who wrote last may still be answered; nothing before anybody wrote. */
function windowNotes(
  { window: { state, untilMs }, budget }: AccountView,
  nowMs: number,
  lang: Lang,
): string[] {
  if (state === "never" || untilMs === null) return [];
  if (state === "closed") return [say(lang, LOOK.windowClosed)];
  const left = ageText(untilMs - nowMs, lang);
  const open = state === "safe" ? LOOK.windowSafe : LOOK.windowRisky;
  return [say(lang, LOOK.budget, budget), say(lang, open, { left })];
}

/** Why answers are being kept back, if they are. */
function sendingNotes(
  { coolDownUntilMs, suspects, secondPoller }: AccountView,
  nowMs: number,
  lang: Lang,
): string[] {
  const notes: string[] = [];
  if (coolDownUntilMs !== null) {
    notes.push(say(lang, LOOK.throttled, { age: ageText(coolDownUntilMs - nowMs, lang) }));
  }
  if (suspects !== null) {
    const { count, sinceMs } = suspects;
    notes.push(say(lang, LOOK.suspects, { count, age: ageText(nowMs - sinceMs, lang) }));
  }
  if (secondPoller !== null) {
    const { count, sinceMs } = secondPoller;
    notes.push(say(lang, LOOK.secondPoller, { count, age: ageText(nowMs - sinceMs, lang) }));
  }
  return notes;
}

function pathOf(name: string): string {
  return `/hub/accounts/${encodeURIComponent(name)}`;
}
