import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import {
  createHttpClient,
  type HttpClient,
  type HttpRequest,
} from "../../../src/upstream/http_client.ts";

const POST: Omit<HttpRequest, "url"> = {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: '{"好":1}',
  limitMs: 2_000,
  signal: new AbortController().signal,
};

let sleptMs = 0;
/** That of a machine that has slept for so long. */
const sleepyClock: Clock = { ...systemClock, now: () => systemClock.now() + sleptMs };

/** Serves for the length of `act`. */
async function withServer(
  server: Server,
  act: (url: string, http: HttpClient) => Promise<void>,
  options: { readonly bodyBytesMax?: number } = {},
): Promise<void> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}); // clients leave as they like here
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
  const http = createHttpClient({ clock: sleepyClock, ...options });
  try {
    await act(`http://127.0.0.1:${port}`, http);
  } finally {
    http.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers every connection's first bytes with these, then ends it. */
function scripted(bytes: string): Server {
  return createTcpServer((socket) => {
    socket.on("error", () => {}); // the client may hang up first
    socket.once("data", () => socket.end(bytes));
  });
}

function answering(act: (request: IncomingMessage, response: ServerResponse) => void): Server {
  return createServer((request, response) => {
    request.resume();
    request.on("end", () => act(request, response));
  });
}

Deno.test("call() sends the body with its length in bytes and gives the whole answer", async () => {
  let headers: IncomingMessage["headers"] = {};
  const server = answering((request, response) => {
    headers = request.headers;
    response.writeHead(201).end("好");
  });
  await withServer(server, async (url, http) => {
    const answer = await http.call({ ...POST, url });
    assert(answer.kind === "answer");
    assertEquals(answer.status, 201);
    assertEquals(new TextDecoder().decode(answer.bytes), "好");
    assertEquals(headers["content-length"], "9");
    assertEquals(headers["transfer-encoding"], undefined);
  });
});

Deno.test("call() uses one connection for one call after another", async () => {
  const ports = new Set<number | undefined>();
  const server = answering((request, response) => {
    ports.add(request.socket.remotePort);
    response.end("ok");
  });
  await withServer(server, async (url, http) => {
    for (let count = 0; count < 5; count++) {
      assertEquals((await http.call({ ...POST, url })).kind, "answer");
      await new Promise((resolve) => setImmediate(resolve)); // the connection is handed back after the answer
    }
    assertEquals(ports.size, 1);
  });
});

Deno.test("call() makes a new connection after the machine slept", async () => {
  const server = answering((_, response) => response.end("{}"));
  let connections = 0;
  server.on("connection", () => connections += 1);
  await withServer(server, async (url, http) => {
    // The second time the clock is set back, which says nothing of a connection's age.
    for (const hours of [0, 8, -8, 0]) {
      sleptMs += hours * 3_600_000;
      assertEquals((await http.call({ ...POST, url })).kind, "answer");
      await new Promise((resolve) => setImmediate(resolve)); // the connection is handed back after the answer
    }
    assertEquals(connections, 3);
  });
});

Deno.test("call() is unreached when nobody listens, or TLS fails", async () => {
  let closedUrl = "";
  await withServer(scripted(""), async (url, http) => {
    closedUrl = url;
    const secure = url.replace("http:", "https:");
    assertEquals((await http.call({ ...POST, url: secure })).kind, "unreached");
  });
  const http = createHttpClient({ clock: systemClock });
  const answer = await http.call({ ...POST, url: closedUrl });
  assert(answer.kind === "unreached");
  assertMatch(answer.text, /refused/i);
  http.close();
});

Deno.test("call() is unreached when its signal has aborted before, or the request cannot be written", async () => {
  const http = createHttpClient({ clock: systemClock });
  const url = "http://127.0.0.1:1/";
  assertEquals((await http.call({ ...POST, url, signal: AbortSignal.abort() })).kind, "unreached");
  assertEquals((await http.call({ ...POST, url: "no url" })).kind, "unreached");
  const headers = { Authorization: "Bearer a\nb" };
  assertEquals((await http.call({ ...POST, url, headers })).kind, "unreached");
  http.close();
});

Deno.test("call() is unanswered when the answer does not come, breaks off, or is no HTTP", async () => {
  const scripts = [
    "",
    "nonsense\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
  ];
  for (const script of scripts) {
    await withServer(scripted(script), async (url, http) => {
      assertEquals((await http.call({ ...POST, url })).kind, "unanswered", script);
    });
  }
});

Deno.test("the time limit covers the body too", async () => {
  const server = answering((_request, response) => {
    response.writeHead(200);
    response.write("half");
  });
  await withServer(server, async (url, http) => {
    const answer = await http.call({ ...POST, url, limitMs: 50 });
    assertEquals(answer, { kind: "unanswered", text: "no answer within 50 ms" });
  });
});

Deno.test("a body beyond the limit is not read on", async () => {
  const server = answering((_request, response) => void response.end("x".repeat(100_000)));
  await withServer(server, async (url, http) => {
    const answer = await http.call({ ...POST, url });
    assertEquals(answer, { kind: "unanswered", text: "answer body larger than 1000 bytes" });
  }, { bodyBytesMax: 1_000 });
});
