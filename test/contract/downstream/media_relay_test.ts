/** Media through the hub, over real sockets: what passes, what is refused, what ends, and what it costs in memory. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type IncomingMessage, request } from "node:http";
import type { ClientId } from "../../../src/core/ids.ts";
import { cdnPathOf } from "../../../src/downstream/cdn.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { createCdn } from "../../../src/upstream/cdn.ts";
import { ANN, BOB, CIPHERTEXT, createMediaWorld, SIGN_KEY } from "../../fake/media_world.ts";

const MIB = 1024 * 1024;

interface Said {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Uint8Array;
  /** Whether it came to its end. */
  readonly isWhole: boolean;
}

function call(url: string, body: Uint8Array | null = null): Promise<Said> {
  return new Promise((resolve, reject) => {
    const made = request(url, { method: body === null ? "GET" : "POST", agent: false });
    made.on("error", reject);
    made.on("response", (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      response.on("error", () => {});
      response.on("close", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes: new Uint8Array(Buffer.concat(chunks)),
          isWhole: response.complete,
        }));
    });
    made.end(body ?? undefined);
  });
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 2_000 && !isSo(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert(isSo(), "it never came to be");
}

Deno.test("a download through the hub has the CDN's bytes, and is of no kind a browser would show", async () => {
  await using world = await createMediaWorld();
  const url = world.relay.urlFor(ANN, `${world.cdnUrl}/download?encrypted_query_param=a%2Fb`);
  assert(url.startsWith(`${world.hubUrl}/cdn/`));
  const said = await call(url);
  assertEquals([said.status, said.isWhole], [200, true]);
  assertEquals(said.bytes, CIPHERTEXT);
  assertEquals(said.headers["content-length"], String(CIPHERTEXT.length));
  assertEquals(said.headers["content-type"], "application/octet-stream");
  assertEquals(said.headers["x-content-type-options"], "nosniff");
  assertEquals(world.asked[0]?.url, "/c2c/download?encrypted_query_param=a%2Fb");
});

Deno.test("an upload through the hub brings back the parameter, and shows the CDN no credentials", async () => {
  await using world = await createMediaWorld();
  const target = `${world.cdnUrl}/upload?encrypted_query_param=x&filekey=k&taskid=t`;
  const response = await fetch(world.relay.urlFor(ANN, target), {
    method: "POST",
    headers: { authorization: "Bearer vhub_secret", cookie: "a=b", "content-type": "text/html" },
    body: CIPHERTEXT,
  });
  await response.body?.cancel();
  assertEquals([response.status, response.headers.get("x-encrypted-param")], [200, "param/1+"]);
  assertEquals(world.uploaded(), CIPHERTEXT.length);
  const headers = JSON.stringify(world.asked[0]?.headers);
  assertMatch(headers, /"content-length":"300000"/);
  assert(!/secret|cookie|text\/html/.test(headers), headers);
});

Deno.test("a client that joins parameters to a base itself gets through by a base of its own", async () => {
  await using world = await createMediaWorld();
  const base = world.hubUrl + cdnPathOf(SIGN_KEY, ANN);
  const down = await call(`${base}/download?encrypted_query_param=a%2Fb%2B&taskid=1`);
  assertEquals(down.bytes, CIPHERTEXT);
  const up = await call(`${base}/upload?encrypted_query_param=x&filekey=k`, CIPHERTEXT);
  assertEquals(up.headers["x-encrypted-param"], "param/1+");
  assertEquals(world.asked.map(({ url }) => url), [
    "/c2c/download?encrypted_query_param=a%2Fb%2B",
    "/c2c/upload?encrypted_query_param=x&filekey=k",
  ]);
  const elsewhere = [`${base}/wrong?x=1`, `${base}/download/../wrong`, `${base}/`, base];
  for (const url of elsewhere) assertEquals((await call(url)).status, 403, url);
});

Deno.test("only WeChat's hosts and the named CDN are behind an address of the hub", async () => {
  await using world = await createMediaWorld();
  const { relay } = world;
  const relayed = [
    "https://novac2c.cdn.weixin.qq.com/c2c/download?encrypted_query_param=1",
    "https://other.wechat.com/x",
  ];
  for (const url of relayed) assert(relay.urlFor(ANN, url).startsWith(world.hubUrl), url);
  const left = [
    "http://novac2c.cdn.weixin.qq.com/c2c",
    "https://novac2c.cdn.weixin.qq.com:8443/",
    "https://evil-weixin.qq.com/",
    "https://weixin.qq.com.evil.example/",
    "https://ann:secret@x.weixin.qq.com/",
    "http://127.0.0.1:1/c2c/download",
    "http://169.254.169.254/latest",
    "file:///etc/passwd",
    "not an address",
    `${world.cdnUrl}/download?x=${"y".repeat(9_000)}`,
    "",
  ];
  for (const url of left) assertEquals(relay.urlFor(ANN, url), url);
});

