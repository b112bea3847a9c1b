import { dirname, join } from "node:path";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { LIMITS } from "../../../src/core/limits.ts";
import { readSource, type Source } from "../../../src/plugin/sources.ts";
import { createVersions, type Versions } from "../../../src/plugin/versions.ts";
import { createFakeRandom } from "../../fake/fake_random.ts";

interface Place {
  readonly folder: string;
  readonly copies: string;
  readonly versions: Versions;
  write(path: string, text: string): Promise<void>;
  read(file: string): Promise<Source>;
  /** Why the file cannot be read as a plugin. */
  refusal(file: string, closed?: readonly string[]): Promise<string>;
}

async function withPlace(use: (place: Place) => Promise<void>): Promise<void> {
  const base = await Deno.realPath(await Deno.makeTempDir({ prefix: "ilink-hub-versions-" }));
  const [folder, copies] = [join(base, "plugins"), join(base, "copies")];
  const readIt = (file: string, closed: readonly string[] = []) =>
    readSource(folder, file, { closed });
  try {
    await use({
      folder,
      copies,
      versions: createVersions({ directory: copies, random: createFakeRandom() }),
      async write(path, text) {
        await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
        await Deno.writeTextFile(join(folder, path), text);
      },
      async read(file) {
        const read = await readIt(file);
        assert(read.kind === "source", JSON.stringify(read));
        return read.source;
      },
      async refusal(file, closed) {
        const read = await readIt(file, closed);
        return read.kind === "unusable" ? read.text : "";
      },
    });
  } finally {
    await Deno.remove(base, { recursive: true });
  }
}

const pathsOf = ({ parts }: Source) => parts.map(({ path }) => path);

Deno.test("a file's source holds what it imports, and nothing else of its folder", async () => {
  await withPlace(async ({ write, read }) => {
    await write(
      "a.ts",
      `import x from "./lib/x.ts"; import t from './t.json' with {type:"json"};
      export { y } from "./_y.js"; const late = () => import("./late.ts");
      import type { Plugin } from "ilink-hub/plugin"; import z from "./missing.ts";`,
    );
    await write("lib/x.ts", `import "../_y.js";`);
    for (const path of ["_y.js", "t.json", "late.ts", "other.ts"]) await write(path, "");
    assertEquals(pathsOf(await read("a.ts")), ["_y.js", "a.ts", "late.ts", "lib/x.ts", "t.json"]);
  });
});

Deno.test("a folder's source holds all of it but hidden files, and what it imports beside it", async () => {
  await withPlace(async ({ write, read }) => {
    await write("a/plugin.ts", `import "../_shared.ts";`);
    for (
      const path of ["a/data/x.txt", "a/node_modules/p/index.js", "a/.git/HEAD", "b/plugin.ts"]
    ) {
      await write(path, "");
    }
    await write("_shared.ts", "");
    const paths = ["_shared.ts", "a/data/x.txt", "a/node_modules/p/index.js", "a/plugin.ts"];
    assertEquals(pathsOf(await read("a/plugin.ts")), paths);
  });
});

Deno.test("imports that lead out of the folder are named and not copied", async () => {
  await withPlace(async ({ write, read }) => {
    await write("a.ts", `import key from "../copies/key.json" with { type: "json" };`);
    await write("../copies/key.json", "1");
    const source = await read("a.ts");
    assertEquals([pathsOf(source), source.outside], [["a.ts"], ["../copies/key.json"]]);
  });
});

Deno.test("the hash is of content and paths alone", async () => {
  await withPlace(async ({ folder, write, read }) => {
    await write("a.ts", "1");
    const { hash } = await read("a.ts");
    await Deno.utime(join(folder, "a.ts"), 0, 0);
    assertEquals((await read("a.ts")).hash, hash);
    await write("b.ts", "1");
    assertNotEquals((await read("b.ts")).hash, hash);
    await write("a.ts", "2");
    assertNotEquals((await read("a.ts")).hash, hash);
  });
});

Deno.test("links are refused wherever they stand", async () => {
  await withPlace(async ({ folder, write, refusal }) => {
    await write("real.ts", "");
    await write("real/x.ts", "");
    await Deno.symlink(join(folder, "real.ts"), join(folder, "file.ts"));
    await Deno.symlink(join(folder, "real"), join(folder, "linked"));
    await write("through.ts", `import "./linked/x.ts";`);
    await write("inner/plugin.ts", "");
    await Deno.symlink(join(folder, "real.ts"), join(folder, "inner", "part.ts"));
    assertStringIncludes(await refusal("file.ts"), "file.ts is a link");
    assertStringIncludes(await refusal("through.ts"), "linked/x.ts is a link");
    assertStringIncludes(await refusal("inner/plugin.ts"), "inner/part.ts is a link");
  });
});

Deno.test("a closed folder inside the plugins folder gives nothing away", async () => {
  await withPlace(async ({ folder, write, refusal }) => {
    await write("a.ts", `import "./data/key.ts";`);
    await write("data/key.ts", "");
    const words = "data/key.ts lies in the hub's data directory";
    assertStringIncludes(await refusal("a.ts", [join(folder, "data")]), words);
    assertEquals(await refusal("a.ts", [dirname(folder)]), "");
  });
});

Deno.test("too many files and too large ones are refused before they are read", async () => {
  await withPlace(async ({ folder, write, refusal }) => {
    await write("a/plugin.ts", "");
    await write("b.ts", "");
    await Deno.truncate(join(folder, "b.ts"), LIMITS.pluginBytesMax + 1);
    for (let count = 0; count <= LIMITS.pluginFilesMax; count++) {
      Deno.writeTextFileSync(join(folder, "a", `${count}.txt`), "");
    }
    const files = `holds more than ${LIMITS.pluginFilesMax} files`;
    assertStringIncludes(await refusal("a/plugin.ts"), files);
    assertStringIncludes(await refusal("b.ts"), `more than ${LIMITS.pluginBytesMax} bytes`);
  });
});

Deno.test("a copy is found again, made again when it is not whole, and pruned", async () => {
  await withPlace(async ({ copies, versions, write, read }) => {
    await write("a/plugin.ts", `import "./x.ts";`);
    await write("a/x.ts", "1");
    const source = await read("a/plugin.ts");
    const version = await versions.keep(source);
    assertEquals(version.entry, join(copies, "a", source.hash, "a", "plugin.ts"));
    assertEquals(await versions.find("a/plugin.ts", source.hash), version);
    await Deno.writeTextFile(join(version.root, "a", "x.ts"), "half");
    assertEquals(await versions.find("a/plugin.ts", source.hash), null);
    assertEquals(await versions.keep(source), version);
    assertEquals(await Deno.readTextFile(join(version.root, "a", "x.ts")), "1");
    await write("a/x.ts", "2");
    const next = await versions.keep(await read("a/plugin.ts"));
    await versions.prune("a/plugin.ts", new Set([next.hash]));
    assertEquals([...Deno.readDirSync(join(copies, "a"))].map(({ name }) => name), [next.hash]);
    await versions.prune("a/plugin.ts", new Set());
    assertEquals([...Deno.readDirSync(copies)], []);
  });
});
