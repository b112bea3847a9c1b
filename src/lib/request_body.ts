/** The body of a request, read no further than a bound. */

/** The text of the body; `null` when it is longer than `bytesMax`, of which no more is read than that. */
export async function readBody(request: Request, bytesMax: number): Promise<string | null> {
  const announced = request.headers.get("content-length");
  if (announced !== null && !request.headers.has("transfer-encoding")) {
    // The server hands out no more bytes than were announced.
    return Number(announced) > bytesMax ? null : await request.text();
  }
  if (request.body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.length;
    if (bytes > bytesMax) return null;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
