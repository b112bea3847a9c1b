/** The workflows: pinned, with least permissions, bounded in time, and without foreign text in a script. */
import { parse } from "yaml";
import type { SourceFile } from "./tree.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly "timeout-minutes"?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  readonly strategy?: { readonly matrix?: { readonly include?: readonly { target: string }[] } };
}

/** What the tests ask of a workflow; the rest of the file is carried by the text. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The only jobs that may write anything, and what. */
const WRITERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "release.yml publish": { contents: "write" },
};

/** Throws when the text is no YAML. */
export function readWorkflow(text: string): Workflow {
  return parse(text, { strict: true, uniqueKeys: true });
}

/** One sentence for each breach of a workflow file. */
export function findWorkflowBreaches({ path, text }: SourceFile): string[] {
  const workflow = readWorkflow(text);
  const jobs = Object.entries(workflow.jobs);
  const found = [
    ...findTopLevel(workflow),
    ...jobs.flatMap(([name, job]) => findJob(`${path.split("/").at(-1)} ${name}`, name, job)),
    ...findUnpinned(text),
  ];
  return found.map((sentence) => `${path}: ${sentence}`);
}

function findTopLevel({ on, permissions }: Workflow): string[] {
  const rights = JSON.stringify(permissions ?? null);
  return [
    ...(rights === `{"contents":"read"}` ? [] : [`all jobs start with permissions ${rights}`]),
    ...("pull_request_target" in on
      ? ["foreign code would run with this repository's rights"]
      : []),
  ];
}

function findJob(id: string, name: string, job: Job): string[] {
  const steps = job.steps;
  const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
  return [
    ...(job["timeout-minutes"] === undefined ? [`job ${name} has no timeout-minutes`] : []),
    ...(JSON.stringify(job.permissions) === JSON.stringify(WRITERS[id])
      ? []
      : [`job ${name} has permissions ${JSON.stringify(job.permissions)}`]),
    ...steps.filter(({ run }) => run?.includes("${{"))
      .map(({ run }) =>
        `job ${name} puts an expression into a script, hand it over in env: ${run}`
      ),
    ...checkouts.filter((step) => step.with?.["persist-credentials"] !== false)
      .map(() => `job ${name} leaves its credentials in the checkout`),
  ];
}

/** A tag can be moved, a commit cannot; the tag stands beside it for people. */
function findUnpinned(text: string): string[] {
  return [...text.matchAll(/uses: *(.*)/g)].map(([_, action = ""]) => action)
    .filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))
    .map((action) => `${action} is not pinned to a commit with its version beside it`);
}
