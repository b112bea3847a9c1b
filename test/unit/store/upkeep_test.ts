import { assertEquals } from "@std/assert";
import { silentLog } from "../../../src/lib/log.ts";
import { startUpkeep } from "../../../src/store/upkeep.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A file with so many slices to remove, on a disk with room or without. */
function createPlace() {
  const clock = createFakeClock();
  const place = {
    clock,
    slicesLeft: 3,
    asked: [] as number[],
    hasRoom: true,
    seesRoom: true,
    told: 0,
  };
  const upkeep = startUpkeep({
    clock,
    random: createFakeRandom(),
    log: silentLog,
    settings: { retentionMs: 30 * DAY_MS, databaseBytesMax: 1 },
    store: {
      retain({ olderThanMs }) {
        place.asked.push(olderThanMs);
        return Promise.resolve(place.slicesLeft-- > 0 ? "more" : "done");
      },
    },
    disk: {
      hasRoom: () => place.seesRoom,
      look: () => void (place.seesRoom = place.hasRoom),
    },
    onRoom: () => place.told += 1,
  });
  return { ...place, place, upkeep };
}

Deno.test("startUpkeep() removes slice after slice until nothing is left, and looks again later", async () => {
  const { place, upkeep, clock } = createPlace();
  await clock.advance(0);
  assertEquals(place.asked.length, 4);
  assertEquals(place.asked[0], clock.now() - 30 * DAY_MS);
  await clock.advance(11 * 60_000);
  assertEquals(place.asked.length, 5);
  await upkeep.stop();
});

Deno.test("startUpkeep() says once that there is room again", async () => {
  const { place, upkeep, clock } = createPlace();
  place.hasRoom = false;
  await clock.advance(20_000);
  assertEquals([place.seesRoom, place.told], [false, 0]);
  place.hasRoom = true;
  await clock.advance(60_000);
  assertEquals([place.seesRoom, place.told], [true, 1]);
  await upkeep.stop();
});
