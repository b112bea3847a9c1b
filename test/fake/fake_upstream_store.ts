/**
 * WeChat's side of the store in memory: accounts, polled batches and sends as the port says. It notes what its callers must
 * not do, and its steps fail on demand.
 */
import type { Account } from "../../src/core/account.ts";
import {
  type AccountId,
  asId,
  type ConversationId,
  type ReplyId,
  type SendId,
} from "../../src/core/ids.ts";
import type { Ledger } from "../../src/core/ledger.ts";
import { OPEN_GATE } from "../../src/core/send_gate.ts";
import { NOTHING_LEARNED } from "../../src/core/window.ts";
import type { Turn } from "../../src/core/turn.ts";
import { canMove, type SendState } from "../../src/core/lifecycle.ts";
import type {
  AccountCredentials,
  AccountSteps,
  PollSteps,
  SendSteps,
} from "../../src/store/store.ts";
import { textContent } from "../../src/wire/send.ts";
import { type FakeSend, isBlocking, stateOf, turnOf } from "./fake_send.ts";

type Batch = Parameters<PollSteps["ingest"]>[0];

type Steps =
  & Pick<AccountSteps, "accounts" | "credentials" | "saveLogin" | "markLoggedOut">
  & Pick<PollSteps, "ingest" | "unsettledCount">
  & SendSteps;

export interface FakeUpstreamStore extends Steps {
  removeAccount(account: AccountId): Promise<void>;
  /** A person who may be written to. */
  addConversation(
    account: AccountId,
    given: { readonly to: string; readonly ledger?: Partial<Ledger> },
  ): ConversationId;
  setLedger(conversation: ConversationId, ledger: Partial<Ledger>): void;
  ledger(conversation: ConversationId): Ledger;
  plan(conversation: ConversationId, text: string): FakeSend;
  /** The hub's own words. */
  planHub(conversation: ConversationId, text: string): FakeSend;
  send(id: SendId): FakeSend;
  readonly sends: readonly FakeSend[];
  /** Everything that was ingested. */
  readonly batches: readonly Batch[];
  /** What no caller may do: sends at a time in one conversation, moves that the lifecycle forbids. */
  readonly breaches: readonly string[];
  /** While set, every step that writes rejects with it. */
  failure: Error | null;
  /** What `unsettledCount` says. */
  unsettled: number;
}

type Row = { -readonly [Key in keyof Omit<FakeSend, "states">]: FakeSend[Key] } & {
  readonly states: SendState[];
};

interface Person {
  readonly account: AccountId;
  readonly to: string;
  ledger: Ledger;
}

export function createFakeUpstreamStore(): FakeUpstreamStore {
  return new MemoryStore();
}

class MemoryStore implements FakeUpstreamStore {
  failure: Error | null = null;
  unsettled = 0;
  readonly batches: Batch[] = [];
  readonly breaches: string[] = [];
  readonly #accounts = new Map<AccountId, { account: Account; token: string; cursor: string }>();
  readonly #people = new Map<ConversationId, Person>();
  readonly #sends = new Map<SendId, Row>();
  #gate = OPEN_GATE;
  #learned = NOTHING_LEARNED;
  #showsIds = false;

