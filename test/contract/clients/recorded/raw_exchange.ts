/**
 * One HTTP exchange over a socket of its own, written byte for byte: no library between, so header names keep the case in
 * which a client writes them, and paths stay as odd as it joins them.
 */

export interface RawRequest {
  readonly method: "GET" | "POST";
  /** The request target as the client writes it. */
  readonly target: string;
  /** In this order and in this case. */
  readonly headers: readonly (readonly [string, string])[];
  /** "" sends none. */
  readonly body: string;
  /** `chunked` for clients that do not announce a length. */
  readonly framing: "length" | "chunked";
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Rejects when the connection is refused or cut; an abort closes it, as a client's time limit does. */
export async function exchangeRaw(
  port: number,
  request: RawRequest,
  signal: AbortSignal,
): Promise<RawAnswer> {
  signal.throwIfAborted();
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let isOpen = true;
  const close = () => {
    if (isOpen) connection.close();
    isOpen = false;
  };
  signal.addEventListener("abort", close);
  if (signal.aborted) close();
  try {
    await writeAll(connection, new TextEncoder().encode(writeRequest(port, request)));
    return await readAnswer(connection);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

function writeRequest(
  port: number,
  { method, target, headers, body, framing }: RawRequest,
): string {
  const length = new TextEncoder().encode(body).length;
  const framed = body === ""
    ? []
    : framing === "length"
    ? [`Content-Length: ${length}`]
    : ["Transfer-Encoding: chunked"];
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framed,
  ].join("\r\n");
  if (framing === "length" || body === "") return `${head}\r\n\r\n${body}`;
  return `${head}\r\n\r\n${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function readAnswer(connection: Deno.Conn): Promise<RawAnswer> {
  const buffer = new Uint8Array(65_536);
  let read = new Uint8Array(0);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`cut off after ${read.length} bytes`);
    read = concat(read, buffer.subarray(0, count));
    const answer = parseAnswer(read);
    if (answer !== null) return answer;
  }
}

/** `null` while it is not complete. */
function parseAnswer(bytes: Uint8Array): RawAnswer | null {
  const text = new TextDecoder("latin1").decode(bytes);
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return null;
  const [statusLine = "", ...lines] = text.slice(0, headEnd).split("\r\n");
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const announced = headers.get("content-length");
  if (announced === undefined) throw new Error(`an answer without a length: ${statusLine}`);
  const body = bytes.subarray(headEnd + 4);
  if (body.length < Number(announced)) return null;
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  return { status, headers, text: new TextDecoder("utf-8", { fatal: true }).decode(body) };
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
