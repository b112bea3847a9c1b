/**
 * The desk of `core/pairing.ts` over the store. Codes and keys leave it once, in the answer to a request; kept are keyed
 * digests, since a code is short enough to be tried out from a plain one.
 */
import { createHash, createHmac } from "node:crypto";
import { isClientName } from "../core/client.ts";
import { HubError } from "../core/error.ts";
import type { PairingId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import {
  guessName,
  mintCode,
  type PairingDesk,
  pairingStatus,
  type PairingsView,
  parseCode,
} from "../core/pairing.ts";
import { createBellBoard } from "../lib/bell_board.ts";
import type { Clock } from "../lib/clock.ts";
import { errorText, type Log } from "../lib/log.ts";
import { type Random, randomHex } from "../lib/random.ts";
import type { ClientSteps, PairingSteps } from "../store/store.ts";

const KEY_BYTES = 16;
const TOKEN_BYTES = 16;

export interface PairingDeskPorts {
  readonly store: PairingSteps & Pick<ClientSteps, "clientByToken">;
  readonly signKey: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Called after a client was registered. */
  onRegistered(): void;
}

export interface HeldPairingDesk extends PairingDesk {
  /** Who waits for a change is answered. What is over is forgotten at the next request or start. */
  stop(): void;
}

export function createPairingDesk(ports: PairingDeskPorts): HeldPairingDesk {
  const { store, signKey, clock, random, log } = ports;
  const bells = createBellBoard<PairingId>();
  const sweeps = new Set<() => void>();
  const digest = (kind: "code" | "key", text: string) =>
    createHmac("sha256", signKey).update(`pairing ${kind} ${text}`).digest("hex");

  /** A sealed token is not kept longer than it may be asked for. */
  function sweepAfter(delayMs: number): void {
    const cancel = clock.after(delayMs, () => {
      sweeps.delete(cancel);
      store.forgetPairings(clock.now()).catch((error) =>
        log.error("pairings_not_forgotten", { error: errorText(error) })
      );
    });
    sweeps.add(cancel);
  }

  async function holderOf(tokens: readonly string[]) {
    for (const token of tokens.slice(0, LIMITS.pairingTokensMax)) {
      const client = await store.clientByToken(sha256(token), clock.now());
      if (client !== null) return { client: client.id, token };
    }
    return null;
  }

  async function view(): Promise<PairingsView> {
    const nowMs = clock.now();
    return {
      openUntilMs: await store.pairingOpenUntil(nowMs),
      pairings: await store.pairings(nowMs),
    };
  }

  return {
    async request({ tokens, address, ...hints }) {
      const key = randomHex(random, KEY_BYTES);
      const code = mintCode(random);
      const holder = await holderOf(tokens);
      // Only the official client, which asks by POST, understands that it is known already.
      const token = hints.method === "POST" ? null : holder?.token ?? null;
      const made = await store.requestPairing({
        codeHash: digest("code", code),
        keyHash: digest("key", key),
        name: guessName(hints),
        address,
        known: holder === null ? null : { client: holder.client, token },
        atMs: clock.now(),
      });
      if (made === "full") return "full";
      if (token !== null) sweepAfter(LIMITS.pairingRepeatMs);
      return { key, code };
    },
    async poll(key) {
      const nowMs = clock.now();
      const pairing = await store.pairingBy({ keyHash: digest("key", key) }, nowMs);
      const status = pairingStatus(pairing, nowMs);
      if (pairing === null) return { pairing: null, status, confirmation: null };
      const { id, state } = pairing;
      if (state !== "approved" && state !== "confirmed") {
        return { pairing: id, status, confirmation: null };
      }
      const token = `vhub_${randomHex(random, TOKEN_BYTES)}`;
      const confirmation = await store.confirmPairing(id, {
        ...{ token, tokenHash: sha256(token) },
        atMs: nowMs,
      });
      if (confirmation === null) return { pairing: id, status: "expired", confirmation };
      if (confirmation.isNew) {
        sweepAfter(LIMITS.pairingRepeatMs);
        ports.onRegistered();
        bells.ring(id);
      }
      return { pairing: id, status: "confirmed", confirmation };
    },
    listen: (pairing, action) => bells.listen(pairing, action),
    async find(text) {
      const code = parseCode(text);
      if (code === null) return null;
      return await store.pairingBy({ codeHash: digest("code", code) }, clock.now());
    },
    async noteScan(pairing) {
      await store.scanPairing(pairing, clock.now());
      bells.ring(pairing);
    },
    async approve(pairing, { name, by }) {
      if (name !== null) checkName(name);
      const answer = await store.approvePairing(pairing, {
        name,
        account: null,
        wantsOpen: by === "page",
        atMs: clock.now(),
      });
      if (answer.kind === "approved") bells.ring(pairing);
      return answer;
    },
    async refuse(pairing, by) {
      const refused = await store.refusePairing(pairing, {
        wantsOpen: by === "page",
        atMs: clock.now(),
      });
      if (refused === "refused") bells.ring(pairing);
      return refused;
    },
    async open(forMs) {
      await store.openPairing(clock.now() + forMs);
      return await view();
    },
    async close() {
      await store.openPairing(0);
      return await view();
    },
    view,
    noteApproved: (pairing) => bells.ring(pairing),
    stop() {
      for (const cancel of sweeps) cancel();
      sweeps.clear();
      bells.ringAll();
    },
  };
}

function sha256(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function checkName(name: string): void {
  if (isClientName(name)) return;
  throw new HubError("CLIENT_NAME_INVALID", `Cannot name a client ${JSON.stringify(name)}`, {
    hint: "Want 1 to 64 letters, digits, _ . or -, the first a letter or digit",
  });
}
