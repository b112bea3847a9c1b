/** Counts tests in the JUnit report of `deno test`, whose own last line is made for people. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0, ignored: 0 };

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    ignored: a.ignored + b.ignored,
  };
}

/** How a run of `deno test` ended, and what it printed. */
export interface Outcome {
  readonly succeeded: boolean;
  readonly said: string;
}

/**
 * Counts the tests of a report; steps belong to their test and are not counted. A file that does not load and an error
 * outside any test are failures that only the output tells of. `xml` is empty when the run ended before it could write
 * its report; that is one failure.
 */
export function tallyReport(xml: string, { succeeded, said }: Outcome): Tally {
  const suites = xml.split("<testsuite ").slice(1).map(tallySuite).reduce(addTallies, NOTHING);
  const failed = suites.failed + said.split("\n").filter(tellsOfError).length;
  return { ...suites, failed: succeeded || failed > 0 ? failed : 1 };
}

/** The line may begin with colours. */
function tellsOfError(line: string): boolean {
  return /^(.\[\d+m)*Uncaught error from \.\//.test(line);
}

function tallySuite(xml: string): Tally {
  const cases = xml.split("<testcase ").slice(1);
  const names = new Set(cases.map(nameOf));
  const tests = cases.filter((test) => !isStep(nameOf(test), names));
  const failed = tests.filter((test) => /<(failure|error)[ >]/.test(test)).length;
  const ignored = tests.filter((test) => test.includes("<skipped")).length;
  return { passed: tests.length - failed - ignored, failed, ignored };
}

function nameOf(test: string): string {
  return /^name="([^"]*)"/.exec(test)?.[1] ?? "";
}

/** A step is reported as `test > step`; a test whose own name has ` > ` in it has no such parent. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const parts = name.split(" &gt; ");
  return parts.some((_, at) => at > 0 && names.has(parts.slice(0, at).join(" &gt; ")));
}
