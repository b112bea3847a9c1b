import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { settle } from "../../fake/fake_clock.ts";
import { accountOf, createAlertWorld, QUIET } from "./alert_world.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OUT = { ...QUIET, accounts: [accountOf({ state: "logged_out", sinceMs: 1_000 })] };
const AWAY = {
  ...QUIET,
  clients: [{ name: "claude", state: "away" as const, waiting: 3, oldestWaitingAtMs: 5_000 }],
};

const BACK = {
  ...QUIET,
  accounts: [accountOf()],
  clients: [{ name: "claude", state: "polling" as const, waiting: 0, oldestWaitingAtMs: null }],
};

Deno.test("a ring tells of a lost login at once, with a link, and the next of its end", async () => {
  await using world = createAlertWorld({ facts: { ...QUIET, accounts: [accountOf()] } });
  await settle();
  world.state.facts = OUT;
  world.alerts.ring();
  await settle();
  assertEquals(world.news(), ["raise logged_out mum"]);
  const [notice] = world.got;
  assertEquals(notice?.link, "https://hub.example/mum/1");
  assert(
    notice?.text.includes("https://") === false,
    "the text is kept in places the link must not",
  );
  assertEquals(world.alerts.open().map(({ title }) => title), ["WeChat account mum is logged out"]);
  world.state.facts = { ...QUIET, accounts: [accountOf()] };
  world.alerts.ring();
  await settle();
  assertEquals(world.news(), ["recover logged_out mum"]);
  assertEquals(world.got.at(-1)?.link, null);
  assertEquals(world.alerts.open(), []);
  assertEquals(world.alerts.told(), [
    { kind: "logged_out", act: "raise", count: 1 },
    { kind: "logged_out", act: "recover", count: 1 },
  ]);
});

Deno.test("nothing is told at a start at which no agent has come back yet", async () => {
  await using world = createAlertWorld({ facts: AWAY });
  await world.clock.advance(5 * MINUTE);
  world.state.facts = QUIET;
  await world.clock.advance(HOUR);
  assertEquals(world.news(), []);
});

Deno.test("a clock that jumps eight hours, or a machine that slept, makes no alert", async () => {
  for (const jumpMs of [8 * HOUR, -8 * HOUR]) {
    await using world = createAlertWorld();
    await world.clock.advance(MINUTE);
    world.clock.jump(jumpMs);
    // Everyone looks gone for as long as it takes to come back.
    world.state.facts = {
      ...AWAY,
      accounts: [accountOf({ state: "retrying", coolDownUntilMs: world.clock.now() + 30_000 })],
      storeProblem: "busy",
    };
    await world.clock.advance(20_000);
    world.state.facts = QUIET;
    await world.clock.advance(HOUR);
    assertEquals(world.news(), []);
    // The looks go on, whichever way it jumped.
    world.state.facts = OUT;
    await world.clock.advance(20_000);
    assertEquals(world.news(), ["raise logged_out mum"]);
  }
});

Deno.test("an agent that stays away from its messages is told, and its return", async () => {
  await using world = createAlertWorld({ facts: AWAY });
  await world.clock.advance(11 * MINUTE);
  assertEquals(world.news(), ["raise client_away claude"]);
  assertMatch(world.got[0]?.text ?? "", /3 messages wait for it/);
  world.state.facts = BACK;
  await world.clock.advance(2 * MINUTE);
  assertEquals(world.news(), ["recover client_away claude"]);
});

Deno.test("facts that cannot be read are the database's trouble and end no other", async () => {
  await using world = createAlertWorld({ facts: OUT });
  await settle();
  assertEquals(world.news(), ["raise logged_out mum"]);
  world.state.factsFail = true;
  await world.clock.advance(2 * MINUTE);
  assertEquals(world.news(), ["raise database_error "]);
  world.state.factsFail = false;
  await world.clock.advance(2 * MINUTE);
  assertEquals(world.news(), ["recover database_error "]);
});

Deno.test("each kind of trouble is told in words, and its end", async () => {
  await using world = createAlertWorld({
    facts: {
      accounts: [
        accountOf({
          suspects: { count: 4, sinceMs: 0 },
          secondPoller: { count: 2, sinceMs: 0 },
          coolDownUntilMs: Number.MAX_SAFE_INTEGER / 1_000,
          unsettled: 100,
        }),
      ],
      clients: AWAY.clients,
      tripped: [{ id: "night", problem: "5 faults" }],
      disk: { hasRoom: false, freeBytes: 3 * 1024 ** 2 },
      storeProblem: "disk I/O error",
    },
  });
  await world.clock.advance(30 * MINUTE);
  const kinds = world.news().map((line) => line.split(" ")[1]).toSorted();
  assertEquals(kinds, [
    ...["backlog_growing", "client_away", "database_error", "disk_low"],
    ...["plugin_disabled", "second_poller", "suspect_streak", "throttled"],
  ]);
  for (const { title, text } of world.got) {
    assert(!/[{}]|undefined/.test(title + text), title + text);
  }
  world.state.facts = BACK;
  await world.clock.advance(30 * MINUTE);
  assertEquals(world.news().filter((line) => line.startsWith("recover")).length, 8);
});

