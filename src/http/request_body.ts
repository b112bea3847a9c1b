/** Bodies whose length is not announced, read in front of the apps, so that no app can be made to read without end. */
import type { IncomingMessage } from "node:http";

export type ChunkedBody =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "too_long" }
  /** The client went in the middle of it. */
  | { readonly kind: "cut_off" };

/** Reads no further than `bytesMax`. */
export function readChunkedBody(incoming: IncomingMessage, bytesMax: number): Promise<ChunkedBody> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve) => {
    function onData(chunk: Buffer): void {
      bytes += chunk.length;
      if (bytes <= bytesMax) return void chunks.push(chunk);
      incoming.off("data", onData).pause();
      resolve({ kind: "too_long" });
    }
    incoming.on("data", onData);
    incoming.once("end", () => resolve({ kind: "whole", bytes: Buffer.concat(chunks) }));
    incoming.once("error", () => resolve({ kind: "cut_off" }));
    incoming.once("close", () => resolve({ kind: "cut_off" }));
  });
}