  get sends(): readonly FakeSend[] {
    return [...this.#sends.values()];
  }

  // ── accounts

  async accounts(): Promise<readonly Account[]> {
    await Promise.resolve();
    return [...this.#accounts.values()].map(({ account }) => account);
  }

  async credentials(id: AccountId): Promise<AccountCredentials | null> {
    await Promise.resolve();
    const held = this.#accounts.get(id);
    if (held === undefined) return null;
    const { account: { generation, state, baseUrl }, token, cursor } = held;
    return { account: id, generation, state, token, baseUrl, cursor };
  }

  async saveLogin(login: Parameters<AccountSteps["saveLogin"]>[0]): Promise<Account> {
    await this.#write();
    const { userId, botId, baseUrl, token, atMs } = login;
    const known = [...this.#accounts.values()].find(({ account }) => account.userId === userId);
    const account: Account = {
      id: known?.account.id ?? asId<AccountId>(this.#accounts.size + 1),
      name: known?.account.name ?? `account ${this.#accounts.size + 1}`,
      userId,
      botId,
      baseUrl,
      generation: (known?.account.generation ?? 0) + 1,
      state: "active",
      stateSinceMs: atMs,
      defaultClient: null,
      showsIds: false,
    };
    this.#accounts.set(account.id, { account, token, cursor: "" });
    for (const send of this.#ofAccount(account.id)) {
      if (stateOf(send) === "deferred" && send.reason === "logged_out") this.#move(send, "planned");
    }
    return account;
  }

  async markLoggedOut(
    id: AccountId,
    seen: { readonly generation: number; readonly atMs: number },
  ): Promise<"marked" | "outdated"> {
    await this.#write();
    const held = this.#accounts.get(id);
    if (held?.account.generation !== seen.generation) return "outdated";
    held.account = { ...held.account, state: "logged_out", stateSinceMs: seen.atMs };
    return "marked";
  }

  async removeAccount(id: AccountId): Promise<void> {
    await this.#write();
    this.#accounts.delete(id);
  }

  // ── polls

  async ingest(batch: Batch): ReturnType<PollSteps["ingest"]> {
    await this.#write();
    this.batches.push(batch);
    const held = this.#accounts.get(batch.account);
    if (held?.account.generation === batch.generation && batch.cursor !== "") {
      held.cursor = batch.cursor;
    }
    const seen = new Set(this.batches.slice(0, -1).flatMap(wireIds));
    const duplicates = wireIds(batch).filter((id) => seen.has(id)).length;
    const parked = batch.unreadableBody === null ? 0 : 1;
    return { stored: batch.messages.length - duplicates, duplicates, parked };
  }

  async unsettledCount(): Promise<number> {
    await Promise.resolve();
    return this.unsettled;
  }

  // ── sends

  addConversation(
    account: AccountId,
    given: { readonly to: string; readonly ledger?: Partial<Ledger> },
  ): ConversationId {
    const id = asId<ConversationId>(this.#people.size + 1);
    const ledger = { lastInboundAtMs: null, sendsSinceInbound: 0, coolDownUntilMs: 0 };
    this.#people.set(id, { account, to: given.to, ledger: { ...ledger, ...given.ledger } });
    return id;
  }

  setLedger(conversation: ConversationId, ledger: Partial<Ledger>): void {
    const person = this.#person(conversation);
    person.ledger = { ...person.ledger, ...ledger };
  }

  ledger(conversation: ConversationId): Ledger {
    return this.#person(conversation).ledger;
  }

  plan(conversation: ConversationId, text: string): FakeSend {
    return this.#insert({ conversation, text, reply: asId<ReplyId>(this.#sends.size + 1) });
  }

  planHub(conversation: ConversationId, text: string): FakeSend {
    return this.#insert({ conversation, text, reply: null });
  }

  #insert(given: Pick<FakeSend, "conversation" | "text" | "reply">): FakeSend {
    const send: Row = {
      ...given,
      id: asId<SendId>(this.#sends.size + 1),
      ...{ states: ["planned"], reason: "", wireId: null, untilMs: null },
      ...{ upstreamId: null, isSettled: false },
    };
    this.#sends.set(send.id, send);
    return send;
  }

  send(id: SendId): FakeSend {
    return this.#row(id);
  }

  async recoverSends(): Promise<number> {
    await this.#write();
    const begun = [...this.#sends.values()].filter((send) => stateOf(send) === "sending");
    for (const send of begun) this.#move(send, "unknown");
    return begun.length;
  }

  async nextSends(call: Parameters<SendSteps["nextSends"]>[0]): ReturnType<SendSteps["nextSends"]> {
    await Promise.resolve();
    const blocked = new Set(call.skip);
    for (const send of this.#sends.values()) {
      if (isBlocking(send)) blocked.add(send.conversation);
    }
    const rank = ({ reply }: Row) => reply === null ? 0 : 1;
    const inOrder = this.#ofAccount(call.account).toSorted((a, b) => rank(a) - rank(b));
    const next = inOrder.filter((send) => {
      if (stateOf(send) !== "planned" || blocked.has(send.conversation)) return false;
      blocked.add(send.conversation);
      return true;
    });
    return next.slice(0, call.limit).map((send) => ({
      send: send.id,
      reply: send.reply,
      conversation: send.conversation,
      to: this.#person(send.conversation).to,
      contextToken: "context",
      content: JSON.stringify(textContent(send.text)),
      upstreamId: send.upstreamId,
      attempt: 1 + send.states.filter((state) => state === "sending").length,
      ledger: this.#person(send.conversation).ledger,
      showsIds: this.#showsIds,
      rank: send.reply === null ? "hub" : "reply",
      ...{ others: 0, isAlone: true },
    }));
  }

  async beginSend(id: SendId, begun: { readonly upstreamId: string }): Promise<void> {
    await this.#write();
    const send = this.#row(id);
    const others = this.#ofAccount(this.#person(send.conversation).account)
      .filter(({ conversation }) => conversation === send.conversation);
    if (others.some(isBlocking)) this.#forbid(`send ${id} began beside another`);
    this.#move(send, "sending");
    send.upstreamId = begun.upstreamId;
    this.#count(send.conversation, 1);
  }

  async endSend(id: SendId, ended: Parameters<SendSteps["endSend"]>[1]): Promise<void> {
    await this.#write();
    const send = this.#row(id);
    send.reason = "reason" in ended ? ended.reason : "";
    if (ended.gate !== undefined) this.#gate = ended.gate;
    if (ended.learned !== undefined) this.#learned = ended.learned;
    switch (ended.kind) {
      case "sent":
        send.wireId = ended.wireId;
        this.#showsIds ||= ended.wireId !== null;
        if (ended.wireId !== null) return this.#move(send, "sent");
        return this.#move(send, this.#showsIds ? "suspect" : "unconfirmed");
      case "back":
        this.#count(send.conversation, -1);
        return this.#move(send, "planned");
      case "deferred":
        send.untilMs = ended.untilMs;
        this.#move(send, "deferred");
        return this.#defer(send.conversation, ended);
      default:
        return this.#move(send, ended.kind);
    }
  }

  readonly sendGate = () => Promise.resolve(this.#gate);
  readonly learnedWindow = () => Promise.resolve(this.#learned);

  async deferSends(
    conversation: ConversationId,
    deferred: Parameters<SendSteps["deferSends"]>[1],
  ): Promise<void> {
    await this.#write();
    this.#defer(conversation, deferred);
  }

  async resumeSends(nowMs: number): ReturnType<SendSteps["resumeSends"]> {
    await this.#write();
    const timed = [...this.#sends.values()]
      .filter((send) => stateOf(send) === "deferred" && send.untilMs !== null);
    const due = timed.filter(({ untilMs }) => (untilMs ?? 0) <= nowMs);
    for (const send of due) this.#move(send, "planned");
    const later = timed.filter((send) => !due.includes(send)).map(({ untilMs }) => untilMs ?? 0);
    return { resumed: due.length, nextDueAtMs: later.length === 0 ? null : Math.min(...later) };
  }

  async turn(conversation: ConversationId): Promise<Turn> {
    await Promise.resolve();
    const sends = this.sends.filter((send) => send.conversation === conversation);
    return turnOf(sends, this.ledger(conversation));
  }

  // Turns never end here; how they do is the real store's to prove.
  readonly heldConversations = () => Promise.resolve([]);
  readonly holdTurn = () => Promise.resolve();
  readonly releaseSends = () => Promise.resolve();
  readonly mergeSends = () => Promise.resolve(false);
  readonly tellUnsent = () => Promise.resolve(false);

  async unknownSends(account: AccountId): ReturnType<SendSteps["unknownSends"]> {
    await Promise.resolve();
    return this.#ofAccount(account)
      .filter((send) => stateOf(send) === "unknown" && !send.isSettled)
      .map(({ id, states }) => ({
        send: id,
        attempt: states.filter((state) => state === "sending").length,
      }));
  }

  async settleUnknown(id: SendId, how: "show" | "repeat"): Promise<void> {
    await this.#write();
    const send = this.#row(id);
    if (how === "repeat") this.#move(send, "planned");
    else send.isSettled = true;
  }

  async conversationAddress(
    conversation: ConversationId,
  ): ReturnType<SendSteps["conversationAddress"]> {
    await Promise.resolve();
    const person = this.#people.get(conversation);
    if (person === undefined) return null;
    return { account: person.account, to: person.to, contextToken: "context" };
  }

  // ── inside

  async #write(): Promise<void> {
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
  }

  #row(id: SendId): Row {
    const row = this.#sends.get(id);
    if (row === undefined) throw new RangeError(`No send ${id}`);
    return row;
  }

  #person(id: ConversationId): Person {
    const person = this.#people.get(id);
    if (person === undefined) throw new RangeError(`No conversation ${id}`);
    return person;
  }

  #ofAccount(account: AccountId) {
    return [...this.#sends.values()]
      .filter(({ conversation }) => this.#person(conversation).account === account);
  }

  #move(send: Row, to: SendState): void {
    const from = stateOf(send);
    if (!canMove(from, to)) this.#forbid(`send ${send.id} moved from ${from} to ${to}`);
    send.states.push(to);
  }

  #defer(
    conversation: ConversationId,
    { reason, untilMs }: Pick<Parameters<SendSteps["deferSends"]>[1], "reason" | "untilMs">,
  ): void {
    for (const send of this.#sends.values()) {
      if (send.conversation !== conversation || stateOf(send) !== "planned") continue;
      this.#move(send, "deferred");
      send.reason = reason;
      send.untilMs = untilMs;
    }
    if (reason === "throttle") this.setLedger(conversation, { coolDownUntilMs: untilMs ?? 0 });
  }

  #forbid(breach: string): never {
    this.breaches.push(breach);
    throw new Error(breach);
  }

  #count(conversation: ConversationId, by: number): void {
    const { sendsSinceInbound } = this.ledger(conversation);
    this.setLedger(conversation, { sendsSinceInbound: sendsSinceInbound + by });
  }
}

function wireIds(batch: Batch): string[] {
  return batch.messages.flatMap(({ read }) =>
    read.kind === "message" && read.message.wireId !== null ? [read.message.wireId] : []
  );
}
