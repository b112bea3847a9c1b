/** The way to WeChat's CDN, for the station that relays media. Supplied by the upstream side. */
import type { Readable } from "node:stream";

export interface Cdn {
  /** Makes one transfer. Never rejects, follows no redirect, and sends no credentials. */
  transfer(transfer: CdnTransfer): Promise<CdnAnswer>;
}

export interface CdnTransfer {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Read no faster than the CDN takes it; `null` for none. An error of it ends the transfer. */
  readonly body: Readable | null;
  /** Ends the transfer, also in the middle of the answer. */
  readonly signal: AbortSignal;
}

export type CdnAnswer =
  /** `body` is to be read to its end or destroyed; it ends with an error when the CDN breaks off. */
  | {
    readonly kind: "answer";
    readonly status: number;
    /** Names in lower case. */
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
    readonly body: Readable;
  }
  | { readonly kind: "failed"; readonly text: string };
