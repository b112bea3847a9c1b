/** The deployment files: what they promise the operator, fact by fact. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import { SETTINGS } from "../../src/config.ts";
import { LIMITS } from "../../src/core/limits.ts";
import { readTree } from "./tree.ts";

const TREE = readTree();

function read(path: string): string {
  return TREE.find((file) => file.path === path)?.text ?? "";
}

/** The instructions of a Dockerfile's last stage, continued lines joined. */
function lastStage(text: string): string[] {
  const lines = text.replaceAll("\\\n", " ").split("\n").filter((line) => /^[A-Z]+ /.test(line));
  return lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));
}

function valueOf(stage: readonly string[], instruction: string): string {
  const found = stage.findLast((line) => line.startsWith(`${instruction} `)) ?? "";
  return found.slice(instruction.length).trim().replace(/\s+/g, " ");
}

Deno.test("the image runs without root, listens outside the container, keeps /data and checks itself", () => {
  const stage = lastStage(read("Dockerfile"));
  assertMatch(valueOf(stage, "FROM"), /^debian:[a-z]+-slim$/, "a glibc image");
  assert(!["", "root", "0"].includes(valueOf(stage, "USER")));
  assertEquals(valueOf(stage, "VOLUME"), "/data");
  assertEquals(valueOf(stage, "EXPOSE"), "8765");
  assertEquals(JSON.parse(valueOf(stage, "ENTRYPOINT")), ["ilink-hub"]);
  assertEquals(JSON.parse(valueOf(stage, "CMD")), ["serve"]);
  const settings = valueOf(stage, "ENV").split(" ");
  for (const name of [SETTINGS.data.env, SETTINGS.addr.env, SETTINGS.pluginsDirectory.env]) {
    assert(settings.some((setting) => setting.startsWith(`${name}=`)), name);
  }
  assert(settings.includes(`${SETTINGS.data.env}=/data`));
  assert(settings.includes(`${SETTINGS.addr.env}=0.0.0.0:8765`));
  assertMatch(valueOf(stage, "HEALTHCHECK"), /CMD \["ilink-hub", /, "the executable checks itself");
});

Deno.test("the image is built from what the build reads", () => {
  const copied = [...read("Dockerfile").matchAll(/^COPY (?!--from)(.*) \S+$/gm)]
    .flatMap(([_, paths = ""]) => paths.split(" "));
  const sent = [...read(".dockerignore").matchAll(/^!(.*)$/gm)].map(([_, path]) => path);
  assertEquals(sent.toSorted(), copied.toSorted());
});

Deno.test("compose publishes to this machine alone, writes to /data alone and stops patiently", () => {
  const hub = parse(read("deploy/compose.yaml")).services["ilink-hub"];
  assertEquals(hub.ports, ["127.0.0.1:8765:8765"]);
  assertEquals(hub.read_only, true);
  assertEquals(hub.cap_drop, ["ALL"]);
  assert(hub.volumes.includes("data:/data"));
  assert(parseInt(hub.stop_grace_period) * 1000 > LIMITS.shutdownMs);
});

Deno.test("the service unit waits as long as the hub may take to stop", () => {
  const seconds = /^TimeoutStopSec=(\d+)$/m.exec(read("deploy/ilink-hub.service"))?.[1] ?? "0";
  assert(Number(seconds) * 1000 > LIMITS.shutdownMs);
});

Deno.test("the proxy examples hold a poll longer than the hub does, and send answers on at once", () => {
  const caddy = read("deploy/Caddyfile");
  const nginx = read("deploy/nginx.conf");
  const limits = [
    /response_header_timeout (\d+)s/.exec(caddy)?.[1],
    /proxy_read_timeout (\d+)s/.exec(nginx)?.[1],
  ];
  for (const seconds of limits) assert(Number(seconds) * 1000 > 2 * LIMITS.advertisedPollMs);
  assertMatch(caddy, /flush_interval -1/);
  assertMatch(nginx, /proxy_buffering off;/);
});

Deno.test("the proxy examples pass a body as large as the hub takes", () => {
  assertEquals(LIMITS.bodyBytesMax, 1024 * 1024);
  assertMatch(read("deploy/nginx.conf"), /client_max_body_size 1m;/);
  assertMatch(read("deploy/Caddyfile"), /max_size 1MiB/);
});

Deno.test("the repository's own command is what everyone runs", () => {
  assertMatch(read(".ci/run"), /^exec npx -y deno@[\d.]+ task test$/m);
  const { mode } = Deno.statSync(new URL("../../.ci/run", import.meta.url));
  assertEquals((mode ?? 0) & 0o111, 0o111, "executable");
});
