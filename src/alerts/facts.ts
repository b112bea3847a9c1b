/** What the hub's facts of one moment mean: which troubles there are. Pure. */
import { ALERT_KINDS, guessLogout, type Trouble } from "../core/alert.ts";
import type { ClientState } from "../core/client.ts";
import type { AccountFacts } from "../core/status.ts";

/** Times are milliseconds since 1970. */
export interface AlertFacts {
  readonly nowMs: number;
  readonly accounts: readonly AlertAccount[];
  readonly clients: readonly {
    readonly name: string;
    readonly state: ClientState;
    /** Messages that it has not acknowledged. */
    readonly waiting: number;
    readonly oldestWaitingAtMs: number | null;
  }[];
  /** Plugins that the hub has switched off for their faults. */
  readonly tripped: readonly { readonly id: string; readonly problem: string }[];
  readonly disk: { readonly hasRoom: boolean; readonly freeBytes: number | null };
  /** Why the last step could not be written; `null` when it was. */
  readonly storeProblem: string | null;
}

export interface AlertAccount extends Pick<AccountFacts, "state" | "sinceMs" | "lastPollAtMs"> {
  readonly name: string;
  /** Messages that are not decided yet. */
  readonly unsettled: number;
  /** Sends in a row that WeChat accepted without an id, since they became too many to be chance; `null`: they are not. */
  readonly suspects: { readonly count: number; readonly sinceMs: number } | null;
  /** End of the cool-down it is in; `null`: none. */
  readonly coolDownUntilMs: number | null;
  /** Quoted messages that the hub does not know, as of another program's; `null`: none of late. */
  readonly secondPoller: { readonly count: number; readonly sinceMs: number } | null;
}

export interface AlertThresholds {
  /** Undecided messages of one account from which on they pile up. */
  readonly backlogMin: number;
}

/** In the order in which they are told. */
export function findTroubles(facts: AlertFacts, thresholds: AlertThresholds): Trouble[] {
  const troubles = [
    ...facts.accounts.flatMap((account) => ofAccount(account, { ...thresholds, ...facts })),
    ...facts.clients.flatMap(ofClient),
    ...facts.tripped.map(({ id, problem }): Trouble => ({
      ...{ kind: "plugin_disabled", subject: id, sinceMs: null, reason: problem },
    })),
    ...ofHub(facts),
  ];
  return troubles.toSorted((a, b) => ALERT_KINDS.indexOf(a.kind) - ALERT_KINDS.indexOf(b.kind));
}

function ofAccount(
  account: AlertAccount,
  { backlogMin, nowMs }: AlertThresholds & { readonly nowMs: number },
): Trouble[] {
  const { name: subject, state, sinceMs, lastPollAtMs, unsettled, suspects } = account;
  const troubles: Trouble[] = [];
  if (state === "logged_out") {
    const guess = guessLogout({ endedAtMs: sinceMs, lastPollAtMs });
    troubles.push({ kind: "logged_out", subject, sinceMs, guess });
  }
  if (account.secondPoller !== null) {
    troubles.push({ kind: "second_poller", subject, ...account.secondPoller });
  }
  if (suspects !== null) troubles.push({ kind: "suspect_streak", subject, ...suspects });
  const untilMs = account.coolDownUntilMs;
  if (untilMs !== null && untilMs > nowMs) {
    troubles.push({ kind: "throttled", subject, sinceMs: null, untilMs });
  }
  if (unsettled >= backlogMin) {
    troubles.push({ kind: "backlog_growing", subject, sinceMs: null, count: unsettled });
  }
  return troubles;
}

function ofClient(client: AlertFacts["clients"][number]): Trouble[] {
  const { name: subject, state, waiting: count, oldestWaitingAtMs: sinceMs } = client;
  if (state !== "away" || count === 0) return [];
  return [{ kind: "client_away", subject, sinceMs, count }];
}

function ofHub({ disk, storeProblem }: AlertFacts): Trouble[] {
  const troubles: Trouble[] = [];
  if (storeProblem !== null) troubles.push(databaseError(storeProblem));
  if (!disk.hasRoom) {
    troubles.push({ kind: "disk_low", subject: "", sinceMs: null, freeBytes: disk.freeBytes });
  }
  return troubles;
}

/** Whether what a trouble was about was removed or got another name: then nobody can say that it is over. */
export function isSubjectGone({ kind, subject }: Trouble, facts: AlertFacts): boolean {
  switch (kind) {
    case "logged_out":
    case "second_poller":
    case "suspect_streak":
    case "throttled":
    case "backlog_growing":
      return facts.accounts.every(({ name }) => name !== subject);
    case "client_away":
      return facts.clients.every(({ name }) => name !== subject);
    case "plugin_disabled":
    case "disk_low":
    case "database_error":
      return false;
  }
}

export function databaseError(reason: string): Trouble {
  return { kind: "database_error", subject: "", sinceMs: null, reason };
}
