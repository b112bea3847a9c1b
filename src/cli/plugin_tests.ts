/** `plugin test`: asks plugins what their fixtures say, and shows where an answer is not the expected one. */
import { basename, join, relative, resolve } from "node:path";
import { HubError } from "../core/error.ts";
import type { PluginBench } from "../hub/plugin_bench.ts";
import type { Json } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { CHECKED, PLUGIN } from "../text/plugins.ts";
import { type Lang, say } from "../text/say.ts";
import { type Call, FAILED, OK, show } from "./command.ts";
import { answerAsJson, findDifferences } from "./plugin_compare.ts";
import { type Fixture, FIXTURE_SUFFIX, readFixture } from "./plugin_fixture.ts";

/** One case, or a plugin that did not load. */
interface Result {
  readonly fixture: string;
  readonly case: string;
  readonly passed: boolean;
  readonly tookMs: number;
  readonly answer: Json;
  readonly differences: readonly string[];
}

/** Folders that hold no fixtures of one's own. */
const LEFT_OUT = /^(\.|node_modules$|vendor$)/;

/** Runs the command. */
export async function run(call: Call): Promise<number> {
  const place = resolve(call.terminal.directory, call.params[0] ?? call.settings.pluginsDirectory);
  const paths = findFixtures(place, call.lang);
  if (paths.length === 0) {
    throw new HubError("PLUGIN_INVALID", say(call.lang, PLUGIN.noFixtures, { path: place }), {
      hint: PLUGIN.noFixturesHint[call.lang],
    });
  }
  const bench = await call.openPluginBench({ ...call, env: call.terminal.env });
  const results: Result[] = [];
  try {
    for (const path of paths) {
      const name = relative(call.terminal.directory, path);
      const fixture = readFixture(path, { version: call.version, lang: call.lang });
      results.push(...await runFixture(fixture, { ...call, bench, name }));
    }
  } finally {
    await bench.close();
  }
  const failed = results.filter(({ passed }) => !passed).length;
  const passed = results.length - failed;
  show(call, { passed, failed, results }, [
    ...resultLines(results, call.lang),
    say(call.lang, PLUGIN.totals, { passed, failed }),
  ]);
  return failed === 0 ? OK : FAILED;
}

/** The fixture files in and below a folder, or the one that is named; by path. */
export function findFixtures(path: string, lang: Lang): string[] {
  try {
    if (Deno.statSync(path).isFile) return [path];
    return [...Deno.readDirSync(path)].flatMap(({ name, isDirectory }) => {
      if (isDirectory) return LEFT_OUT.test(name) ? [] : findFixtures(join(path, name), lang);
      return name.endsWith(FIXTURE_SUFFIX) ? [join(path, name)] : [];
    }).toSorted();
  } catch (error) {
    const places = { path, text: errorText(error) };
    throw new HubError("PLUGIN_INVALID", say(lang, PLUGIN.fixtureOpen, places), { cause: error });
  }
}

/** Asks every case in order; never rejects for what the plugin does. */
export async function runFixture(
  fixture: Fixture,
  around: { readonly bench: PluginBench; readonly name: string; readonly lang: Lang },
): Promise<Result[]> {
  const { bench, name, lang } = around;
  const loaded = await bench.load(fixture.plugin, () => fixture.config);
  if (loaded.kind === "refused") {
    const load = basename(fixture.plugin);
    const differences = loaded.text.split("\n");
    return [{ fixture: name, case: load, passed: false, tookMs: 0, answer: null, differences }];
  }
  const results: Result[] = [];
  for (const one of fixture.cases) {
    const answer = await loaded.plugin.ask(one.question);
    const differences = findDifferences(one, answer, lang);
    results.push({
      fixture: name,
      case: one.name,
      passed: differences.length === 0,
      tookMs: answer.tookMs,
      answer: answerAsJson(answer),
      differences,
    });
  }
  await loaded.plugin.stop();
  return results;
}

function resultLines(results: readonly Result[], lang: Lang): string[] {
  let fixture = "";
  return results.flatMap((result) => {
    const isNew = result.fixture !== fixture;
    fixture = result.fixture;
    const ms = Math.round(result.tookMs * 10) / 10;
    const mark = CHECKED[result.passed ? "ok" : "failed"][lang];
    return [
      ...(isNew ? [fixture] : []),
      `  ${mark}  ${result.case} (${ms} ms)`,
      ...result.differences.map((line) => `        ${line}`),
    ];
  });
}