Deno.test("no address can be made up, changed, lent to another client or outlive its client", async () => {
  await using world = await createMediaWorld();
  await using stranger = await createMediaWorld({ signKey: new Uint8Array(32).fill(9) });
  const good = world.relay.urlFor(ANN, `${world.cdnUrl}/download?encrypted_query_param=1`);
  const [, path = ""] = good.split("/cdn/");
  const inner = (url: string) =>
    new TextEncoder().encode(url).toBase64({ alphabet: "base64url", omitPadding: true });
  const [kind, client, mac] = path.split("/");
  const forged = [
    `u/${client}/${mac}/${inner("http://127.0.0.1:1/")}`,
    `u/${client}/${mac}/${inner(`${world.cdnUrl}/download?encrypted_query_param=2`)}`,
    path.replace(`/${client}/`, "/2/"),
    `b/${client}/${mac}/download?encrypted_query_param=1`,
    `${kind}/${client}/${"A".repeat(22)}/${inner(`${world.cdnUrl}/download`)}`,
    `${kind}/${client}/${mac}/%%%`,
    `${kind}/${client}/${mac}`,
    "",
    stranger.relay.urlFor(ANN, `${world.cdnUrl}/download`).split("/cdn/")[1] ?? "",
  ];
  for (const one of forged) {
    const said = await call(`${world.hubUrl}/cdn/${one}`);
    assertEquals(said.status, 403, one);
    assertMatch(new TextDecoder().decode(said.bytes), /^\{"ret":-1/);
  }
  world.clients.shift();
  assertEquals((await call(good)).status, 403);
  assertEquals(world.asked, [], "the CDN heard of none");
});

Deno.test("what the CDN refuses comes back as it said it; where it points to, nobody goes", async () => {
  await using world = await createMediaWorld();
  const at = (path: string) => world.relay.urlFor(ANN, `${world.cdnUrl}/${path}`);
  const wrong = await call(at("wrong"), new Uint8Array(16));
  assertEquals([wrong.status, wrong.headers["x-error-message"]], [400, "md5 mismatch"]);
  const elsewhere = await call(at("elsewhere"));
  assertEquals([elsewhere.status, elsewhere.headers.location], [502, undefined]);
  const put = await fetch(at("upload"), { method: "PUT", body: "x" });
  await put.body?.cancel();
  assertEquals(put.status, 405);
});

Deno.test("a transfer that breaks off upstream breaks off downstream, and one that hangs ends", async () => {
  await using world = await createMediaWorld({ silentMs: 200 });
  for (const path of ["cut", "stuck"]) {
    const said = await call(world.relay.urlFor(ANN, `${world.cdnUrl}/${path}`));
    assertEquals([said.status, said.isWhole], [200, false], path);
  }
  await until(() => world.open() === 0);
  const nobody = createCdn({ clock: systemClock });
  const answer = await nobody.transfer({
    method: "GET",
    url: "http://127.0.0.1:1/",
    headers: {},
    body: null,
    signal: new AbortController().signal,
  });
  assertEquals(answer.kind, "failed");
});

Deno.test("a client that leaves takes its transfer along, both ways", async () => {
  await using world = await createMediaWorld();
  const down = request(world.relay.urlFor(ANN, `${world.cdnUrl}/endless?bytes=${100 * MIB}`));
  down.on("error", () => {});
  down.on("response", (response) => {
    response.on("error", () => {});
    response.once("data", () => down.destroy());
  });
  down.end();
  await until(() => world.asked.length === 1 && world.open() === 0);
  const up = request(world.relay.urlFor(ANN, `${world.cdnUrl}/upload?x=1`), {
    method: "POST",
    headers: { "content-length": String(MIB) },
  });
  up.on("error", () => {});
  up.write(new Uint8Array(1_000));
  await until(() => world.uploaded() > 0);
  up.destroy();
  await until(() => world.asked.length === 2 && world.open() === 0);
});

Deno.test("media beyond the bound are refused when they are announced, and cut off when they are not", async () => {
  await using world = await createMediaWorld({ bytesMax: 100_000 });
  const at = (path: string) => world.relay.urlFor(ANN, `${world.cdnUrl}/${path}`);
  assertEquals((await call(at("download?x=1"))).status, 502);
  const cut = await call(at(`endless?bytes=${MIB}`));
  assertEquals([cut.status, cut.isWhole], [200, false]);
  assert(cut.bytes.length <= 100_000);
  const announced = await fetch(at("upload?x=1"), { method: "POST", body: new Uint8Array(100_001) })
    .catch(() => null); // the refusal may come while the body is still written
  await announced?.body?.cancel();
  if (announced !== null) assertEquals(announced.status, 413);
  assertEquals(world.uploaded(), 0);
});

Deno.test("a client has a bounded number of transfers, and takes none from another", async () => {
  await using world = await createMediaWorld({ perClient: 2 });
  const stuck = (client: ClientId) =>
    request(world.relay.urlFor(client, `${world.cdnUrl}/stuck`), { agent: false });
  const held = [stuck(ANN), stuck(ANN)];
  for (const one of held) one.on("error", () => {}).end();
  await until(() => world.open() === 2);
  const url = (client: ClientId) => world.relay.urlFor(client, `${world.cdnUrl}/download?x=1`);
  assertEquals((await call(url(ANN))).status, 503);
  assertEquals((await call(url(BOB))).status, 200);
  for (const one of held) one.destroy();
  await until(() => world.open() === 0);
  assertEquals((await call(url(ANN))).status, 200);
});

/** All that the sockets on the way may hold, on this machine some 6 MiB each. */
const ON_THE_WAY_MAX = 32 * MIB;
const LARGE_BYTES = 100 * MIB;

Deno.test("a client that reads nothing stops the CDN, instead of filling the hub's memory", async () => {
  await using world = await createMediaWorld();
  const url = world.relay.urlFor(ANN, `${world.cdnUrl}/endless?bytes=${LARGE_BYTES}`);
  const made = request(url, { agent: false });
  made.on("error", () => {});
  const response = await new Promise<IncomingMessage>((resolve) => {
    made.on("response", resolve);
    made.end();
  });
  response.on("error", () => {});
  response.pause();
  const poured = await settled(world.poured);
  assert(poured < ON_THE_WAY_MAX, `${poured} bytes`);
  let bytes = 0;
  response.on("data", (chunk: Uint8Array) => bytes += chunk.length);
  response.resume();
  await new Promise<void>((resolve) => response.on("close", () => resolve()));
  assertEquals(bytes, LARGE_BYTES);
});

Deno.test("a CDN that reads nothing stops the client, instead of filling the hub's memory", async () => {
  await using world = await createMediaWorld({ perClient: 1, silentMs: 500 });
  const url = world.relay.urlFor(ANN, `${world.cdnUrl}/lazy?x=1`);
  const made = request(url, { method: "POST", agent: false });
  made.on("error", () => {});
  const piece = new Uint8Array(64 * 1024);
  let written = 0;
  const more = (): void => {
    while (written < LARGE_BYTES) {
      written += piece.length;
      if (!made.write(piece)) return void made.once("drain", more);
    }
  };
  more();
  assert(await settled(() => written) < ON_THE_WAY_MAX, `${written} bytes`);
  const next = world.relay.urlFor(ANN, `${world.cdnUrl}/download?x=1`);
  made.destroy();
  // Whoever does not read does not see others leave, and the hub reads no further either: here silence is the end.
  let status = 0;
  for (let tries = 0; tries < 100 && status !== 200; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    ({ status } = await call(next));
  }
  assertEquals(status, 200);
});

Deno.test("an upload of a hundred MiB of unannounced length comes through whole", async () => {
  await using world = await createMediaWorld();
  const made = request(world.relay.urlFor(ANN, `${world.cdnUrl}/upload?x=1`), {
    method: "POST",
    agent: false,
  });
  const answered = new Promise<number>((resolve, reject) => {
    made.on("error", reject);
    made.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
  });
  const piece = new Uint8Array(1024 * 1024);
  for (let sent = 0; sent < LARGE_BYTES; sent += piece.length) {
    if (!made.write(piece)) await new Promise<void>((resolve) => made.once("drain", resolve));
  }
  made.end();
  assertEquals(await answered, 200);
  assertEquals(world.uploaded(), LARGE_BYTES);
});

/** The number once it has not changed for a while. */
async function settled(read: () => number): Promise<number> {
  let [last, same] = [-1, 0];
  for (let look = 0; look < 300 && same < 10; look++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    same = read() === last && last > 0 ? same + 1 : 0;
    last = read();
  }
  return last;
}
