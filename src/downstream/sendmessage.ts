/** A client's answer: taken durably, then answered with WeChat's id if the send ends in time, else with the hub's own. */
import { createHash } from "node:crypto";
import { type ReplyId, wireMessageId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { isUnderWay } from "../core/lifecycle.ts";
import { readSigned } from "../core/tokens.ts";
import type { Clock } from "../lib/clock.ts";
import {
  digitsOf,
  isObject,
  type JsonObject,
  listMember,
  objectMember,
  textMember,
} from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { Accepted, ClientSideSteps, GivenReply, ReplyOutcome } from "../store/store.ts";
import { RET_FAILED, RET_NO_CONTEXT, RET_REFUSED, writeFailure, writeOk } from "../wire/ret.ts";
import { readSendRequest, writeSendAnswer } from "../wire/send.ts";
import { type Answer, type Call, type Endpoint, fail, succeed } from "./call.ts";
import { type Extensions, readPin, receiptOf, takeExtension } from "./extensions.ts";
import type { ReplyWaits } from "./reply_waits.ts";

export interface SendMessagePorts {
  readonly store: Pick<ClientSideSteps, "accept" | "replyOutcome" | "noteAnswered">;
  readonly signKey: Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly waits: ReplyWaits;
  readonly onAccepted: () => void;
  readonly extensions: Pick<Extensions, "noteGiven">;
  /** How long a reply that ends with a request waits for its answer when the client does not say it. */
  readonly answerMs: number;
}

export function createSendMessage(ports: SendMessagePorts): Endpoint {
  const { store, log, onAccepted, extensions } = ports;
  const answer = createAnswer(ports);

  return async (call) => {
    const request = readGiven(ports, call);
    if (request === null) return fail(RET_FAILED, "msg is missing, want an object");
    const { given, extension } = request;
    if (call.client.settings.extensions === "on" && given.answers !== null) {
      const place = { client: call.client.id, conversation: given.answers.conversation };
      const isNoted = extensions.noteGiven(place, extension);
      if (isNoted && saysNothing(JSON.parse(given.content))) return succeed(writeOk());
    }
    let accepted: Accepted;
    try {
      accepted = await store.accept(given);
    } catch (error) {
      log.error("reply_not_taken", { client: call.client.id, error: errorText(error) });
      return fail(RET_FAILED, "the hub cannot store the message now, try again");
    }
    switch (accepted.kind) {
      case "no_conversation":
        return fail(RET_NO_CONTEXT, "no message of this person was delivered to this client yet");
      case "full":
        return fail(RET_REFUSED, "too many messages to this person are waiting to be sent");
      case "repeat":
        if (hasEnd(accepted.outcome)) return answer(call, { ...accepted });
        break;
      case "accepted":
        onAccepted();
    }
    const { reply } = accepted;
    return answer(call, { reply, outcome: await awaitEnd(ports, call, reply) });
  };
}

interface SendRequestRead {
  readonly given: GivenReply;
  /** The `ilink_hub_ext` beside it. */
  readonly extension: JsonObject;
}

function readGiven(ports: SendMessagePorts, call: Call): SendRequestRead | null {
  const { signKey, clock, log, answerMs } = ports;
  const { client, body } = call;
  const request = readSendRequest(body);
  if (request === null) return null;
  const { message, extension } = takeExtension(request.message);
  // A foreign context token is WeChat's own, and a secret; the hub's says what is answered and is not needed again.
  const { context_token: _token, ...kept } = message;
  const content = JSON.stringify(kept);
  const answers = readSigned(signKey, "context", client.id, request.contextToken);
  const given = {
    client: client.id,
    sendId: request.sendId,
    digest: createHash("sha256").update(content).digest("hex"),
    content,
    answers: answers && { conversation: answers.conversation, message: answers.message },
    to: request.to,
    pinnedForMs: client.settings.extensions === "on"
      ? readPin(extension, {
        defaultMs: answerMs,
        onIgnored: (ignored) => log.warn("extension_ignored", { client: client.id, ...ignored }),
      })
      : null,
    atMs: clock.now(),
  };
  return { given, extension };
}

/** What became of the reply by the time the client has to be answered; `null` when that cannot be read. */
async function awaitEnd(
  { store, waits, log }: SendMessagePorts,
  { client, exchange }: Call,
  reply: ReplyId,
): Promise<ReplyOutcome | null> {
  const wait = waits.start({ client: client.id, reply, exchange });
  try {
    for (;;) {
      const event = await wait.next();
      const outcome = await store.replyOutcome(reply);
      if (event === "over" || hasEnd(outcome)) return outcome;
    }
  } catch (error) {
    // The reply is on disk, and that is what the answer says.
    log.warn("reply_outcome_unread", { client: client.id, error: errorText(error) });
    return null;
  } finally {
    wait.end();
  }
}

function hasEnd(outcome: ReplyOutcome): boolean {
  return !isUnderWay(outcome.state);
}

interface Ended {
  readonly reply: ReplyId;
  /** `null` when it cannot be read. */
  readonly outcome: ReplyOutcome | null;
}

/** What a client is told of its reply; told twice, it is told the same digits. */
function createAnswer({ store, log }: SendMessagePorts) {
  const answeredWithOwnId = new Set<ReplyId>();

  function answerWithOwnId(reply: ReplyId): JsonObject {
    const digits = String(wireMessageId(reply));
    if (!answeredWithOwnId.has(reply)) {
      answeredWithOwnId.add(reply);
      const [oldest] = answeredWithOwnId;
      if (answeredWithOwnId.size > LIMITS.ownIdAnswersMax && oldest !== undefined) {
        answeredWithOwnId.delete(oldest);
      }
      // Not awaited: it matters to quotes of the reply only, and they come from a person.
      store.noteAnswered(reply, digits).catch((error) => {
        log.warn("answered_id_not_noted", { reply, error: errorText(error) });
      });
    }
    return writeSendAnswer(digits);
  }

  function answer({ reply, outcome }: Ended): JsonObject {
    if (outcome?.state === "refused") {
      const reason = outcome.reason || "no reason given";
      return writeFailure(RET_FAILED, `WeChat refused the message: ${reason}`);
    }
    const wireId = outcome?.state === "sent" ? outcome.wireId : null;
    if (!isWireId(wireId) || answeredWithOwnId.has(reply)) return answerWithOwnId(reply);
    return writeSendAnswer(wireId);
  }

  return ({ client }: Call, ended: Ended): Answer => {
    const receipt = client.settings.extensions === "on" ? receiptOf(ended) : {};
    return succeed({ ...answer(ended), ...receipt });
  };
}

/** Whether there is nothing for the person in it. */
function saysNothing(message: JsonObject): boolean {
  return listMember(message, "item_list").every((item) =>
    isObject(item) && digitsOf(item["type"]) === "1" &&
    textMember(objectMember(item, "text_item") ?? {}, "text").trim() === ""
  );
}

/** Whether strict parsers read these digits as an id. */
function isWireId(digits: string | null): digits is string {
  return digits !== null && /^[1-9]\d{0,18}$/.test(digits) && BigInt(digits) < 2n ** 63n;
}
