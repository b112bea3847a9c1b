/** What people suffer from without a hub, or with a careless one, and the tests that play it against the simulated WeChat. */
import type { SourceFile } from "./tree.ts";

interface Proof {
  /** Below `test`, without `_test.ts`. */
  readonly file: string;
  /** As it stands in the source. */
  readonly name: string;
}

export const PAINS: readonly { readonly pain: string; readonly proofs: readonly Proof[] }[] = [
  {
    pain: "WeChat delivers a message twice, with another id and token",
    proofs: [{
      file: "fault/duplicates",
      name:
        "a message that comes again with another id and token is handed out once, its newest token is used, and the trace shows it",
    }],
  },
  {
    pain: "the hub dies with a message in its hands",
    proofs: [{
      file: "fault/crash",
      name: "a crash at every commit, WeChat in mode ${mode}: ${scenario.name}",
    }, { file: "fault/kill", name: "kill -9 loses nothing that was read, WeChat in mode ${mode}" }],
  },
  {
    pain: "an agent says more than WeChat takes for one message",
    proofs: [{
      file: "fault/delivery",
      name:
        "of 14 sends in one turn 9 calls at most are made, the final answer among them, and nothing is lost",
    }, {
      file: "fault/delivery",
      name:
        "what does not fit waits, and leaves with the person's next message as one, oldest first, once",
    }],
  },
  {
    pain: "WeChat refuses for an hour",
    proofs: [{
      file: "fault/delivery",
      name:
        "while WeChat says prepare failed for an hour it is asked once for each wait, and no agent hears of it",
    }, {
      file: "fault/status",
      name:
        "a throttle is shown until it ends, also when no hub runs, and is no failure of the hub",
    }],
  },
  {
    pain: "the login dies",
    proofs: [{
      file: "fault/acceptance",
      name:
        "a dead login is no agent's business: polls stay open, sends are taken, and all of it leaves after a scan",
    }, {
      file: "fault/acceptance",
      name: "when only a send meets the dead login, polls and later sends are spared too",
    }],
  },
  {
    pain: "an agent works for minutes, and the person wants it to stop",
    proofs: [{
      file: "fault/presence",
      name:
        "an agent that works for 10 minutes is busy, what comes meanwhile is queued, and 停止 is acknowledged at once",
    }],
  },
  {
    pain: "two programs poll with one token",
    proofs: [{
      file: "fault/acceptance",
      name:
        "of two polls with one token the newer takes what comes, the older ends empty in its time, nothing is lost",
    }],
  },
  {
    pain: "an answer is longer than a message, with code in it",
    proofs: [{
      file: "fault/shaping",
      name:
        "an answer of 2,600 characters with a fence arrives in readable parts, marked and in order",
    }],
  },
  {
    pain: "WeChat takes what is sent and hides it",
    proofs: [{
      file: "fault/delivery",
      name:
        "sends without an id after ids were seen are suspect, never repeated, and the third in a row stops the account",
    }, {
      file: "fault/acceptance",
      name:
        "sends that vanish are told over a channel once, since when and how many, and once that it is over",
    }],
  },
  {
    pain: "a plugin fails, hangs, answers junk or wants out",
    proofs: [{
      file: "fault/plugin_faults",
      name:
        "plugins that throw, hang or answer junk cost a message its trace three rows, and are not asked for ever",
    }, {
      file: "fault/hostile_reach",
      name: "a plugin reaches neither the key, nor the environment, the network or a program",
    }],
  },
  {
    pain: "a plugin is saved broken",
    proofs: [{
      file: "fault/plugin_faults",
      name: "a plugin that is saved broken goes on as it was",
    }],
  },
  {
    pain: "an agent tries the ids of another",
    proofs: [{
      file: "fault/acceptance",
      name:
        "ids that an agent guesses or takes from another reach no conversation but its own, and are counted",
    }],
  },
  {
    pain: "the machine sleeps for hours",
    proofs: [{
      file: "fault/clock",
      name: "${name}: a new poll is there within 5 s, messages pass, and nobody is alarmed",
    }],
  },
  {
    pain: "a picture of one agent is quoted while another is chosen",
    proofs: [{
      file: "fault/quotes",
      name:
        "a quote of a picture of another agent's goes to that agent, and /why says by what it was known",
    }],
  },
  {
    pain: "a yes while two agents wait for one",
    proofs: [{
      file: "fault/approvals",
      name:
        "a yes while two agents wait reaches neither before a name is said, then the one that is named",
    }],
  },
  {
    pain: "the hub is upgraded, and the upgrade is taken back",
    proofs: [{
      file: "fault/upgrade",
      name: "a database of ${name} is upgraded with the work in it, and its copy can be put back",
    }],
  },
];

/** One sentence for each test that the list names and that is not there, or ignored. */
export function findMissingProofs(tree: readonly SourceFile[]): string[] {
  return PAINS.flatMap(({ pain, proofs }) =>
    proofs.filter(({ file, name }) => {
      const text = tree.find(({ path }) => path === `test/${file}_test.ts`)?.text ?? "";
      return !['"', "`"].some((quote) => text.includes(`Deno.test(${quote}${name}${quote},`));
    }).map(({ file, name }) => `test/${file}_test.ts has no test "${name}", which is for: ${pain}`)
  );
}
