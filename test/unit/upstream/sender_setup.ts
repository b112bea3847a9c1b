/** A sender over the simulated WeChat and the store in memory. */
import { assertEquals } from "@std/assert";
import type { ConversationId, ReplyId } from "../../../src/core/ids.ts";
import type { FaultAct } from "../../../src/simulator/faults.ts";
import type { Settings } from "../../../src/simulator/settings.ts";
import { Sender, type SendSettings } from "../../../src/upstream/sender.ts";
import type { FakeSend } from "../../fake/fake_send.ts";
import { NO_DEADLINE, setUpUpstream, type UpstreamSetup } from "./upstream_setup.ts";
import { SEND_LIMITS } from "../../fake/send_limits.ts";

export const SETTINGS: SendSettings = {
  ...SEND_LIMITS,
  coolDownMs: 60_000,
  coolDownMaxMs: 3_600_000,
  suspectStreak: 3,
  spacingMs: 0,
  unknownSends: "show",
  deferredMs: 7 * 24 * 3_600_000,
};

export interface SenderSetup extends UpstreamSetup {
  readonly sender: Sender;
  readonly ended: ReplyId[];
  readonly told: string[];
  /** The conversation with a person that the simulator knows and who has just written. */
  converse(): ConversationId;
  /** Plans a send and rings. */
  plan(conversation: ConversationId, text: string): FakeSend;
  /** What people got to see, in order. */
  shown(): string[];
  strike(act: FaultAct, times?: number): void;
  /** Sends take this long to be processed. */
  delay(afterMs: number, times?: number): void;
}

/** Runs `act` beside a sender and stops it. */
export async function withSender(
  act: (setup: SenderSetup) => Promise<void>,
  options: { readonly send?: Partial<SendSettings>; readonly simulator?: Partial<Settings> } = {},
): Promise<void> {
  const setup = await setUpUpstream({ budget: 1_000, ...options.simulator });
  const { clock, store, upstream: { simulator }, account } = setup;
  const ended: ReplyId[] = [];
  const told: string[] = [];
  const sender = new Sender(account.id, {
    ...setup.ports,
    settings: { ...SETTINGS, ...options.send },
    onEnded: (reply) => ended.push(reply),
    onDeferredUntil: (atMs) => told.push(`due in ${atMs - clock.now()}`),
    onLoggedOut: () => told.push("logged_out"),
  });
  await act({
    ...setup,
    sender,
    ended,
    told,
    converse() {
      const { id: to } = simulator.addPerson();
      simulator.say({ person: to, what: "hi" });
      return store.addConversation(account.id, { to, ledger: { lastInboundAtMs: clock.now() } });
    },
    plan(conversation, text) {
      const send = store.plan(conversation, text);
      sender.ring();
      return send;
    },
    shown: () => simulator.sent().map(({ text }) => text),
    strike: (act, times = 1) => void simulator.addFault({ endpoint: "sendmessage", act, times }),
    delay(afterMs, times = 1) {
      simulator.addFault({ endpoint: "sendmessage", act: { kind: "delay" }, afterMs, times });
    },
  });
  const stopped = sender.stop(NO_DEADLINE);
  await clock.advance(60_000);
  await stopped;
  assertEquals(clock.pending, 0, "timers are left");
  assertEquals(store.breaches, []);
}
