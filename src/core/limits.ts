/**
 * Every bound of the hub: name, unit, reason. Bounds nest, so that what floods is stopped near its source: the newest
 * message of one conversation is parked long before its client or account is full.
 */
import assert from "node:assert/strict";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KIB = 1024;
const MIB = 1024 * KIB;

export const LIMITS = {
  // ── downstream polls
  /** How long a client's poll is held. Below 28 s, because some clients give up at 30 s with their network's delays. */
  holdMs: 25 * SECOND,
  /** Hold for a poll with an empty cursor: one client's set-up check gives up after 15 s. */
  holdEmptyCursorMs: 8 * SECOND,
  /** What clients are told to use as their own time limit. */
  advertisedPollMs: 35 * SECOND,
  /** No empty answer comes sooner, or clients that poll again at once would spin. */
  emptyAnswerAfterMs: 1 * SECOND,
  /** Open polls per client: the newest takes over, the older ends at its own deadline. */
  pollsPerClient: 2,
  /** Delay of the refusal of a further poll, and of any call with a wrong token. */
  refusalDelayMs: 2 * SECOND,
  /** Messages in one answer, whatever the client's setting. */
  batchMax: 50,
  /** Fully written answers without acknowledgement before a delivery is parked. */
  handOutsMax: 20,
  /** Empty polls after a fully written answer before a cursorless client is taken by its polls. */
  emptyPollsBeforeSwitch: 2,
  /** A client that has not called for so long and holds nothing is away. */
  awayAfterMs: 3 * MINUTE,
  /** An agent may work so long on what it took before it counts as away. */
  busyForMs: 30 * MINUTE,
  /** When clients last called is written down so often. */
  seenFlushMs: 1 * MINUTE,
  /** Refusals that are being delayed at the same time; further ones are answered at once. */
  delayedRefusalsMax: 1_000,

  // ── downstream sends
  /** How long a send waits for WeChat's id before the client is answered with the hub's. Clients give up at 15 s. */
  sendAnswerMs: 8 * SECOND,
  /** Sends of one client that wait for their answer at the same time. */
  sendsInFlightPerClient: 64,
  /** Replies remembered as answered with the hub's own id, so that a repeat is told the same: a minute of a busy hub. */
  ownIdAnswersMax: 100_000,
  /** Uploads whose sizes are remembered for the message that follows, in the dialect that tells them apart. */
  uploadSizesMax: 1_000,
  /** Conversations whose agent session is remembered for the client that named it. */
  agentSessionsMax: 10_000,
  /** A repeat with the same id and content gets the first answer for at least so long. */
  replyKeyMs: 7 * DAY,
  /** JSON body of an iLink call. The longest texts and quotes fit many times. */
  bodyBytesMax: 1 * MIB,
  /** Nesting of objects and arrays in such a body; deeper ones exhaust the stack of whoever works on them. */
  bodyNestingMax: 100,
  /** JSON body of an admin call. */
  adminBodyBytesMax: 256 * KIB,
  /** Notices of one script at once, and then one in so long: a person gets few, and a loop must not fill the queue. */
  pushesAtOnce: 20,
  pushEveryMs: 3 * SECOND,
  /** Scripts whose rate is remembered. */
  pushScriptsMax: 1_000,
  /** Characters of a person, an account or an id in a notice. */
  pushWordMax: 256,
  /** How long a client's old token works after a new one was made, so that it can be put in place. */
  tokenGraceMs: 10 * MINUTE,

  // ── pairing
  /** A request for a QR code that nobody approved is over. The official client waits for 8 min. */
  pairingMs: 10 * MINUTE,
  /** A client that lost the answer with its token may ask for it again. */
  pairingRepeatMs: 2 * MINUTE,
  /** How long a client's question about its QR code is held; some give up at 15 s. */
  pairingHoldMs: 8 * SECOND,
  /** Such questions held at the same time; further ones are answered at once. */
  pairingHoldsMax: 256,
  /** Requests that are not over; the newest is refused beyond. */
  pairingsMax: 64,
  /** Of one address: requests at once, and then one in so long. */
  pairingRequestsAtOnce: 8,
  pairingRequestEveryMs: 30 * SECOND,
  /** Of one address: pages of codes at once, and then one in so long, so that codes cannot be guessed. */
  pairingPagesAtOnce: 30,
  pairingPageEveryMs: 5 * SECOND,
  /** The longest time for which the owner opens pairing. */
  pairingOpenMaxMs: 24 * HOUR,
  /** Tokens that a client shows as its own; the official client sends up to ten. */
  pairingTokensMax: 10,
  /** Addresses whose rate is remembered. */
  pairingAddressesMax: 1_000,

  // ── connections
  /** Open connections: a parked poll and a send for each of 10,000 clients, and some more. */
  connectionsMax: 25_000,
  /** Request line and headers. */
  headerBytesMax: 16 * KIB,
  /** Time for a request's headers to arrive. */
  headersMs: 10 * SECOND,
  /** Time for a whole request to arrive. */
  requestMs: 60 * SECOND,
  /** An idle connection is kept longer than clients reuse one (90 s), or they would write into a closed one. */
  keepAliveMs: 95 * SECOND,
  /** A connection on which nothing has moved for so long is closed, also in the middle of an answer. */
  silentConnectionMs: 120 * SECOND,

  /** Bodies of unannounced length that are read at the same time; no known client sends them. */
  chunkedBodiesMax: 64,

  // ── queues; conversation below client below account
  /** Unacknowledged deliveries of one conversation for one client; the newest beyond are parked. */
  waitingPerConversation: 500,
  /** Unacknowledged deliveries of one client; the newest beyond are parked. */
  waitingPerClient: 5_000,
  /** Undecided messages of one account; polling pauses above. */
  unsettledPerAccount: 10_000,
  /** Accepted replies and unsent sends of one conversation; a client is refused above. */
  unsentPerConversation: 500,

  // ── router
  /** Conversations decided at the same time. */
  conversationsInParallel: 64,
  /** Tries to settle one message before it is parked alone. */
  settleTriesMax: 3,
  /** How often one message is decided again because a named client had gone. */
  redecisionsMax: 3,

  // ── plugins
  /** Time for one hook unless the manifest says otherwise. */
  pluginDeadlineMs: 250,
  /** The longest deadline a manifest may ask for. */
  pluginDeadlineMaxMs: 10 * SECOND,
  /** A plugin's memory for one conversation, bytes of JSON. */
  pluginMemoryBytesMax: 4 * KIB,
  /** A text in a verdict, characters. */
  verdictTextMax: 10_000,
  /** A reason in a verdict, characters; a longer one is cut. */
  verdictReasonMax: 500,
  /** How long a reply may wait for its answer: WeChat's window. */
  pinMsMax: 1 * DAY,
  /** A message of more characters is no short answer. */
  pinAnswerLengthMax: 40,
  /** An isolated plugin's answer as JSON, characters: the longest texts of a verdict and a memory fit. */
  pluginAnswerCharsMax: 64 * KIB,
  /** A line of its process; a longer one is not read on, and the process is ended. */
  pluginLineBytesMax: 256 * KIB,
  /** What its process may write beyond the answers it was asked for, before it is ended. */
  pluginStrayBytes: 1 * MIB,
  pluginStrayBytesPerSecond: 128 * KIB,
  /** Lines it may write for its author; what comes faster is dropped and counted. */
  pluginLogBurst: 100,
  pluginLogPerSecond: 20,
  pluginLogLineMax: 1_000,
  /** Resident memory of its process. Some 50 MiB are the runtime's, most of that shared by all. */
  pluginResidentBytesMax: 256 * MIB,
  /** How often the process looks at its memory: a hostile plugin fills a few hundred MiB in that time. */
  pluginResidentCheckMs: 50,
  /** A plugin that was not asked for so long gives memory back, and is ended if it works on; no call takes as long. */
  pluginQuietMs: 15 * SECOND,
  pluginQuietCheckMs: 5 * SECOND,
  /** Time in which a worker that is not blocked answers "are you there?". */
  pluginPingMs: 50,
  /** Delay before a plugin's process is started again, once it was replaced a few times without an answer in between. */
  pluginRestartFirstMs: 200,
  pluginRestartMaxMs: 60 * SECOND,
  /** A plugin with what it imports; each version that is kept is a copy. */
  pluginBytesMax: 16 * MIB,
  /** Files of one plugin; vendored packages have many small ones. */
  pluginFilesMax: 2_000,
  /** Lines kept of what a plugin wrote. */
  pluginLinesMax: 1_000,
  /**
   * Moments with a fault, within the window, before a plugin is not asked any more. A machine that stands still for a moment
   * makes all calls of that moment late, so they count once; five such moments are no accident, and short enough that nobody
   * waits for a plugin that is broken.
   */
  faultsBeforeTrip: 5,
  faultMomentMs: 1 * SECOND,
  faultWindowMs: 5 * MINUTE,
  /** Stored messages on which a new version is tried before it is asked about live ones, and the time for all of them. */
  recordedMessages: 20,
  recordedMessagesMs: 3 * SECOND,
  /** Messages that wait for what shadows say; beyond, shadows are not asked. */
  shadowsInFlight: 64,

  // ── upstream
  /** How long WeChat holds a poll when it does not say. */
  upstreamHoldMs: 35 * SECOND,
  /** Added to the hold for the hub's own time limit, so that an answer in the last moment is read. */
  upstreamPollMarginMs: 10 * SECOND,
  /** Time limit of every other upstream call. */
  upstreamCallMs: 15 * SECOND,
  /** A poll is renewed when the two clocks part by more: the machine slept or its clock was set. */
  clockJumpMs: 60 * SECOND,
  /** First and longest delay after a failed upstream call. */
  upstreamBackoffFirstMs: 1 * SECOND,
  upstreamBackoffMaxMs: 60 * SECOND,
  /** An answer body larger than this is not read on. */
  upstreamBodyBytesMax: 32 * MIB,
  /** Sends of one account in flight, each in another conversation. */
  sendsInFlightPerAccount: 32,
  /** Characters of one text send; WeChat cuts near 2,000 without saying so. */
  sendTextMax: 1_800,
  /** A typing bubble ends by itself when its client falls silent. */
  typingExpiresMs: 15 * SECOND,
  /** WeChat's bubble has to be renewed; clients may ask more often. */
  typingRefreshMs: 4 * SECOND,
  /** A client that answers sooner shows no bubble, which would cost WeChat two calls for nothing. */
  typingAfterMs: 1 * SECOND,
  /** At the end the bubbles that show are cancelled within so long. */
  typingStopMs: 2 * SECOND,
  /** How long WeChat's typing ticket is reused. */
  typingTicketMs: 10 * MINUTE,
  /** Conversations with a typing bubble or a remembered ticket; a further one shows none. */
  typingConversationsMax: 10_000,
  /** Time limit of asking for an upload's place: a client gives up at 15 s. */
  uploadUrlMs: 10 * SECOND,
  /** Time limit of posting a text as a file. */
  textUploadMs: 20 * SECOND,

  // ── media relayed between clients and WeChat's CDN
  /** One file. The official client keeps none of more than 100 MiB. */
  cdnBytesMax: 128 * MIB,
  /** Transfers of one client at the same time. */
  cdnTransfersPerClient: 8,
  /** A transfer on which nothing moves for so long ends. */
  cdnSilentMs: 30 * SECOND,
  /** The longest a transfer may take. */
  cdnTransferMs: 10 * MINUTE,

  // ── dedupe
  /** A repeated message id is a duplicate for so long. */
  dedupeIdMs: 7 * DAY,
  /** The same content with the same time stamp is a duplicate for so long. */
  dedupeDigestMs: 60 * SECOND,

  // ── disk
  /** Freed when the disk is full, so that the batch in hand can still be written. */
  ballastBytes: 32 * MIB,
  /** Polling stops when the disk has less room. */
  freeBytesMin: 64 * MIB,
  /** Rows removed in one step of retention; other steps wait no longer than one slice. */
  retentionSliceRows: 500,

  // ── life of the process
  /** From SIGTERM to the end; service units allow 60 s. */
  shutdownMs: 50 * SECOND,
} as const;

// An answer that comes after the client hung up is a delivery nobody saw.
assert(LIMITS.holdMs < LIMITS.advertisedPollMs);
// A parked poll moves nothing on its connection.
assert(LIMITS.advertisedPollMs < LIMITS.silentConnectionMs);
// A set-up check with a 15 s limit must see its empty answer.
assert(LIMITS.holdEmptyCursorMs <= 10 * SECOND);
// Clients give up on a send after 15 s.
assert(LIMITS.sendAnswerMs < 10 * SECOND);
// Whoever floods is stopped first.
assert(LIMITS.waitingPerConversation < LIMITS.waitingPerClient);
assert(LIMITS.waitingPerClient < LIMITS.unsettledPerAccount);
// The last batch must fit into what the ballast frees.
assert(LIMITS.ballastBytes >= LIMITS.upstreamBodyBytesMax);
// A call that is under way is no quiet.
assert(LIMITS.pluginQuietMs > LIMITS.pluginDeadlineMaxMs);
// What a worker may answer must not be cut by the bound of a line: a character takes up to three bytes.
assert(3 * LIMITS.pluginAnswerCharsMax < LIMITS.pluginLineBytesMax);