Deno.test("a hub that restarts does not tell again, and tells the end of what it told before", async () => {
  const first = createAlertWorld({ facts: OUT });
  await settle();
  await first.alerts.stop();
  assertEquals(first.news(), ["raise logged_out mum"]);
  const memory = first.state.memory ?? null;
  assert(!JSON.stringify(memory).includes("http"), "no link is kept");
  {
    await using second = createAlertWorld({ clock: first.clock, memory, facts: OUT });
    await second.clock.advance(HOUR);
    assertEquals(second.news(), []);
    await second.clock.advance(5 * HOUR + MINUTE);
    assertEquals(second.news(), ["repeat logged_out mum"]);
  }
  await using third = createAlertWorld({ clock: first.clock, memory, facts: BACK });
  await settle();
  assertEquals(third.news(), ["recover logged_out mum"]);
});

Deno.test("one kind that floods is bounded, told later, and keeps no other kind back", async () => {
  const accounts = Array.from({ length: 30 }, (_, at) => {
    return accountOf({ name: `a${at}`, state: "logged_out" });
  });
  await using world = createAlertWorld({ facts: { ...QUIET, accounts } });
  await settle();
  assertEquals(world.news().length, 10);
  world.state.facts = { ...world.state.facts, tripped: [{ id: "night", problem: "5 faults" }] };
  await world.clock.advance(MINUTE);
  assertEquals(world.news(), ["raise plugin_disabled night"]);
  await world.clock.advance(2 * HOUR + 10 * MINUTE);
  assertEquals(world.news().filter((line) => line.startsWith("raise logged_out")).length, 20);
});

Deno.test("a channel that fails is tried again in order, for a while, and holds nothing up", async () => {
  await using world = createAlertWorld({ facts: OUT });
  let isDown = true;
  world.state.answer = () =>
    isDown
      ? { kind: "failed", text: "phone.example: no route", isWorthRepeating: true }
      : { kind: "taken" };
  await world.clock.advance(MINUTE);
  assertEquals(world.alerts.channels()[0]?.waiting, 1);
  assertEquals(world.alerts.channels()[0]?.problem, "phone.example: no route");
  world.state.facts = BACK;
  await world.clock.advance(MINUTE);
  assertEquals(world.alerts.channels()[0]?.waiting, 2);
  isDown = false;
  await world.clock.advance(10 * MINUTE);
  assertEquals(world.news(), ["raise logged_out mum", "recover logged_out mum"]);
  isDown = true;
  world.state.facts = OUT;
  await world.clock.advance(2 * HOUR);
  const [view] = world.alerts.channels();
  assertEquals([view?.waiting, view?.delivered, view?.failed], [0, 2, 1]);
});

Deno.test("a test goes to the named channel, once, and says what went wrong", async () => {
  await using world = createAlertWorld();
  assertEquals(await world.alerts.test(null), [{ channel: "phone", problem: "" }]);
  assertEquals(world.news(), ["test null "]);
  world.state.answer = () => ({ kind: "failed", text: "phone: HTTP 403", isWorthRepeating: false });
  assertEquals(await world.alerts.test("phone"), [{
    channel: "phone",
    problem: "phone: HTTP 403",
  }]);
  await assertRejects(() => world.alerts.test("mail"), Error, '"mail"');
});

Deno.test("a lost link is told again with a fresh one, and not in a row", async () => {
  await using world = createAlertWorld({ facts: OUT });
  await settle();
  assertEquals(await world.alerts.tellAgain("mum"), "told");
  assertEquals(await world.alerts.tellAgain("mum"), "too_soon");
  assertEquals(await world.alerts.tellAgain("dad"), "nothing_wrong");
  await settle();
  assertEquals(world.got.map(({ link }) => link?.at(-1)), ["1", "2"]);
});

Deno.test("nobody is told that an account that was removed is connected again", async () => {
  await using world = createAlertWorld({ facts: OUT });
  await settle();
  assertEquals(world.news(), ["raise logged_out mum"]);
  world.state.facts = QUIET;
  world.alerts.ring();
  await settle();
  assertEquals([world.news(), world.alerts.open()], [[], []]);
});
