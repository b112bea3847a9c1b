/**
 * Pairing: a client asks the hub for a QR code as it would ask WeChat, the owner approves it, the client gets a token of its
 * own. What it asks with (the key) and what the owner sees (the code) are two secrets; both are stored as digests alone.
 */
import type { Random } from "../lib/random.ts";
import type { ClientId, PairingId } from "./ids.ts";

/**
 * - `waiting`: nobody has opened the code's page
 * - `scanned`: somebody has
 * - `approved`: the owner agreed; the client has not come for its token yet
 * - `confirmed`: the client has its token, and may ask for it again until the end
 * - `known`: the client holds a token of the hub already
 *
 * One that is refused or at its end is not there any more.
 */
export type PairingState = "waiting" | "scanned" | "approved" | "confirmed" | "known";

export interface Pairing {
  readonly id: PairingId;
  readonly state: PairingState;
  /** What the client is to be called: chosen by the owner once approved, before that a guess. */
  readonly name: string;
  /** From where it was asked for. */
  readonly address: string;
  readonly createdAtMs: number;
  /** From then on it counts as expired. */
  readonly expiresAtMs: number;
}

export type PairingMove = "scan" | "approve" | "confirm" | "refuse";

const MOVES: Readonly<Record<PairingMove, Partial<Record<PairingState, PairingState | "gone">>>> = {
  scan: { waiting: "scanned", scanned: "scanned" },
  approve: { waiting: "approved", scanned: "approved" },
  confirm: { approved: "confirmed" },
  refuse: { waiting: "gone", scanned: "gone", approved: "gone" },
};

/** Where a move leads; `null` where it cannot be made (any more). */
export function moved(
  pairing: Pick<Pairing, "state" | "expiresAtMs">,
  { move, atMs }: { readonly move: PairingMove; readonly atMs: number },
): PairingState | "gone" | null {
  return pairing.expiresAtMs <= atMs ? null : MOVES[move][pairing.state] ?? null;
}

/** What a client is told that asks how its request stands; `null` is one that is not there. */
export function pairingStatus(
  pairing: Pick<Pairing, "state" | "expiresAtMs"> | null,
  nowMs: number,
): "wait" | "scaned" | "confirmed" | "binded_redirect" | "expired" {
  if (pairing === null || pairing.expiresAtMs <= nowMs) return "expired";
  switch (pairing.state) {
    case "waiting":
      return "wait";
    case "scanned":
    case "approved":
      return "scaned";
    case "confirmed":
      return "confirmed";
    case "known":
      return "binded_redirect";
  }
}

// ─── Codes: 8 characters that nobody mistakes for others, 40 bits ──────────────────────────────────────────────────────

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CODE_LENGTH = 8;
const CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/;
/** Longer texts are no code, however they are written. */
const CODE_TEXT_LENGTH_MAX = 32;

/** A fresh code, in the form that `parseCode` gives. */
export function mintCode(random: Random): string {
  return Array.from(random.bytes(CODE_LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** As people read it: `K7QF-2M9P`. */
export function showCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** The code that a person meant: any case, full width, with blanks or dashes, O for 0, I or L for 1. `null`: none. */
export function parseCode(text: string): string | null {
  if (text.length > CODE_TEXT_LENGTH_MAX) return null;
  const code = text.normalize("NFKC").toUpperCase().replaceAll(/[\s\p{Pd}]/gu, "")
    .replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return CODE.test(code) ? code : null;
}

// ─── Names ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What the request tells of its program. */
export interface PairingHints {
  readonly userAgent: string;
  /** `POST` is the way of the official client. */
  readonly method: string;
}

const PROGRAMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/openclaw/i, "openclaw"],
  [/hermes/i, "hermes"],
  [/python|aiohttp|httpx/i, "python"],
  [/^go-http/i, "go"],
  [/reqwest|hyper/i, "rust"],
  [/deno|bun/i, "script"],
];

/** A guess at what to call a client. */
export function guessName({ userAgent, method }: PairingHints): string {
  const known = PROGRAMS.find(([pattern]) => pattern.test(userAgent));
  if (known !== undefined) return known[1];
  if (method === "POST") return "openclaw";
  return /^node|undici|axios/i.test(userAgent) ? "node" : "agent";
}

const NUMBERED_LENGTH_MAX = 58;

/** `name`, else `name-2`, `name-3` ...: the first that nobody has. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  const base = name.slice(0, NUMBERED_LENGTH_MAX);
  for (let number = 2;; number++) {
    const numbered = `${base}-${number}`;
    if (!isTaken(numbered)) return numbered;
  }
}

// ─── The desk ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PairingRequest extends PairingHints {
  readonly address: string;
  /** Tokens the client holds, its own and foreign ones; none of them is kept. */
  readonly tokens: readonly string[];
}

export interface PairingConfirmation {
  readonly client: ClientId;
  readonly token: string;
  /** The WeChat id of the account's owner; "" where nobody knows it. */
  readonly userId: string;
}

export interface PairingPoll {
  /** `null` when there is no such request. */
  readonly pairing: PairingId | null;
  readonly status: ReturnType<typeof pairingStatus>;
  /** Given with `confirmed`. */
  readonly confirmation: PairingConfirmation | null;
}

/** `closed`: without the owner's word, pairing has to be open. `no_owner`: it is not known who the account's owner is. */
export type PairingAnswer =
  | { readonly kind: "approved"; readonly name: string }
  | { readonly kind: "gone" | "closed" | "no_owner" };

export interface PairingsView {
  /** `null` while every request wants an approval. */
  readonly openUntilMs: number | null;
  /** Oldest first. */
  readonly pairings: readonly Pairing[];
}

/** Where clients, pages, commands and the chat meet over a request. */
export interface PairingDesk {
  /** A new request; `full` when there are too many. */
  request(
    request: PairingRequest,
  ): Promise<{ readonly key: string; readonly code: string } | "full">;
  /** How the request stands; one that is approved is confirmed with it, and its client registered. */
  poll(key: string): Promise<PairingPoll>;
  /** Calls `action` at the next change; the returned function takes it back. */
  listen(pairing: PairingId, action: () => void): () => void;
  /** What a code stands for; `null` for a text that is no code of a request that is there. */
  find(text: string): Promise<Pairing | null>;
  /** Notes that the code's page was opened. */
  noteScan(pairing: PairingId): Promise<void>;
  /**
   * `by` says whose word it is: the owner's, or that of whoever opened the page. A `name` of `null` keeps the guess. Throws
   * `CLIENT_NAME_INVALID`, `CLIENT_NAME_TAKEN`.
   */
  approve(
    pairing: PairingId,
    approval: { readonly name: string | null; readonly by: "owner" | "page" },
  ): Promise<PairingAnswer>;
  refuse(
    pairing: PairingId,
    by: "owner" | "page",
  ): Promise<"refused" | "gone" | "closed">;
  /** For so long, opening the code's page is enough. */
  open(forMs: number): Promise<PairingsView>;
  close(): Promise<PairingsView>;
  view(): Promise<PairingsView>;
  /** Tells those who wait that a request was approved elsewhere. */
  noteApproved(pairing: PairingId): void;
}
