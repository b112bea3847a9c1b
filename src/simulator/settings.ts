/** How the simulated WeChat behaves; every setting can be changed while it runs. */

export interface Settings {
  /**
   * What becomes of a message once it was handed out. `tencent`: it is gone, as WeChat does it. `ack`: it comes again until
   * a poll presents the cursor it came with. `dup`: as `ack`, and every message comes once more a few seconds later.
   */
  readonly mode: "tencent" | "ack" | "dup";
  /** How long an idle `getupdates` is held open. */
  readonly holdMs: number;
  /** Messages in one answer at most. */
  readonly batchMax: number;
  /** Sent as `longpolling_timeout_ms`; `null` sends none, as observed. */
  readonly longPollMs: number | null;
  /** Whether a poll whose caller has left takes messages out all the same; only in mode `tencent`. */
  readonly abandonedPoll: "released" | "swallows";
  /** Mode `dup`: the repeat comes between these two, counted from the first hand-out. */
  readonly repeatMinMs: number;
  readonly repeatMaxMs: number;
  readonly repeatContextToken: "same" | "new";
  readonly repeatMessageId: "same" | "new";
  /** Sends per inbound message of a person. */
  readonly budget: number;
  /** Each send over the budget adds this to the time in which every send is refused, whatever the person writes. */
  readonly coolDownMs: number;
  /** How many sends of the bot, whoever gets them, go through within `burstWithinMs`; 0: any number. See `BURSTS`. */
  readonly burstSends: number;
  readonly burstWithinMs: number;
  /** A send over that is refused, and adds this to the time in which every send of the bot is. */
  readonly burstPenaltyMs: number;
  /** How long after a person's last message a send still arrives. */
  readonly windowMs: number;
  /** Later ones are accepted and lost, or refused with -2 `prepare failed`. */
  readonly windowAnswer: "lost" | "prepare_failed";
  /** How long a context token is good, whatever the window; then a send with it, or with none, is refused. `null`: always. */
  readonly contextTokenMs: number | null;
  /** The `errmsg` of the -2 for a context token that is too old. */
  readonly contextTokenAnswer: "unknown_error" | "empty";
  /** Whether every send is answered `{"ret":0}` without an id and never seen. */
  readonly hidesSends: boolean;
  /** Characters of a text that are shown, the rest is cut silently; `null`: all. */
  readonly textShownMax: number | null;
  /** Whether notices that a tool is at work (items 11 and 12) are seen. Voice never is. */
  readonly progressItems: "hidden" | "shown";
  /** The success body of `sendmessage`: with an id, `{"ret":0}`, `{}` or no body at all. */
  readonly sendAnswer: "message_id" | "ret" | "object" | "empty";
  /** What a send with a `client_id` seen before becomes. */
  readonly repeatedClientId: "second_message" | "ignored";
  /** `required`: a send without a context token issued for this person is refused with -3. */
  readonly contextToken: "unchecked" | "required";
  /** `required`: a call without `AuthorizationType: ilink_bot_token` is answered as a stale token. */
  readonly authorizationType: "unchecked" | "required";
  /** The shape of the stale-token answer. */
  readonly staleAnswer: "ret_and_errcode" | "errcode";
  readonly uploadAnswer: "full_only" | "param_only" | "both";
  readonly voiceUpload: "refused" | "accepted";
  readonly contentType: "application/json" | "application/octet-stream";
  /** How long "typing" is shown after the last `sendtyping`. */
  readonly typingShownMs: number;
  /** How long a typing ticket stays the same. */
  readonly ticketMs: number;
  /** How long `get_qrcode_status` is held open while nothing changes. */
  readonly qrHoldMs: number;
  /** How long a QR code can be scanned. */
  readonly qrTtlMs: number;
  /** How long `confirmed` is repeated to a caller who lost the answer. */
  readonly qrConfirmedMs: number;
}

/** Throttles as users have met them; they contradict each other. */
export const BURSTS = {
  /** The third within a second. */
  second: { burstSends: 2, burstWithinMs: 1_000, burstPenaltyMs: 60 * 60_000 },
  /** More than ten in a minute. */
  minute: { burstSends: 10, burstWithinMs: 60_000, burstPenaltyMs: 60 * 60_000 },
  /** More than six in five minutes. */
  five_minutes: { burstSends: 6, burstWithinMs: 5 * 60_000, burstPenaltyMs: 90_000 },
} as const satisfies Readonly<Record<string, Partial<Settings>>>;

export const DEFAULT_SETTINGS: Settings = {
  mode: "tencent",
  holdMs: 35_000,
  batchMax: 50,
  longPollMs: null,
  abandonedPoll: "released",
  repeatMinMs: 1_000,
  repeatMaxMs: 10_000,
  repeatContextToken: "same",
  repeatMessageId: "same",
  budget: 10,
  coolDownMs: 30_000,
  burstSends: 0,
  burstWithinMs: 60_000,
  burstPenaltyMs: 60 * 60_000,
  windowMs: 24 * 60 * 60 * 1000,
  windowAnswer: "lost",
  contextTokenMs: null,
  contextTokenAnswer: "unknown_error",
  hidesSends: false,
  textShownMax: 2_000,
  progressItems: "hidden",
  sendAnswer: "message_id",
  repeatedClientId: "second_message",
  contextToken: "unchecked",
  authorizationType: "unchecked",
  staleAnswer: "ret_and_errcode",
  uploadAnswer: "full_only",
  voiceUpload: "refused",
  contentType: "application/json",
  typingShownMs: 15_000,
  ticketMs: 4 * 60 * 60 * 1000,
  qrHoldMs: 10_000,
  qrTtlMs: 120_000,
  qrConfirmedMs: 60_000,
};
