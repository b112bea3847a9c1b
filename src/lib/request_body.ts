/** The body of a request, read no further than a bound. */
import { Buffer } from "node:buffer";

/** The text of the body; `null` when it is longer than `bytesMax`, of which no more is read than that. */
export async function readBody(request: Request, bytesMax: number): Promise<string | null> {
  const bytes = await readBodyBytes(request, bytesMax);
  return bytes === null ? null : new TextDecoder().decode(bytes);
}

/** As `readBody`, undecoded. */
export async function readBodyBytes(
  request: Request,
  bytesMax: number,
): Promise<Uint8Array | null> {
  const announced = request.headers.get("content-length");
  if (announced !== null && !request.headers.has("transfer-encoding")) {
    // The server hands out no more bytes than were announced.
    return Number(announced) > bytesMax ? null : new Uint8Array(await request.arrayBuffer());
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
