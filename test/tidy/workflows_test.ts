import { assert, assertEquals, assertMatch } from "@std/assert";
import { readTree } from "./tree.ts";
import { findWorkflowBreaches, readWorkflow } from "./workflows.ts";

const WORKFLOWS = readTree().filter(({ path }) => path.startsWith(".github/workflows/"));

function workflow(name: string): string {
  return WORKFLOWS.find(({ path }) => path.endsWith(`/${name}`))?.text ?? "";
}

Deno.test("the workflows are pinned, bounded and may do no more than they must", () => {
  assertEquals(WORKFLOWS.map(({ path }) => path.split("/").at(-1)), ["ci.yml", "release.yml"]);
  assertEquals(WORKFLOWS.flatMap(findWorkflowBreaches), []);
});

Deno.test("continuous integration runs what everyone runs, and nothing else", () => {
  const { jobs } = readWorkflow(workflow("ci.yml"));
  const scripts = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
  assertEquals(scripts, [".ci/run"]);
});

Deno.test("a release compiles for five machines and runs the smoke test on each", () => {
  const { jobs } = readWorkflow(workflow("release.yml"));
  const targets = jobs.build?.strategy?.matrix?.include?.map(({ target }) => target).toSorted();
  assertEquals(targets, [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
  ]);
  const scripts = jobs.build?.steps.flatMap(({ run }) => run ?? []).join("\n") ?? "";
  assertMatch(scripts, /task build --no-stand-in --target "\$TARGET"/);
  const smoke = /test\/e2e\/\w+_test\.ts/.exec(scripts)?.[0] ?? "";
  assert(readTree().some(({ path }) => path === smoke), `${smoke} is not there`);
});

Deno.test("one version of the runtime everywhere", () => {
  const named = readTree().flatMap(({ path, text }) =>
    [...text.matchAll(/\bdeno@(\d+\.\d+\.\d+)/g)].map(([_, version]) => `${version} in ${path}`)
  );
  assertEquals(named.filter((line) => !line.startsWith(`${Deno.version.deno} `)), []);
});

Deno.test("a workflow that trusts, writes, waits or follows a tag is found", () => {
  const text = `
on: { pull_request_target: {} }
jobs:
  test:
    permissions: { contents: write }
    steps:
      - uses: actions/checkout@v4
      - run: echo "\${{ github.event.issue.title }}"
`;
  const found = findWorkflowBreaches({ path: "x.yml", text }).join("\n");
  for (
    const part of [
      "start with permissions null",
      "foreign code would run",
      "no timeout-minutes",
      `has permissions {"contents":"write"}`,
      "puts an expression into a script",
      "leaves its credentials",
      "actions/checkout@v4 is not pinned",
    ]
  ) assert(found.includes(part), `"${part}" is missing in:\n${found}`);
});
