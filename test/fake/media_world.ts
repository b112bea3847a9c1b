/** A media relay behind the hub's server, and a CDN that misbehaves as its path says. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Client } from "../../src/core/client.ts";
import { asId, type ClientId } from "../../src/core/ids.ts";
import { type CdnRelay, createCdnRelay } from "../../src/downstream/cdn.ts";
import { startServer } from "../../src/http/server.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLog } from "../../src/lib/log.ts";
import { createCdn } from "../../src/upstream/cdn.ts";

export const ANN = asId<ClientId>(1);
export const BOB = asId<ClientId>(2);
export const SIGN_KEY = new Uint8Array(32).fill(7);

export interface MediaWorld extends AsyncDisposable {
  /** What the CDN was asked, oldest first. */
  readonly asked: { readonly method: string; readonly url: string; readonly headers: object }[];
  /** Bytes that came in with uploads. */
  readonly uploaded: () => number;
  /** Bytes that went out with endless downloads. */
  readonly poured: () => number;
  /** Transfers at the CDN that have not ended. */
  readonly open: () => number;
  readonly cdnUrl: string;
  readonly hubUrl: string;
  readonly relay: CdnRelay;
  readonly clients: Pick<Client, "id">[];
}

/** A CDN that misbehaves as its path says, a relay in front of it, and the hub's server around that. */
export async function createMediaWorld(
  limits: {
    readonly bytesMax?: number;
    readonly silentMs?: number;
    readonly perClient?: number;
    readonly signKey?: Uint8Array;
  } = {},
): Promise<MediaWorld> {
  const asked: MediaWorld["asked"] = [];
  let [uploaded, poured, open] = [0, 0, 0];
  const cdn = createServer((incoming, outgoing) => {
    const { method = "", url = "", headers } = incoming;
    asked.push({ method, url, headers });
    open += 1;
    outgoing.once("close", () => open -= 1);
    if (!url.startsWith("/c2c/lazy")) {
      incoming.on("data", (chunk: Uint8Array) => uploaded += chunk.length);
    }
    behave(incoming, { outgoing, onPoured: (bytes) => poured += bytes });
  });
  await new Promise<void>((resolve) => cdn.listen(0, "127.0.0.1", resolve));
  const cdnUrl = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}/c2c`;
  const clients: Pick<Client, "id">[] = [{ id: ANN }, { id: BOB }];
  let hubUrl = "";
  const relay = createCdnRelay({
    cdn: createCdn({
      clock: systemClock,
      limits: { cdnSilentMs: limits.silentMs ?? 5_000, cdnTransferMs: 20_000 },
    }),
    store: { clients: () => Promise.resolve(clients as Client[]) },
    signKey: limits.signKey ?? SIGN_KEY,
    log: silentLog,
    cdnBaseUrl: cdnUrl,
    publicUrl: () => hubUrl,
    limits: {
      ...(limits.bytesMax === undefined ? {} : { cdnBytesMax: limits.bytesMax }),
      ...(limits.perClient === undefined ? {} : { cdnTransfersPerClient: limits.perClient }),
    },
  });
  const others = { fetch: () => new Response("{}") };
  const server = await startServer({
    hostname: "127.0.0.1",
    port: 0,
    downstream: others,
    admin: others,
    media: relay.serve,
    clock: systemClock,
    log: silentLog,
  });
  hubUrl = `http://127.0.0.1:${server.port}`;
  return {
    ...{ asked, cdnUrl, hubUrl, relay, clients },
    uploaded: () => uploaded,
    poured: () => poured,
    open: () => open,
    async [Symbol.asyncDispose]() {
      await server.close();
      cdn.closeAllConnections();
      await new Promise<void>((resolve) => cdn.close(() => resolve()));
    },
  };
}

export const CIPHERTEXT = new Uint8Array(300_000).map((_, at) => at * 31 % 251);

interface Way {
  readonly outgoing: ServerResponse;
  readonly onPoured: (bytes: number) => void;
}

function behave(incoming: IncomingMessage, { outgoing, onPoured }: Way): void {
  const { pathname, searchParams } = new URL(incoming.url ?? "", "http://cdn");
  switch (pathname) {
    case "/c2c/download":
      return void outgoing.writeHead(200, {
        "content-type": "text/html",
        "content-length": CIPHERTEXT.length,
      }).end(CIPHERTEXT);
    case "/c2c/upload":
      return void incoming.on(
        "end",
        () => outgoing.writeHead(200, { "x-encrypted-param": "param/1+" }).end(),
      );
    case "/c2c/wrong":
      return void outgoing.writeHead(400, { "x-error-message": "md5 mismatch" }).end();
    case "/c2c/elsewhere":
      return void outgoing.writeHead(302, { location: "http://127.0.0.1:1/secret" }).end();
    case "/c2c/cut":
      outgoing.writeHead(200, { "content-length": 1_000 });
      return void outgoing.write("some", () => outgoing.destroy());
    case "/c2c/stuck":
      outgoing.writeHead(200);
      return void outgoing.write("some");
    case "/c2c/endless":
      return pour({ outgoing, onPoured }, Number(searchParams.get("bytes")));
    case "/c2c/lazy":
      return;
    default:
      return void outgoing.writeHead(404).end();
  }
}

/** Writes as fast as it is taken. */
function pour({ outgoing, onPoured }: Way, bytes: number): void {
  const piece = new Uint8Array(64 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !outgoing.destroyed) {
      left -= piece.length;
      onPoured(piece.length);
      if (!outgoing.write(piece)) return void outgoing.once("drain", more);
    }
    outgoing.end();
  };
  more();
}
