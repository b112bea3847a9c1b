/**
 * A new folder in memory where the system has such a place, else on the disk: for tests that open a database file again and
 * ask what is in it, not how it got onto a disk.
 */
export async function makeQuickFolder(): Promise<string> {
  const prefix = "ilink-hub-test-";
  try {
    return await Deno.makeTempDir({ prefix, dir: "/dev/shm" });
  } catch {
    return await Deno.makeTempDir({ prefix });
  }
}
