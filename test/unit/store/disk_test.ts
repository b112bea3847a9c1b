import { assert, assertEquals } from "@std/assert";
import { silentLog } from "../../../src/lib/log.ts";
import { createDisk, type Disk } from "../../../src/store/disk.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

const KIB = 1024;

interface World {
  readonly ballast: string;
  readonly free: { bytes: number | null };
  open(): Disk;
}

/** A disk with a floor of 100 KiB and a ballast of 70 KiB, of which the test says what is free. */
async function withDisk(use: (world: World) => void): Promise<void> {
  const directory = await Deno.makeTempDir();
  const free: World["free"] = { bytes: 1_000 * KIB };
  const databasePath = `${directory}/hub.db`;
  await Deno.writeTextFile(databasePath, "12345");
  const open = () =>
    createDisk({
      databasePath,
      random: createFakeRandom(),
      log: silentLog,
      ballastBytes: 70 * KIB,
      freeBytesMin: 100 * KIB,
      measure() {
        if (free.bytes === null) throw new Error("it does not say");
        return free.bytes;
      },
    });
  use({ ballast: `${databasePath}.ballast`, free, open });
  await Deno.remove(directory, { recursive: true });
}

function sizeOf(path: string): number | null {
  try {
    return Deno.statSync(path).size;
  } catch {
    return null;
  }
}

Deno.test("createDisk() lays ballast beside the database and frees it once", () =>
  withDisk(({ ballast, open }) => {
    const disk = open();
    assertEquals(sizeOf(ballast), 70 * KIB);
    assert(disk.hasRoom());
    assertEquals(disk.freeBallast(), true);
    assertEquals(sizeOf(ballast), null);
    assertEquals(disk.hasRoom(), false, "what was freed is not for more messages");
    assertEquals(disk.freeBallast(), false);
  }));

Deno.test("look() sees room go and come, and puts the ballast back only where room is left", () =>
  withDisk(({ ballast, free, open }) => {
    const disk = open();
    free.bytes = 99 * KIB;
    disk.look();
    assertEquals(disk.hasRoom(), false);
    disk.freeBallast();
    free.bytes = 169 * KIB;
    disk.look();
    assertEquals([disk.hasRoom(), sizeOf(ballast)], [true, null]);
    free.bytes = 170 * KIB;
    disk.look();
    assertEquals([disk.hasRoom(), sizeOf(ballast)], [true, 70 * KIB]);
  }));

Deno.test("createDisk() completes ballast that was only half written", () =>
  withDisk(({ ballast, open }) => {
    Deno.writeTextFileSync(ballast, "half");
    open();
    assertEquals(sizeOf(ballast), 70 * KIB);
  }));

Deno.test("a disk that does not say counts as one with room", () =>
  withDisk(({ free, open }) => {
    free.bytes = null;
    const disk = open();
    assertEquals(disk.hasRoom(), true);
  }));

Deno.test("facts() says what the database uses and what is free", async () => {
  let facts: ReturnType<Disk["facts"]> | null = null;
  await withDisk(({ open }) => facts = open().facts());
  assertEquals(await facts, { databaseBytes: 5, freeBytes: 1_000 * KIB });
});

Deno.test("createDisk() asks the real file system where it is not told", async () => {
  const directory = await Deno.makeTempDir();
  const disk = createDisk({
    databasePath: `${directory}/hub.db`,
    random: createFakeRandom(),
    log: silentLog,
    ballastBytes: 0,
  });
  const { freeBytes } = await disk.facts();
  assert(freeBytes !== null && freeBytes > 0);
  await Deno.remove(directory, { recursive: true });
});
