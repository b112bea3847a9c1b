import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { HubError } from "../../../../src/core/error.ts";
import type { PlannedFile } from "../../../../src/cli/export/plan.ts";
import { prepareFile, writeFile } from "../../../../src/cli/export/write.ts";

const STAMP = "20260102030405";

function planned(path: string, content: PlannedFile["content"]): PlannedFile {
  return { path, shown: "", content };
}

async function put(file: PlannedFile) {
  return await writeFile(await prepareFile(file), STAMP);
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file is made with its folders, readable by its owner alone", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a/b/state.json`;
    assertEquals(await put(planned(path, () => "new\n")), {
      path,
      action: "created",
      backup: null,
    });
    assertEquals(await Deno.readTextFile(path), "new\n");
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assertEquals((Deno.statSync(`${folder}/a`).mode ?? 0) & 0o777, 0o700);
  }));

Deno.test("what stood there is kept beside it, and both are closed to others", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.json`;
    await Deno.writeTextFile(path, "old", { mode: 0o644 });
    const written = await put(planned(path, (old) => `${old} and new`));
    const backup = `${path}.before-${STAMP}`;
    assertEquals(written, { path, action: "changed", backup });
    assertEquals(await Deno.readTextFile(path), "old and new");
    assertEquals(await Deno.readTextFile(backup), "old");
    for (const file of [path, backup]) {
      assertEquals((Deno.statSync(file).mode ?? 0) & 0o777, 0o600);
    }
    assertEquals([...Deno.readDirSync(folder)].length, 2, "no draft is left");
  }));

Deno.test("a file that is right already gets no copy, but loses its readers", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.json`;
    await Deno.writeTextFile(path, "same", { mode: 0o644 });
    const written = await put(planned(path, (old) => old));
    assertEquals(written.action, "unchanged");
    assertEquals([...Deno.readDirSync(folder)].length, 1);
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("what cannot be understood or written is refused with what to do, and stays as it was", () =>
  inFolder(async (folder) => {
    const path = `${folder}/state.json`;
    await Deno.writeTextFile(path, "{");
    const unreadable = await assertRejects(() => put(planned(path, () => null)), HubError);
    assertMatch(unreadable.message, /state\.json/);
    assertEquals(await Deno.readTextFile(path), "{");
    const below = `${path}/x`;
    const refused = await assertRejects(() => put(planned(below, () => "x")), HubError);
    assertEquals(refused.code, "EXPORT_REFUSED");
    assertMatch(refused.hint ?? "", /--dir/);
  }));
