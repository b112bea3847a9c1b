import { assertEquals } from "@std/assert";
import { asId, type ClientId, type ConversationId } from "../../../src/core/ids.ts";
import { createTypingTurns } from "../../../src/hub/typing_turns.ts";

const ANNA = asId<ClientId>(1);
const BERT = asId<ClientId>(2);
const MUM = asId<ConversationId>(1);
const DAD = asId<ConversationId>(2);

function setUp(away: readonly ClientId[] = []) {
  const open = new Set<string>();
  const turns = createTypingTurns({
    isThere: (client) => !away.includes(client),
    turn({ client, conversation, isOpen }) {
      if (isOpen) open.add(`${client} to ${conversation}`);
      else open.delete(`${client} to ${conversation}`);
    },
  });
  return { turns, open: () => [...open] };
}

Deno.test("a turn is open from the message's way to a client until the poll that acknowledges it", () => {
  const { turns, open } = setUp();
  turns.routed([ANNA], MUM);
  assertEquals(open(), ["1 to 1"]);
  turns.lookedIn(ANNA, { hasEnded: false, given: [MUM] });
  assertEquals(open(), ["1 to 1"]);
  turns.lookedIn(ANNA, { hasEnded: true, given: [] });
  assertEquals(open(), []);
});

Deno.test("a client that is away has no turn before it takes the message", () => {
  const { turns, open } = setUp([BERT]);
  turns.routed([ANNA, BERT], MUM);
  assertEquals(open(), ["1 to 1"]);
  turns.lookedIn(BERT, { hasEnded: false, given: [MUM] });
  assertEquals(open(), ["1 to 1", "2 to 1"]);
});

Deno.test("what waits behind keeps its turn, and only its own", () => {
  const { turns, open } = setUp();
  for (const conversation of [MUM, MUM, DAD]) turns.routed([ANNA], conversation);
  turns.lookedIn(ANNA, { hasEnded: false, given: [MUM] });
  turns.lookedIn(ANNA, { hasEnded: true, given: [MUM] });
  assertEquals(open(), ["1 to 1", "1 to 2"]);
  turns.lookedIn(ANNA, { hasEnded: true, given: [DAD] });
  assertEquals(open(), ["1 to 2"]);
});

Deno.test("what is handed out again counts once", () => {
  const { turns, open } = setUp();
  turns.routed([ANNA], MUM);
  turns.lookedIn(ANNA, { hasEnded: false, given: [MUM] });
  turns.lookedIn(ANNA, { hasEnded: false, given: [MUM] });
  turns.lookedIn(ANNA, { hasEnded: true, given: null });
  assertEquals(open(), []);
});

Deno.test("an empty queue ends every turn, also of what went to another client", () => {
  const { turns, open } = setUp();
  turns.routed([ANNA], MUM);
  turns.routed([ANNA], DAD);
  turns.lookedIn(ANNA, { hasEnded: false, given: [] });
  assertEquals(open(), []);
});
