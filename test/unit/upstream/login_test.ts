import { assert, assertEquals } from "@std/assert";
import { sleep } from "../../../src/lib/clock.ts";
import type { Settings } from "../../../src/simulator/settings.ts";
import { type LoginEnd, type LoginOptions, runLogin } from "../../../src/upstream/login.ts";
import { createFakeClock, type FakeClock } from "../../fake/fake_clock.ts";
import { createFakeUpstream, type FakeUpstream, OWNER } from "../../fake/fake_upstream.ts";

interface Setup {
  readonly clock: FakeClock;
  readonly upstream: FakeUpstream;
  /** What was shown, as short words. */
  readonly shown: string[];
  readonly end: Promise<LoginEnd>;
  readonly cancelling: AbortController;
  /** The code shown last. */
  code(): string;
  /** What people answer when they are asked for the digits. */
  readonly digits: (string | null)[];
}

async function startLogin(
  options: Partial<LoginOptions> = {},
  settings: Partial<Settings> = {},
): Promise<Setup> {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock, settings });
  const shown: string[] = [];
  const digits: (string | null)[] = [];
  const cancelling = new AbortController();
  const { simulator, api } = upstream;
  const end = runLogin({
    api,
    clock,
    baseUrl: simulator.baseUrl,
    localTokens: [],
    show: (event) => shown.push(event.step === "waiting" ? `code ${event.number}` : event.step),
    async askVerifyCode({ signal }) {
      const answer = digits.shift();
      if (answer !== undefined) return answer;
      await sleep(clock, 1e9, signal);
      return null;
    },
    signal: cancelling.signal,
    patience: "interactive",
    hostUrl: (host) => `http://${host}`,
    ...options,
  });
  await clock.advance(100);
  const code = () => simulator.codes().at(-1)?.qrcode ?? "";
  return { clock, upstream, shown, end, cancelling, code, digits };
}

Deno.test("a scanned and confirmed code gives the credentials", async () => {
  const { clock, upstream: { simulator }, shown, end, code } = await startLogin();
  simulator.scan(code(), OWNER);
  await clock.advance(2_000);
  const bot = simulator.confirm(code());
  await clock.advance(2_000);
  assertEquals(await end, {
    kind: "confirmed",
    credentials: {
      botToken: bot.token,
      botId: bot.id,
      userId: OWNER,
      baseUrl: simulator.baseUrl,
    },
  });
  assertEquals(shown, ["code 1", "scanned"]);
  assertEquals(clock.pending, 0);
});

Deno.test("wrong digits are asked for again, right ones go on", async () => {
  const { clock, upstream: { simulator }, shown, end, code, digits } = await startLogin();
  digits.push("11", " 42 ");
  simulator.scan(code(), OWNER);
  simulator.askVerifyCode(code(), "42");
  await clock.advance(20_000);
  simulator.confirm(code());
  await clock.advance(20_000);
  assertEquals((await end).kind, "confirmed");
  assertEquals(shown, ["code 1", "scanned", "code_wanted", "code_wrong", "scanned"]);
});

Deno.test("too many wrong digits make a fresh code", async () => {
  const { clock, upstream: { simulator }, shown, end, code, digits, cancelling } =
    await startLogin();
  digits.push("1", "2", "3");
  simulator.scan(code(), OWNER);
  simulator.askVerifyCode(code(), "42");
  await clock.advance(5_000);
  assertEquals(shown.slice(-2), ["code_blocked", "code 2"]);
  cancelling.abort();
  await clock.advance(1_000);
  assertEquals(await end, { kind: "gave_up", why: "aborted", text: "" });
});

Deno.test("digits that nobody gives make a fresh code once theirs has ended", async () => {
  const { clock, upstream: { simulator }, shown, code, cancelling, end } = await startLogin();
  simulator.scan(code(), OWNER);
  simulator.askVerifyCode(code(), "42");
  await clock.advance(100_000);
  assertEquals(shown, ["code 1", "scanned", "code_wanted"]);
  await clock.advance(30_000);
  assertEquals(shown, ["code 1", "scanned", "code_wanted", "code 2"]);
  cancelling.abort();
  await clock.advance(1_000);
  await end;
});

Deno.test("an interactive login gives up after three fresh codes", async () => {
  const { clock, shown, end } = await startLogin({}, { qrTtlMs: 20_000 });
  await clock.advance(200_000);
  assertEquals(await end, { kind: "gave_up", why: "expired", text: "" });
  assertEquals(shown.filter((word) => word.startsWith("code ")).length, 4);
});

