/** The demo's two sample agents: one says things back, the other counts and tells the time. In the language written to them. */
import { type Clock, sleep } from "../../lib/clock.ts";
import { AGENT_TEXT } from "../../text/demo.ts";
import { type Lang, say, type Sentence } from "../../text/say.ts";
import { type Message, textOf } from "./simplest_agent.ts";

export interface Persona {
  /** The client's name. */
  readonly name: string;
  readonly label: Sentence;
  /** How long the work takes: long enough to see that it is being done. */
  readonly workMs: number;
  readonly answer: (message: Message, about: Circumstances) => string;
}

export interface Circumstances {
  readonly nowMs: number;
  /** For messages without words. */
  readonly lang: Lang;
}

export const PERSONAS: readonly [Persona, Persona] = [
  { name: "echo", label: AGENT_TEXT.echoLabel, workMs: 1_200, answer: sayBack },
  { name: "xiaolan", label: AGENT_TEXT.counterLabel, workMs: 2_500, answer: countOrTellTime },
];

/** Answers as the persona after its time of work; rejects when `signal` aborts before. */
export async function work(
  persona: Persona,
  given: {
    readonly message: Message;
    readonly clock: Clock;
    readonly lang: Lang;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  await sleep(given.clock, persona.workMs, given.signal);
  given.signal.throwIfAborted();
  return persona.answer(given.message, { nowMs: given.clock.now(), lang: given.lang });
}

function sayBack(message: Message, { lang }: Circumstances): string {
  const text = textOf(message);
  return text === ""
    ? nameParts(message, lang)
    : say(langOf(text, lang), AGENT_TEXT.echo, { text });
}

function countOrTellTime(message: Message, { nowMs, lang }: Circumstances): string {
  const text = textOf(message);
  if (text === "") return nameParts(message, lang);
  const answerLang = langOf(text, lang);
  if (/\btime\b|几点|时间/i.test(text)) {
    const time = new Date(nowMs).toTimeString().slice(0, 8);
    return say(answerLang, AGENT_TEXT.time, { time });
  }
  return say(answerLang, AGENT_TEXT.count, {
    characters: [...text].length,
    han: text.match(/\p{Script=Han}/gu)?.length ?? 0,
    words: text.match(/[\p{Script=Latin}\d]+(?:['’-][\p{Script=Latin}\d]+)*/gu)?.length ?? 0,
  });
}

function nameParts(message: Message, lang: Lang): string {
  return message.item_list.map((item) => {
    switch (item.type) {
      case 2:
        return say(lang, AGENT_TEXT.gotImage);
      case 3:
        return say(lang, AGENT_TEXT.gotVoice);
      case 4:
        return say(lang, AGENT_TEXT.gotFile, { name: item.file_item?.file_name ?? "" });
      case 5:
        return say(lang, AGENT_TEXT.gotVideo);
      default:
        return say(lang, AGENT_TEXT.gotOther);
    }
  }).join("\n");
}

function langOf(text: string, otherwise: Lang): Lang {
  if (/\p{Script=Han}/u.test(text)) return "zh";
  return /[a-z]/i.test(text) ? "en" : otherwise;
}
