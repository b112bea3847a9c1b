import { assertEquals } from "@std/assert";
import { tallyReport } from "../../../tools/junit.ts";

function suite(...cases: string[]): string {
  return `<testsuites><testsuite name="./a_test.ts">${cases.join("")}</testsuite></testsuites>`;
}

function testcase(name: string, inner = ""): string {
  return `<testcase name="${name}" classname="./a_test.ts" time="0.1">${inner}</testcase>`;
}

const PASSED = { succeeded: true, said: "" };
const FAILED = { succeeded: false, said: "" };
const FAILURE = `<failure message="no">Error: no</failure>`;

Deno.test("tests are counted by how they ended", () => {
  const xml = suite(testcase("a"), testcase("b", FAILURE), testcase("c", "<skipped/>"));
  assertEquals(tallyReport(xml, FAILED), { passed: 1, failed: 1, ignored: 1 });
});

Deno.test("steps belong to their test and are not counted", () => {
  const xml = suite(
    testcase("a"),
    testcase("a &gt; one", FAILURE),
    testcase("a &gt; one &gt; two"),
  );
  assertEquals(tallyReport(xml, PASSED), { passed: 1, failed: 0, ignored: 0 });
});

Deno.test("a test with > in its own name is counted", () => {
  assertEquals(tallyReport(suite(testcase("ids &gt; 2^53 survive")), PASSED).passed, 1);
});

Deno.test("a run that fails without a failed test, or without a report, is one failure", () => {
  assertEquals(tallyReport(suite(testcase("a")), FAILED), { passed: 1, failed: 1, ignored: 0 });
  assertEquals(tallyReport("", FAILED), { passed: 0, failed: 1, ignored: 0 });
});

Deno.test("a file that does not load is a failure each, though the report is silent about it", () => {
  const said = "Uncaught error from ./b_test.ts FAILED\n\x1b[0mUncaught error from ./c_test.ts\n";
  const tally = tallyReport(suite(testcase("a")), { succeeded: false, said });
  assertEquals(tally, { passed: 1, failed: 2, ignored: 0 });
});