Deno.test("an interactive login gives up after eight minutes", async () => {
  const { clock, end } = await startLogin({}, { qrTtlMs: 1e9 });
  await clock.advance(500_000);
  assertEquals(await end, { kind: "gave_up", why: "time", text: "" });
});

Deno.test("an endless login shows fresh codes until it is cancelled, without hurry", async () => {
  const { clock, upstream, shown, end, cancelling } = await startLogin({ patience: "endless" });
  await clock.advance(3_600_000);
  const codes = shown.filter((word) => word.startsWith("code ")).length;
  assert(codes >= 25 && codes <= 31, `${codes} codes`);
  assert(upstream.simulator.requests().length < 500);
  cancelling.abort();
  await clock.advance(1_000);
  assertEquals((await end).kind, "gave_up");
  assertEquals(clock.pending, 0);
});

Deno.test("a redirect is followed to the other host", async () => {
  const { clock, upstream: { simulator }, shown, end, code } = await startLogin();
  simulator.scan(code(), OWNER);
  await simulator.redirect(code());
  await clock.advance(20_000);
  simulator.confirm(code());
  await clock.advance(20_000);
  assertEquals((await end).kind, "confirmed");
  assert(shown.includes("redirected"));
});

for (const host of ["", "a/b", "user@host", "host?x", "-host", "host:port"]) {
  Deno.test(`a redirect to "${host}" is not followed`, async () => {
    const { clock, upstream: { simulator }, shown, code, end } = await startLogin();
    simulator.addFault({
      endpoint: "get_qrcode_status",
      act: {
        kind: "replace",
        processed: false,
        body: { text: JSON.stringify({ status: "scaned_but_redirect", redirect_host: host }) },
      },
      times: 3,
    });
    await clock.advance(20_000);
    simulator.scan(code(), OWNER);
    await clock.advance(20_000);
    simulator.confirm(code());
    await clock.advance(20_000);
    assertEquals((await end).kind, "confirmed");
    assert(!shown.includes("redirected"));
  });
}

Deno.test("a person whose bot is held is already bound", async () => {
  const clock = createFakeClock();
  const upstream = await createFakeUpstream({ clock });
  const { simulator, api } = upstream;
  const end = runLogin({
    api,
    clock,
    baseUrl: simulator.baseUrl,
    localTokens: [upstream.bot().token],
    show: () => {},
    askVerifyCode: () => Promise.resolve(null),
    signal: new AbortController().signal,
    patience: "interactive",
  });
  await clock.advance(100);
  simulator.scan(simulator.codes()[0]?.qrcode ?? "", OWNER);
  await clock.advance(2_000);
  assertEquals(await end, { kind: "already_bound" });
});

Deno.test("troubles while asking for the state count as no news", async () => {
  const { clock, upstream: { simulator }, shown, end, code } = await startLogin();
  for (const status of [524, 500, 404]) {
    simulator.addFault({
      endpoint: "get_qrcode_status",
      act: { kind: "replace", processed: false, status, body: "html" },
    });
  }
  simulator.addFault({
    endpoint: "get_qrcode_status",
    act: { kind: "reset", processed: false },
  });
  await clock.advance(30_000);
  simulator.scan(code(), OWNER);
  await clock.advance(20_000);
  simulator.confirm(code());
  await clock.advance(20_000);
  assertEquals((await end).kind, "confirmed");
  assertEquals(shown, ["code 1", "scanned"]);
});

Deno.test("without a code an interactive login gives up with the reason, an endless one tries on", async () => {
  for (const patience of ["interactive", "endless"] as const) {
    const clock = createFakeClock();
    const upstream = await createFakeUpstream({ clock });
    const shown: string[] = [];
    upstream.isReachable = false;
    const cancelling = new AbortController();
    const end = runLogin({
      api: upstream.api,
      clock,
      baseUrl: upstream.simulator.baseUrl,
      localTokens: [],
      show: (event) => shown.push(event.step),
      askVerifyCode: () => Promise.resolve(null),
      signal: cancelling.signal,
      patience,
    });
    await clock.advance(60_000);
    if (patience === "interactive") {
      assertEquals(await end, { kind: "gave_up", why: "unreached", text: "connection refused" });
      continue;
    }
    upstream.isReachable = true;
    await clock.advance(10_000);
    assertEquals(shown.at(-1), "waiting");
    cancelling.abort();
    await clock.advance(1_000);
    await end;
  }
});
